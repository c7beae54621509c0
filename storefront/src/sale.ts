/** Whether an event is sold now, and how much is left in a word. */

import { serverNow } from './api/clock'
import type { BoxEvent } from './api/types'
import { words } from './words'
import { shortMoment } from './words/dates'

export type Sale = 'open' | 'later' | 'draft' | 'sold_out' | 'cancelled' | 'over'

export function saleOf(event: BoxEvent, now = serverNow()): Sale {
  if (event.status === 'CANCELLED') return 'cancelled'
  if (event.status === 'COMPLETED') return 'over'
  if (event.on_sale_at !== null && Date.parse(event.on_sale_at) > now) return 'later'
  if (event.status === 'DRAFT') return 'draft'
  if (event.status === 'SOLD_OUT') return 'sold_out'
  return 'open'
}

/** Below this many places the number itself is the word. */
const COUNTED_BELOW = 20

export function sayLeft(event: BoxEvent): string {
  const free = event.available_count
  const sale = saleOf(event)
  if (sale === 'cancelled') return words.left.cancelled
  if (sale === 'over') return words.left.over
  if (sale === 'later') return words.left.later(shortMoment(event.on_sale_at!, event.venue.time_zone))
  if (sale === 'draft') return words.left.soon
  if (sale === 'sold_out' || free === 0) return words.left.soldOut
  if (free <= COUNTED_BELOW) return words.left.last(free)
  const share = free / Math.max(1, event.total_capacity)
  if (share > 0.65) return words.left.plenty
  if (share > 0.35) return words.left.half
  return share > 0.1 ? words.left.going : words.left.few
}
