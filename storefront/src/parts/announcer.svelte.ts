/** What is said aloud to people who cannot see the page change. */

class Announcer {
  text = $state('')
  /** Not reactive: whoever says something must not begin to listen. */
  #said = ''

  /** Said when the reader is done with the present sentence; the same sentence twice is said twice. */
  say(text: string): void {
    this.#said = text === this.#said ? `${text}\u00a0` : text
    this.text = this.#said
  }
}

export const announcer = new Announcer()
