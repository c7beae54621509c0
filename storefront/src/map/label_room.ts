/** How much room a name has where it stands, measured inside the very polygon. */

import type { Corner } from '../api/types'

/** The width that text centred at (x, y) may have within a polygon, over `height` (house units);
 *  0 where the place lies outside. */
export function roomAt(corners: Corner[], x: number, y: number, height: number): number {
  let half = Infinity
  for (const line of [y - height / 2, y, y + height / 2]) {
    let left = -Infinity
    let right = Infinity
    let crossings = 0
    for (let i = 0, j = corners.length - 1; i < corners.length; j = i, i += 1) {
      const [xi, yi] = corners[i]!
      const [xj, yj] = corners[j]!
      if (yi > line === yj > line) continue
      const at = xi + ((line - yi) / (yj - yi)) * (xj - xi)
      if (at <= x) {
        left = Math.max(left, at)
        crossings += 1
      } else right = Math.min(right, at)
    }
    if (crossings % 2 === 0) return 0
    half = Math.min(half, x - left, right - x)
  }
  return 2 * half
}
