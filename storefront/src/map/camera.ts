/** Where one looks at the house from: house units to CSS pixels and back, kept within bounds. */

import type { Box, House } from '../house/house'

const PADDING_PIXELS = 14
/** On a map narrower than this, the zoom buttons and the hint stand below the house, in a line of this
 *  height or, where the map is low, of this share of it; on a wider one they stand beside it. */
const NARROW_PIXELS = 700
const FOOT_PIXELS = 48
const FOOT_SHARE = 1 / 8
/** A seat is never larger than this on the screen. */
const PITCH_PIXELS_MAX = 46
/** How much smaller than "whole house" one may go. */
const BEYOND_FIT = 0.85

export interface View {
  /** CSS pixels per house unit. */
  scale: number
  /** House coordinates of the top left corner of the canvas. */
  x: number
  y: number
}

export class Camera implements View {
  scale = 1
  x = 0
  y = 0
  width = 1
  height = 1
  readonly #house: House

  constructor(house: House) {
    this.#house = house
  }

  /** Pixels between neighbouring seats. */
  get pitch(): number {
    return this.#house.pitch * this.scale
  }

  get view(): View {
    return { scale: this.scale, x: this.x, y: this.y }
  }

  look(view: View): void {
    this.scale = view.scale
    this.x = view.x
    this.y = view.y
    this.#keepInside()
  }

  toHouse(px: number, py: number): [number, number] {
    return [this.x + px / this.scale, this.y + py / this.scale]
  }

  toScreen(x: number, y: number): [number, number] {
    return [(x - this.x) * this.scale, (y - this.y) * this.scale]
  }

  panBy(dx: number, dy: number): void {
    this.x -= dx / this.scale
    this.y -= dy / this.scale
    this.#keepInside()
  }

  /** Zooms so that the house point under (px, py) stays there. */
  zoomAt(px: number, py: number, factor: number): void {
    this.look(this.zoomed(px, py, factor))
  }

  zoomed(px: number, py: number, factor: number): View {
    const scale = Math.min(this.#max(), Math.max(this.#fitScale() * BEYOND_FIT, this.scale * factor))
    const [x, y] = this.toHouse(px, py)
    return { scale, x: x - px / scale, y: y - py / scale }
  }

  /** Whether the whole house is seen, and nothing nearer. */
  isWhole(): boolean {
    const whole = this.whole()
    return Math.abs(this.scale / whole.scale - 1) < 0.01 && Math.abs(this.x - whole.x) * this.scale < 2
  }

  whole(): View {
    const box = { left: 0, top: 0, right: this.#house.width, bottom: this.#house.height }
    return this.fitting(box, this.#max())
  }

  /** The view that shows a part of the house whole, no seat larger than `pitchPixels`. */
  framing(box: Box, pitchPixels: number): View {
    const margin = this.#house.pitch * 1.5
    const wide = {
      left: box.left - margin,
      top: box.top - margin,
      right: box.right + margin,
      bottom: box.bottom + margin,
    }
    return this.fitting(wide, pitchPixels / this.#house.pitch)
  }

  private fitting(box: Box, scaleMax: number): View {
    const across = (this.width - 2 * PADDING_PIXELS) / Math.max(1, box.right - box.left)
    const foot = this.width < NARROW_PIXELS ? Math.min(FOOT_PIXELS, this.height * FOOT_SHARE) : 0
    const height = this.height - foot
    const down = (height - 2 * PADDING_PIXELS) / Math.max(1, box.bottom - box.top)
    const scale = Math.max(0.001, Math.min(across, down, scaleMax))
    return {
      scale,
      x: (box.left + box.right) / 2 - this.width / 2 / scale,
      y: (box.top + box.bottom) / 2 - height / 2 / scale,
    }
  }

  #fitScale(): number {
    return this.whole().scale
  }

  #max(): number {
    return PITCH_PIXELS_MAX / this.#house.pitch
  }

  /** The middle of the screen always looks at the house. */
  #keepInside(): void {
    const half = { x: this.width / 2 / this.scale, y: this.height / 2 / this.scale }
    this.x = Math.min(this.#house.width, Math.max(0, this.x + half.x)) - half.x
    this.y = Math.min(this.#house.height, Math.max(0, this.y + half.y)) - half.y
  }
}
