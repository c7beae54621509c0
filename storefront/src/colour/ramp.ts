/** Price levels as printing inks, dearest first: each step lies nearer to the paper, so the order
 *  holds without seeing hues; every step keeps 3:1 against the paper. */

import { css, type Oklch } from './oklch'

const HUES = [312, 272, 236, 190, 150, 100]
const CHROMAS = [0.14, 0.145, 0.115, 0.09, 0.105, 0.11]

/** `count` colours as CSS writes them. */
export function rampOf(count: number, dark: boolean): string[] {
  return Array.from({ length: count }, (_, level) => css(inkOf(level, count, dark)))
}

export function inkOf(level: number, count: number, dark: boolean): Oklch {
  const share = count <= 1 ? 0.3 : level / (count - 1)
  // With two or three levels only part of the hues is walked, so that neighbours stay calm.
  const place = Math.min(share * Math.min(5, Math.max(count - 1, 1) * 1.4), 5)
  const at = Math.floor(place)
  const rest = place - at
  const between = (list: number[]) =>
    (list[at] ?? 0) * (1 - rest) + (list[Math.min(at + 1, 5)] ?? 0) * rest
  const l = dark ? 0.87 - 0.29 * share : 0.37 + 0.25 * share
  return { l, c: between(CHROMAS) * (dark ? 0.85 : 1), h: between(HUES) }
}

/** The shape that stands for a level beside its colour. */
export const MARKS = ['dot', 'square', 'diamond', 'triangle', 'bar', 'cross'] as const
export type Mark = (typeof MARKS)[number]

export function markOf(level: number): Mark {
  return MARKS[level % MARKS.length] ?? 'dot'
}

/** The mark as a closed SVG path within -1..1, the same for legend and map. */
export const MARK_PATHS: Record<Mark, string> = {
  dot: 'M1 0A1 1 0 1 1 -1 0A1 1 0 1 1 1 0Z',
  square: 'M-.86 -.86H.86V.86H-.86Z',
  diamond: 'M0 -1.12L1.12 0L0 1.12L-1.12 0Z',
  triangle: 'M0 -1.05L1.1 .85H-1.1Z',
  bar: 'M-1.1 -.5H1.1V.5H-1.1Z',
  cross: 'M-.38 -1H.38V-.38H1V.38H.38V1H-.38V.38H-1V-.38H-.38Z',
}
