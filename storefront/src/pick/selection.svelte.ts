/** What a buyer has chosen but does not hold yet: seats and standing places with their price types. */

import { SvelteMap } from 'svelte/reactivity'
import type { Choice } from '../api/types'
import type { House, HouseArea } from '../house/house'
import type { PriceBook } from './price_book'

export interface StandingPick {
  area: HouseArea
  type: string
  quantity: number
}

export class Selection {
  /** seat_id -> price type, in the order of choosing. */
  readonly seats = new SvelteMap<number, string>()
  /** "area_id type" -> pick. */
  readonly standing = new SvelteMap<string, StandingPick>()
  readonly #house: House
  readonly #prices: PriceBook

  constructor(house: House, prices: PriceBook) {
    this.#house = house
    this.#prices = prices
  }

  get count(): number {
    let sum = this.seats.size
    for (const pick of this.standing.values()) sum += pick.quantity
    return sum
  }

  get total(): number {
    return this.#sum((price) => price.total)
  }

  /** What of the total are fees and tax. */
  get extras(): number {
    return this.#sum((price) => price.fee_amount + price.tax_amount)
  }

  add(id: number): void {
    this.seats.set(id, this.#prices.defaultType(this.#house.category[id]!))
  }

  standingCount(area: HouseArea, type: string): number {
    return this.standing.get(`${area.area_id} ${type}`)?.quantity ?? 0
  }

  setStanding(area: HouseArea, type: string, quantity: number): void {
    const key = `${area.area_id} ${type}`
    if (quantity <= 0) this.standing.delete(key)
    else this.standing.set(key, { area, type, quantity })
  }

  clear(): void {
    this.seats.clear()
    this.standing.clear()
  }

  /** The selection as a hold asks for it. */
  choice(): Choice {
    const choice: Choice = {}
    if (this.seats.size > 0) {
      choice.items = [...this.seats].map(([seat_id, price_type]) => ({ seat_id, price_type }))
    }
    if (this.standing.size > 0) {
      choice.areas = [...this.standing.values()].map((pick) => ({
        area_id: pick.area.area_id,
        quantity: pick.quantity,
        price_type: pick.type,
      }))
    }
    return choice
  }

  #sum(part: (price: { total: number; fee_amount: number; tax_amount: number }) => number): number {
    let sum = 0
    for (const [id, type] of this.seats) {
      const price = this.#prices.priceOf(this.#house.category[id]!, type)
      if (price) sum += part(price)
    }
    for (const pick of this.standing.values()) {
      const price = this.#prices.priceOf(pick.area.category, pick.type)
      if (price) sum += part(price) * pick.quantity
    }
    return sum
  }
}
