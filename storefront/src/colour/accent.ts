/** The one strong colour of an event, made legible on paper and under paper-coloured text. */

import { contrast, css, fromHex, type Oklch } from './oklch'

/** The paper of both themes, as in styles/tokens.css. */
export const PAPER: Record<'light' | 'dark', Oklch> = {
  light: { l: 0.977, c: 0.009, h: 84 },
  dark: { l: 0.205, c: 0.012, h: 60 },
}

/** Text needs 4.5; the rest is for panels a shade away from paper. */
const CONTRAST_MIN = 5.4
const CHROMA_MAX = 0.165

/** Hues for events that bring no colour, far enough apart to tell neighbours in a list. */
const HUES = [28, 262, 155, 340, 210, 60, 300, 125]

export function accentOf(color: string | null | undefined, eventId: number, dark: boolean): string {
  const own = color ? fromHex(color) : null
  const hue = HUES[eventId % HUES.length] ?? 28
  return css(legible(own ?? { l: 0.5, c: 0.14, h: hue }, dark))
}

/** The nearest lightness at which the colour stands out enough from the paper of its theme. */
export function legible(colour: Oklch, dark: boolean): Oklch {
  const paper = PAPER[dark ? 'dark' : 'light']
  const step = dark ? 0.01 : -0.01
  const result = { ...colour, c: Math.min(colour.c, CHROMA_MAX) }
  while (contrast(result, paper) < CONTRAST_MIN && result.l > 0.05 && result.l < 0.97) {
    result.l += step
  }
  return result
}
