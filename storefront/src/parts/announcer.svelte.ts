/** What is said aloud to people who cannot see the page change. */

class Announcer {
  text = $state('')

  /** Said when the reader is done with the present sentence; the same sentence twice is said twice. */
  say(text: string): void {
    this.text = text === this.text ? `${text}\u00a0` : text
  }
}

export const announcer = new Announcer()
