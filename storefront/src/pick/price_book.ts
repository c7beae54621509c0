/** The prices of an event, by category of its house: levels, cheapest totals, price types. */

import type { Price, PriceList } from '../api/types'
import type { House } from '../house/house'

export interface Level {
  /** 0 is the dearest. */
  level: number
  /** Index into the house's categories. */
  category: number
  name: string
  /** In the organiser's order; the first is what a seat costs unless one says otherwise. */
  types: Price[]
  /** The lowest all-in total. */
  from: number
}

export class PriceBook {
  readonly currency: string
  readonly orderFee: number
  readonly levels: Level[]
  readonly #byCategory = new Map<number, Level>()

  constructor(house: House, list: PriceList) {
    this.currency = list.currency
    this.orderFee = list.order_fee_amount
    this.levels = house.categories
      .map((name, category) => ({
        level: 0,
        category,
        name,
        types: list.prices.filter((price) => price.category === name),
        from: 0,
      }))
      .filter((level) => level.types.length > 0)
      .sort((one, other) => other.types[0]!.total - one.types[0]!.total)
    this.levels.forEach((level, index) => {
      level.level = index
      level.from = Math.min(...level.types.map((price) => price.total))
      this.#byCategory.set(level.category, level)
    })
  }

  /** The level of a category, or undefined where it has no price and so is not for sale. */
  levelOf(category: number): Level | undefined {
    return this.#byCategory.get(category)
  }

  priceOf(category: number, type: string): Price | undefined {
    const types = this.levelOf(category)?.types
    return types?.find((price) => price.price_type === type) ?? types?.[0]
  }

  defaultType(category: number): string {
    return this.levelOf(category)?.types[0]?.price_type ?? 'adult'
  }
}
