/** Which seats lie in a rectangle: a plain grid of buckets over the house, built once by counting.
 *  Seats are spread evenly, so this beats a tree and needs thirty lines. */

import type { Box, House } from './house'

/** A bucket holds a handful of seats. */
const PITCHES_PER_CELL = 4

export class SeatGrid {
  readonly #house: House
  readonly #cell: number
  readonly #columns: number
  readonly #lines: number
  readonly #start: Uint32Array
  readonly #seats: Uint32Array

  constructor(house: House) {
    this.#house = house
    this.#cell = Math.max(house.pitch * PITCHES_PER_CELL, Math.max(house.width, house.height) / 1000)
    this.#columns = Math.max(1, Math.ceil(house.width / this.#cell))
    this.#lines = Math.max(1, Math.ceil(house.height / this.#cell))
    this.#start = new Uint32Array(this.#columns * this.#lines + 1)
    this.#seats = new Uint32Array(house.seatCount)
    for (let id = 0; id < house.seatCount; id += 1) this.#start[this.#bucket(id) + 1]! += 1
    for (let i = 1; i < this.#start.length; i += 1) this.#start[i]! += this.#start[i - 1]!
    const next = this.#start.slice()
    for (let id = 0; id < house.seatCount; id += 1) {
      const bucket = this.#bucket(id)
      this.#seats[next[bucket]!] = id
      next[bucket]! += 1
    }
  }

  #column(x: number): number {
    return Math.min(this.#columns - 1, Math.max(0, Math.floor(x / this.#cell)))
  }

  #line(y: number): number {
    return Math.min(this.#lines - 1, Math.max(0, Math.floor(y / this.#cell)))
  }

  #bucket(id: number): number {
    return this.#line(this.#house.y[id]!) * this.#columns + this.#column(this.#house.x[id]!)
  }

  /** Calls `visit` for every seat in or near the rectangle (whole buckets are taken). */
  visit(box: Box, visit: (id: number) => void): void {
    const [from, to] = [this.#column(box.left), this.#column(box.right)]
    for (let line = this.#line(box.top); line <= this.#line(box.bottom); line += 1) {
      const end = this.#start[line * this.#columns + to + 1]!
      for (let i = this.#start[line * this.#columns + from]!; i < end; i += 1) visit(this.#seats[i]!)
    }
  }

  /** The nearest seat within `reach` for which `wanted` holds, or -1. */
  nearest(x: number, y: number, reach: number, wanted: (id: number) => boolean): number {
    let best = -1
    let distance = reach
    const box = { left: x - reach, right: x + reach, top: y - reach, bottom: y + reach }
    this.visit(box, (id) => {
      const here = Math.hypot(this.#house.x[id]! - x, this.#house.y[id]! - y)
      if (here <= distance && wanted(id)) {
        best = id
        distance = here
      }
    })
    return best
  }
}
