/** The ink of a price level, the same on the map, in the legend and in the list. */

import { rampOf } from '../colour/ramp'
import type { PriceBook } from './price_book'

export function priceInk(prices: PriceBook, category: number, dark: boolean): string {
  const level = prices.levelOf(category)
  if (level === undefined) return ''
  return inksOf(prices.levels.length, dark)[level.level] ?? ''
}

const made = new Map<string, string[]>()

function inksOf(count: number, dark: boolean): string[] {
  const key = `${count} ${dark}`
  let inks = made.get(key)
  if (inks === undefined) made.set(key, (inks = rampOf(count, dark)))
  return inks
}
