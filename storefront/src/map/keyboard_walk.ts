/** The seat that lies next in a direction, for arrow keys on the map. */

import type { House } from '../house/house'
import type { SeatGrid } from '../house/seat_grid'

/** Rows and aisles are at most so far apart; beyond that the walk ends. */
const REACH_PITCHES = 10

/** The seat one comes to from `from` in direction (dx, dy); from nowhere, the seat nearest to
 *  (x, y). -1 where there is none. */
export function nextSeat(
  house: House,
  grid: SeatGrid,
  from: number,
  dx: number,
  dy: number,
  x: number,
  y: number,
): number {
  if (from < 0) {
    const across = Math.hypot(house.width, house.height)
    return grid.nearest(x, y, across, () => true)
  }
  const reach = house.pitch * REACH_PITCHES
  const [hx, hy] = [house.x[from]!, house.y[from]!]
  let best = -1
  let bestCost = Infinity
  const box = { left: hx - reach, right: hx + reach, top: hy - reach, bottom: hy + reach }
  grid.visit(box, (id) => {
    const ahead = (house.x[id]! - hx) * dx + (house.y[id]! - hy) * dy
    const aside = Math.abs((house.x[id]! - hx) * dy) + Math.abs((house.y[id]! - hy) * dx)
    if (id === from || ahead < house.pitch * 0.3 || aside > ahead * 1.5) return
    const cost = ahead + aside * 2
    if (cost < bestCost) [best, bestCost] = [id, cost]
  })
  return best
}
