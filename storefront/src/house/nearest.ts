/** Seats side by side that are free and lie nearest to some wanted ones. */

import type { House } from './house'

/** How much farther a seat may be before another price is offered instead, in seat pitches. */
const OTHER_PRICE_PITCHES = 12
const OTHER_ROW_PITCHES = 1

/** As many seats side by side as `wanted`, nearest to their middle; null where there are none.
 *  `free` says whether a seat can be offered. */
export function nearestTogether(
  house: House,
  wanted: number[],
  free: (id: number) => boolean,
): number[] | null {
  const seats = wanted.filter((id) => house.isSeat(id))
  const first = seats[0]
  if (first === undefined) return null
  const x = seats.reduce((sum, id) => sum + house.x[id]!, 0) / seats.length
  const y = seats.reduce((sum, id) => sum + house.y[id]!, 0) / seats.length
  let best: number[] | null = null
  let bestCost = Infinity
  for (const row of house.rows) {
    for (const run of freeRuns(house, row.first, row.count, free)) {
      for (let start = 0; start + seats.length <= run.length; start += 1) {
        const offer = run.slice(start, start + seats.length)
        const cost = distance(house, offer, x, y, first)
        if (cost < bestCost) [best, bestCost] = [offer, cost]
      }
    }
  }
  return best
}

function distance(house: House, offer: number[], x: number, y: number, like: number): number {
  const middleX = (house.x[offer[0]!]! + house.x[offer.at(-1)!]!) / 2
  const middleY = (house.y[offer[0]!]! + house.y[offer.at(-1)!]!) / 2
  let cost = Math.hypot(middleX - x, middleY - y) / house.pitch
  if (house.row[offer[0]!] !== house.row[like]) cost += OTHER_ROW_PITCHES
  for (const id of offer) {
    if (house.category[id] !== house.category[like]) cost += OTHER_PRICE_PITCHES / offer.length
  }
  return cost
}

function freeRuns(
  house: House,
  first: number,
  count: number,
  free: (id: number) => boolean,
): number[][] {
  const runs: number[][] = []
  let run: number[] = []
  for (let id = first; id < first + count; id += 1) {
    const before = run.at(-1)
    if (!free(id) || (before !== undefined && !house.beside(before, id))) {
      if (run.length > 0) runs.push(run)
      run = []
    }
    if (free(id)) run.push(id)
  }
  if (run.length > 0) runs.push(run)
  return runs
}
