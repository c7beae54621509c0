/** The state of every place of one event: a letter each, counted as it changes.
 *
 *  It only remembers and counts; where changes come from is the business of live_feed. */

import type { Changes } from '../api/types'
import type { House } from './house'

export const FREE = 65
export const HELD = 72
export const SOLD = 83
export const BLOCKED = 66

type Listener = (ids: number[]) => void

export class SeatStates {
  readonly house: House
  readonly letters: Uint8Array
  version = $state(-1)
  /** Rises with every change, so that counts shown on the page follow. */
  ticks = $state(0)
  freeTotal = $state(0)
  readonly #free: Uint32Array
  readonly #listeners = new Set<Listener>()

  constructor(house: House) {
    this.house = house
    this.letters = new Uint8Array(house.placeCount).fill(BLOCKED)
    this.#free = new Uint32Array(house.sections.length * Math.max(1, house.categories.length))
  }

  /** Calls back with the ids that changed; an empty list means everything may have. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  isFree(id: number): boolean {
    return this.letters[id] === FREE
  }

  /** Takes a whole snapshot, one letter per place in seat_id order. */
  replace(letters: string, version: number): void {
    this.#free.fill(0)
    let free = 0
    for (let id = 0; id < this.letters.length; id += 1) {
      const letter = id < letters.length ? letters.charCodeAt(id) : BLOCKED
      this.letters[id] = letter
      if (letter === FREE) {
        this.#free[this.#counter(id)]! += 1
        free += 1
      }
    }
    this.freeTotal = free
    this.version = version
    this.#tell([])
  }

  /** Takes changes by letter; unknown letters mean "not to be chosen", and are kept as they are. */
  apply(changes: Changes, version: number): void {
    const changed: number[] = []
    let free = this.freeTotal
    for (const [letter, ids] of Object.entries(changes)) {
      const code = letter.charCodeAt(0)
      for (const id of ids) {
        const before = this.letters[id]
        if (before === undefined || before === code) continue
        if (before === FREE) {
          this.#free[this.#counter(id)]! -= 1
          free -= 1
        } else if (code === FREE) {
          this.#free[this.#counter(id)]! += 1
          free += 1
        }
        this.letters[id] = code
        changed.push(id)
      }
    }
    this.freeTotal = free
    this.version = version
    if (changed.length > 0) this.#tell(changed)
  }

  /** Free places of a section, all categories together. */
  freeIn(section: number): number {
    let sum = 0
    for (let c = 0; c < this.house.categories.length; c += 1) sum += this.freeOf(section, c)
    return sum
  }

  freeOf(section: number, category: number): number {
    return this.#free[section * this.house.categories.length + category] ?? 0
  }

  /** Free places of a category in the whole house. */
  freeOfCategory(category: number): number {
    let sum = 0
    for (let s = 0; s < this.house.sections.length; s += 1) sum += this.freeOf(s, category)
    return sum
  }

  freeInArea(first: number, capacity: number): number {
    let sum = 0
    for (let id = first; id < first + capacity; id += 1) if (this.letters[id] === FREE) sum += 1
    return sum
  }

  #counter(id: number): number {
    return this.house.section[id]! * this.house.categories.length + this.house.category[id]!
  }

  #tell(ids: number[]): void {
    this.ticks += 1
    for (const listener of this.#listeners) listener(ids)
  }
}
