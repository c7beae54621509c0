/** Names on the map: set where they fit, shortened where they don't, never over one another. */

import type { Palette } from './palette'
import type { TextWidths } from './text_widths'

interface Rect {
  left: number
  top: number
  right: number
  bottom: number
}

const NAME_PIXELS = 13.5
const PRICE_PIXELS = 12.5
const SMALL_PIXELS = 11
const LINE_PIXELS = 16

export class LabelBoard {
  readonly #ink: CanvasRenderingContext2D
  readonly #palette: Palette
  readonly #widths: TextWidths
  readonly #taken: Rect[] = []
  /** Set where most names do not fit: then all are short, so that they read alike. */
  brief = false

  constructor(ink: CanvasRenderingContext2D, palette: Palette, widths: TextWidths) {
    this.#ink = ink
    this.#palette = palette
    this.#widths = widths
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

  /** A section's name over its price; over seats on a slip of paper of its own. `room` is the
   *  width that text of a height may have there, in pixels. */
  section(
    name: string,
    price: string,
    [x, y]: [number, number],
    room: (height: number) => number,
    overSeats: boolean,
  ): void {
    const spare = overSeats ? 1.2 : 1
    const ways = this.#ways(name, price)
    for (const [way, lines] of ways.entries()) {
      const small = way === ways.length - 1
      const style = (line: string, at: number) => this.#style(at > 0 && line === price, small)
      const width = Math.max(...lines.map((line, at) => this.#width(line, ...style(line, at))))
      const height = lines.length * LINE_PIXELS
      if (width + (small ? 3 : 6) > room(height) * spare || !this.#claim(x, y, width, height, overSeats)) continue
      lines.forEach((line, at) => {
        const down = (at - (lines.length - 1) / 2) * LINE_PIXELS
        this.#write(line, x, y + down, ...style(line, at))
      })
      return
    }
  }

  /** Whether a whole name has room. */
  fits(name: string, room: (height: number) => number): boolean {
    return this.#width(name, 650, NAME_PIXELS) + 6 <= room(LINE_PIXELS)
  }

  /** What may be written, the fullest first. */
  #ways(name: string, price: string): string[][] {
    const short = shortName(name)
    const whole = this.brief ? short : name
    const broken = whole.split(/\s+/)
    const priced = price === '' ? [] : [price]
    const ways = [[whole, ...priced], [whole]]
    if (broken.length === 2) ways.splice(1, 0, [...broken, ...priced], broken)
    return [...ways, [short]]
  }

  #style(isPrice: boolean, small: boolean): [number, number] {
    if (small) return [650, SMALL_PIXELS]
    return isPrice ? [450, PRICE_PIXELS] : [650, NAME_PIXELS]
  }

  #width(text: string, weight: number, pixels: number): number {
    return this.#widths.of(this.#ink, `${weight} ${pixels}px ${this.#palette.font}`, text)
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

/** What tells a section from its neighbours, where there is little room: "Section 101" is "101",
 *  "Floor A" is "A", "Pit, standing" is "Pit"; "Stalls left" stays. */
export function shortName(name: string): string {
  const plain = name.split(',')[0]!.trim()
  const fromNumber = /\d.*$/.exec(plain)?.[0]
  return fromNumber ?? /\s([A-Z])$/.exec(plain)?.[1] ?? plain
}
