/** Ready-made pictures of a seat in each state, at one size: stamping is far cheaper than drawing. */

import { MARK_PATHS, markOf } from '../colour/ramp'
import { ACCESSIBLE, RESTRICTED } from '../house/house'
import { BLOCKED, FREE, HELD } from '../house/seat_states.svelte'
import type { Palette } from './palette'

/** Share of the pitch that a seat fills. */
const FILL = 0.78

export class SeatStamps {
  readonly #palette: Palette
  readonly #radius: number
  readonly #marks: boolean
  readonly #stamps = new Map<number, HTMLCanvasElement>()
  readonly size: number

  /** `pitch` in device pixels. */
  constructor(palette: Palette, pitch: number, marks: boolean) {
    this.#palette = palette
    this.#radius = (pitch * FILL) / 2
    this.#marks = marks
    this.size = Math.ceil(pitch) + 2
  }

  /** The picture of a seat, or null where nothing is to be seen. */
  of(level: number, letter: number, flags: number): HTMLCanvasElement | null {
    if (letter === BLOCKED || level < 0) return null
    const known = letter === FREE || letter === HELD ? letter : 0
    const key = ((known << 8) | (known === 0 ? 0 : level)) * 8 + (known === FREE ? flags : 0)
    let stamp = this.#stamps.get(key)
    if (stamp === undefined) {
      stamp = this.#draw(level, known, known === FREE ? flags : 0)
      this.#stamps.set(key, stamp)
    }
    return stamp
  }

  #draw(level: number, letter: number, flags: number): HTMLCanvasElement {
    const stamp = document.createElement('canvas')
    stamp.width = stamp.height = this.size
    const ink = stamp.getContext('2d')!
    ink.translate(this.size / 2, this.size / 2)
    if (letter === FREE) this.#free(ink, level, flags)
    else if (letter === HELD) this.#held(ink, level)
    else this.#sold(ink)
    return stamp
  }

  #free(ink: CanvasRenderingContext2D, level: number, flags: number): void {
    ink.fillStyle = this.#palette.levels[level] ?? this.#palette.muted
    ink.save()
    ink.scale(this.#radius, this.#radius)
    ink.fill(this.#shape(level))
    ink.restore()
    const on = this.#palette.onLevels[level] ?? this.#palette.paper
    const roomy = this.#radius > 4
    if (flags & ACCESSIBLE && roomy) {
      ink.strokeStyle = on
      ink.lineWidth = Math.max(1, this.#radius * 0.22)
      ink.strokeRect(-this.#radius * 0.42, -this.#radius * 0.42, this.#radius * 0.84, this.#radius * 0.84)
    } else if (flags & RESTRICTED && roomy) {
      // A slice is missing from the seat as from its view; the number has room above it.
      ink.globalCompositeOperation = 'destination-out'
      ink.fillRect(-this.#radius * 1.2, this.#radius * 0.52, this.#radius * 2.4, this.#radius)
    }
  }

  #held(ink: CanvasRenderingContext2D, level: number): void {
    const width = Math.max(1, this.#radius * 0.22)
    ink.strokeStyle = this.#palette.levels[level] ?? this.#palette.lineStrong
    ink.globalAlpha = 0.6
    ink.lineWidth = width
    ink.beginPath()
    ink.arc(0, 0, Math.max(0.5, this.#radius * 0.9 - width / 2), 0, 2 * Math.PI)
    ink.stroke()
  }

  #sold(ink: CanvasRenderingContext2D): void {
    ink.fillStyle = this.#palette.sold
    ink.beginPath()
    ink.arc(0, 0, Math.max(0.7, this.#radius * 0.42), 0, 2 * Math.PI)
    ink.fill()
  }

  #shape(level: number): Path2D {
    return new Path2D(MARK_PATHS[this.#marks ? markOf(level) : 'dot'])
  }
}
