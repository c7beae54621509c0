/** Names on the map: set where they fit, shortened where they don't, never over one another. */

import type { Palette } from './palette'

interface Rect {
  left: number
  top: number
  right: number
  bottom: number
}

const NAME_PIXELS = 13.5
const PRICE_PIXELS = 12.5
const LINE_PIXELS = 16

export class LabelBoard {
  readonly #ink: CanvasRenderingContext2D
  readonly #palette: Palette
  readonly #taken: Rect[] = []
  /** Set where most names do not fit: then all are short, so that they read alike. */
  brief = false

  constructor(ink: CanvasRenderingContext2D, palette: Palette) {
    this.#ink = ink
    this.#palette = palette
    ink.textAlign = 'center'
    ink.textBaseline = 'middle'
  }

  /** The stage's or field's own word, spaced like a plan's. */
  shape(
    text: string,
    [x, y]: [number, number],
    [width, height]: [number, number],
    onStage: boolean,
  ): void {
    const ink = this.#ink
    const upper = text.toUpperCase()
    ink.save()
    ink.font = `650 12.5px ${this.#palette.titleFont}`
    ink.letterSpacing = '0.14em'
    ink.fillStyle = onStage ? this.#palette.stageText : this.#palette.muted
    ink.translate(x, y)
    const needed = ink.measureText(upper).width + 6
    if (needed > width && height > width) ink.rotate(-Math.PI / 2)
    if (needed <= Math.max(width, height)) ink.fillText(upper, 0, 0.5)
    ink.restore()
  }

  /** A section's name over its price; over seats on a slip of paper of its own. */
  section(
    name: string,
    price: string,
    [x, y]: [number, number],
    room: number,
    height: number,
    overSeats: boolean,
  ): void {
    const short = shortName(name)
    const ways: [string, string][] = this.brief
      ? [[short, price], [short, '']]
      : [[name, price], [name, ''], [short, '']]
    for (const [title, below] of ways) {
      const width = Math.max(
        this.#width(title, 650, NAME_PIXELS),
        below === '' ? 0 : this.#width(below, 450, PRICE_PIXELS),
      )
      const tall = below === '' ? LINE_PIXELS : LINE_PIXELS * 2
      if (width > room * 0.94 - 8 || tall > height) continue
      if (!this.#claim(x, y, width, tall, overSeats)) continue
      const up = below === '' ? 0 : LINE_PIXELS / 2
      this.#write(title, x, y - up, 650, NAME_PIXELS)
      if (below !== '') this.#write(below, x, y + up, 450, PRICE_PIXELS)
      return
    }
  }

  /** Whether a name and its price have room. */
  fits(name: string, price: string, room: number, height: number): boolean {
    const width = Math.max(this.#width(name, 650, NAME_PIXELS), this.#width(price, 450, PRICE_PIXELS))
    return width <= room * 0.94 - 8 && LINE_PIXELS * 2 <= height
  }

  #width(text: string, weight: number, pixels: number): number {
    this.#ink.font = `${weight} ${pixels}px ${this.#palette.font}`
    return this.#ink.measureText(text).width
  }

  #write(text: string, x: number, y: number, weight: number, pixels: number): void {
    this.#ink.font = `${weight} ${pixels}px ${this.#palette.font}`
    this.#ink.fillStyle = this.#palette.ink
    this.#ink.fillText(text, x, y + 0.5)
  }

  #claim(x: number, y: number, width: number, height: number, slip: boolean): boolean {
    const rect = {
      left: x - width / 2 - 4,
      right: x + width / 2 + 4,
      top: y - height / 2 - 1,
      bottom: y + height / 2 + 1,
    }
    const clash = this.#taken.some(
      (other) =>
        rect.left < other.right &&
        rect.right > other.left &&
        rect.top < other.bottom &&
        rect.bottom > other.top,
    )
    if (clash) return false
    this.#taken.push(rect)
    if (slip) {
      this.#ink.globalAlpha = 0.86
      this.#ink.fillStyle = this.#palette.floor
      this.#ink.beginPath()
      this.#ink.roundRect(rect.left, rect.top, rect.right - rect.left, rect.bottom - rect.top, 4)
      this.#ink.fill()
      this.#ink.globalAlpha = 1
    }
    return true
  }
}

/** "Section 101" is "101", "Pit, standing" is "Pit" and "Stalls left" is "left" where there is
 *  little room: what tells it from its neighbours. */
export function shortName(name: string): string {
  const number = /(\d+\w?)\s*$/.exec(name)?.[1]
  return number ?? (name.includes(',') ? name.split(',')[0]! : (name.split(/\s+/).at(-1) ?? name))
}
