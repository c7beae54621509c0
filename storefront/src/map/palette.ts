/** The colours of the map, read from the page's tokens so that both themes and every event agree. */

import { contrast, type Oklch } from '../colour/oklch'
import { PAPER } from '../colour/accent'
import { inkOf, rampOf } from '../colour/ramp'

export interface Palette {
  paper: string
  floor: string
  ink: string
  muted: string
  line: string
  lineStrong: string
  stage: string
  stageText: string
  sold: string
  accent: string
  /** Per price level, dearest first. */
  levels: string[]
  /** Legible on the level of the same index. */
  onLevels: string[]
  font: string
  titleFont: string
}

export function readPalette(levelCount: number, dark: boolean): Palette {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string) => style.getPropertyValue(name).trim()
  const inks = Array.from({ length: levelCount }, (_, level) => inkOf(level, levelCount, dark))
  return {
    paper: token('--paper'),
    floor: token('--paper-high'),
    ink: token('--ink'),
    muted: token('--muted'),
    line: token('--line'),
    lineStrong: token('--line-strong'),
    stage: token('--stage'),
    stageText: token('--stage-text'),
    sold: token('--sold'),
    accent: token('--accent'),
    levels: rampOf(levelCount, dark),
    onLevels: inks.map((ink) => legibleOn(ink, token('--ink'), token('--paper'), dark)),
    font: token('--font-text'),
    titleFont: token('--font-title'),
  }
}

function legibleOn(level: Oklch, ink: string, paper: string, dark: boolean): string {
  const paperWins = contrast(level, PAPER[dark ? 'dark' : 'light']) >= 4.5
  return paperWins ? paper : ink
}
