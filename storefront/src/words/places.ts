/** A place as one says it, from the chart or from an order. */

import { ACCESSIBLE, COMPANION, RESTRICTED, type House } from '../house/house'
import { words } from './index'

/** "Stalls, row F, seat 12", or the standing area's name. */
export function sayPlace(house: House, id: number): string {
  if (!house.isSeat(id)) {
    return words.seat.standing(house.sectionOf(id).name, house.areaOf(id)?.name ?? '')
  }
  const row = house.rowOf(id)
  const say = row.kind === 'table' ? words.seat.table : words.seat.full
  return say(house.sectionOf(id).name, row.name, house.numberOf(id))
}

/** "Row F 12" */
export function sayShort(house: House, id: number): string {
  if (!house.isSeat(id)) return sayPlace(house, id)
  return words.seat.short(house.rowOf(id).name, house.numberOf(id))
}

/** What is special about a seat, in words; empty for most. */
export function sayFlags(house: House, id: number): string[] {
  const flags = house.flags[id] ?? 0
  const said: string[] = []
  if (flags & ACCESSIBLE) said.push(words.seat.accessible)
  if (flags & COMPANION) said.push(words.seat.companion)
  if (flags & RESTRICTED) said.push(words.seat.restricted)
  return said
}

interface Placed {
  section: string
  row: string | null
  seat_number: string | null
}

/** The same for an order's item or a ticket, which carry the names themselves. */
export function sayItem(item: Placed): string {
  if (!item.row || !item.seat_number) return item.section
  return words.seat.full(item.section, item.row, item.seat_number)
}

/** "The Grand, Theatre Square 1, Berlin"; some houses need no address. */
export function sayVenue(venue: { name: string; address: string }): string {
  return [venue.name, venue.address].filter((part) => part.trim() !== '').join(', ')
}

export function sayType(type: string): string {
  return words.types[type] ?? type.charAt(0).toUpperCase() + type.slice(1).replaceAll('_', ' ')
}

/** "rows F 14 and 15" for an offer of seats side by side: "row F 14 and 15". */
export function sayTogether(house: House, ids: number[]): string {
  const first = ids[0]
  if (first === undefined) return ''
  return words.notice.row(
    house.rowOf(first).name,
    ids.map((id) => house.numberOf(id)),
  )
}
