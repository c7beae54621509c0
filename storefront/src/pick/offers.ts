/** What can be had instead of seats that went to somebody else, and the sentence that says so. */

import type { House } from '../house/house'
import { nearestTogether } from '../house/nearest'
import { words } from '../words'
import { sayShort, sayTogether } from '../words/places'

export interface Offer {
  text: string
  /** As many seats side by side as were lost; null where nothing like it is left. */
  seats: number[] | null
}

/** `kept` are the buyer's other seats: they are free to the world, but spoken for. */
export function offerInstead(
  house: House,
  lost: number[],
  kept: number[],
  free: (id: number) => boolean,
): Offer {
  const taken = words.notice.taken(lost.map((id) => sayShort(house, id)))
  const seats = nearestTogether(house, lost, (id) => free(id) && !kept.includes(id))
  if (seats === null) return { text: `${taken} ${words.notice.noOffer}`, seats }
  return { text: `${taken} ${sayOffer(house, lost, seats)}`, seats }
}

/** The wanted seat that stands farthest from another; undefined where none is wanted. */
export function farthest(house: House, from: number, wanted: number[]): number | undefined {
  const apart = (id: number) =>
    Math.hypot(house.x[id]! - house.x[from]!, house.y[id]! - house.y[from]!)
  return wanted.filter((id) => house.isSeat(id)).sort((a, b) => apart(b) - apart(a))[0]
}

function sayOffer(house: House, lost: number[], seats: number[]): string {
  const named = sayTogether(house, seats)
  const sameRow = house.row[lost[0]!] === house.row[seats[0]!]
  const beside = sameRow && lost.length === 1
  const said = beside ? words.notice.offerBeside : words.notice.offerNearby
  return said(named, seats.length)
}
