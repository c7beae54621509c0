/** Which small squares of a painted picture hold seats that changed: those are painted again, and
 *  the rest of the picture stays. */

import type { Box, House } from '../house/house'
import type { View } from './camera'

/** Squares of one row or column begin this many device pixels apart, or a seat's size where that is
 *  more; with smaller ones a neighbour is painted as often as the seat itself. */
const SQUARE_PIXELS = 16
/** Half of what a seat fills in its picture, in pitches, with its soft edge. */
const REACH_PITCHES = 0.6
/** More squares than this cost as much as the whole picture. */
const SQUARES_MAX = 400

/** A square in whole device pixels of the picture, and what can be seen in it, in house units. */
export interface Patch {
  left: number
  top: number
  size: number
  box: Box
}

/** The squares in which these seats lie, each once; null where that is too much of the picture. */
export function patchesOf(
  house: House,
  ids: number[],
  view: View,
  box: Box,
  dense: number,
): Patch[] | null {
  const scale = view.scale * dense
  const size = Math.max(SQUARE_PIXELS, Math.ceil(house.pitch * scale))
  const reach = house.pitch * scale * REACH_PITCHES + 1
  const margin = reach / scale
  const found = new Map<string, Patch>()
  for (const id of ids) {
    const [hx, hy] = [house.x[id]!, house.y[id]!]
    if (hx < box.left - margin || hx > box.right + margin) continue
    if (hy < box.top - margin || hy > box.bottom + margin) continue
    const x = (hx - box.left) * scale
    const y = (hy - box.top) * scale
    for (let row = Math.floor((y - reach) / size); row <= (y + reach) / size; row += 1) {
      for (let column = Math.floor((x - reach) / size); column <= (x + reach) / size; column += 1) {
        found.set(`${column} ${row}`, patch(column * size, row * size, size, box, scale, margin))
      }
    }
    if (found.size > SQUARES_MAX) return null
  }
  return [...found.values()]
}

function patch(
  left: number,
  top: number,
  size: number,
  box: Box,
  scale: number,
  margin: number,
): Patch {
  const [x, y, side] = [box.left + left / scale, box.top + top / scale, size / scale]
  return {
    left,
    top,
    size,
    box: { left: x - margin, top: y - margin, right: x + side + margin, bottom: y + side + margin },
  }
}

/** Whether two rectangles have anything in common. */
export function meet(one: Box, other: Box): boolean {
  return (
    one.left <= other.right &&
    one.right >= other.left &&
    one.top <= other.bottom &&
    one.bottom >= other.top
  )
}
