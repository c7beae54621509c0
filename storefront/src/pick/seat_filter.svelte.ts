/** Which places a buyer wants to be shown: up to a price, for wheelchairs, with the whole stage in
 *  view. What does not fit stays on the map as a trace, and cannot be chosen by a slip of the finger.
 *
 *  It counts free places as the page shows them, with or without a filter. */

import { ACCESSIBLE, RESTRICTED, type House } from '../house/house'
import { FREE, type SeatStates } from '../house/seat_states.svelte'
import type { PriceBook } from './price_book'

export class SeatFilter {
  /** The most that one place may cost, all in; null where any price will do. */
  upTo = $state<number | null>(null)
  accessible = $state(false)
  unrestricted = $state(false)
  readonly #house: House
  readonly #states: SeatStates
  readonly #prices: PriceBook
  #counted = ''
  #masked = ''
  #mask: Uint8Array | null = null
  #free: Uint32Array

  constructor(house: House, states: SeatStates, prices: PriceBook) {
    this.#house = house
    this.#states = states
    this.#prices = prices
    this.#free = new Uint32Array(house.sections.length * Math.max(1, house.categories.length))
  }

  get on(): boolean {
    return this.upTo !== null || this.accessible || this.unrestricted
  }

  /** Changes with every setting: whoever paints by this filter paints again. */
  get key(): string {
    return `${this.upTo} ${this.accessible} ${this.unrestricted}`
  }

  clear(): void {
    this.upTo = null
    this.accessible = this.unrestricted = false
  }

  fits(id: number): boolean {
    if (!this.on) return true
    const flags = this.#house.isSeat(id) ? this.#house.flags[id]! : 0
    if (this.accessible && !(flags & ACCESSIBLE)) return false
    if (this.unrestricted && flags & RESTRICTED) return false
    return this.priceFits(this.#house.category[id]!)
  }

  /** `fits` of every place, for whoever goes through the whole house; null while all is shown. */
  get mask(): Uint8Array | null {
    if (!this.on) return null
    if (this.#mask === null || this.#masked !== this.key) {
      this.#mask = Uint8Array.from(this.#house.category, (_, id) => Number(this.fits(id)))
      this.#masked = this.key
    }
    return this.#mask
  }

  priceFits(category: number): boolean {
    if (this.upTo === null) return true
    const level = this.#prices.levelOf(category)
    return level !== undefined && level.types[0]!.total <= this.upTo
  }

  /** Free places of a section and category that fit. */
  freeOf(section: number, category: number): number {
    if (!this.on) return this.#states.freeOf(section, category)
    this.#count()
    return this.#free[section * this.#house.categories.length + category] ?? 0
  }

  freeIn(section: number): number {
    let sum = 0
    for (let c = 0; c < this.#house.categories.length; c += 1) sum += this.freeOf(section, c)
    return sum
  }

  freeOfCategory(category: number): number {
    let sum = 0
    for (let s = 0; s < this.#house.sections.length; s += 1) sum += this.freeOf(s, category)
    return sum
  }

  /** Free places that fit and have a price. */
  get free(): number {
    return this.#prices.levels.reduce((sum, level) => sum + this.freeOfCategory(level.category), 0)
  }

  /** Goes through the house once for every change of it or of the filter. */
  #count(): void {
    const now = `${this.key} ${this.#states.ticks}`
    if (now === this.#counted) return
    this.#counted = now
    this.#free.fill(0)
    const { letters } = this.#states
    const mask = this.mask
    const { section, category, categories } = this.#house
    for (let id = 0; id < letters.length; id += 1) {
      if (letters[id] !== FREE || mask?.[id] === 0) continue
      this.#free[section[id]! * categories.length + category[id]!]! += 1
    }
  }
}
