/** How wide texts are, each measured once: measuring and changing the font cost far more than all
 *  else there is to do for a name, and the names of a house are the same in every picture. */

type Ink = CanvasRenderingContext2D

/** Prices change as seats go; more texts than a house has are forgotten together. */
const TEXTS_MAX = 5_000

export class TextWidths {
  readonly #known = new Map<string, number>()

  /** Sets the font where it has to measure. */
  of(ink: Ink, font: string, text: string): number {
    const key = `${font} ${text}`
    let width = this.#known.get(key)
    if (width === undefined) {
      if (this.#known.size >= TEXTS_MAX) this.#known.clear()
      ink.font = font
      width = ink.measureText(text).width
      this.#known.set(key, width)
    }
    return width
  }

  /** A font has come, or another is used. */
  forget(): void {
    this.#known.clear()
  }
}
