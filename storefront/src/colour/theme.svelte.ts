/** Which theme the visitor's system asks for, and the accent that belongs to the page shown. */

import { accentOf } from './accent'

const DARK = '(prefers-color-scheme: dark)'
const media = window.matchMedia(DARK)

class Theme {
  dark = $state(media.matches)
  /** What the page around a frame asked for; null: as the system has it. */
  asked: 'light' | 'dark' | null = null

  constructor() {
    media.addEventListener('change', () => (this.dark = this.asked === null ? media.matches : this.dark))
  }
}

export const theme = new Theme()

export const calm = window.matchMedia('(prefers-reduced-motion: reduce)')

/** Wears a theme whatever the system's is; anything but light and dark means the system's. The dark
 *  tokens stand once, under a media query: that query is made to hold, or not. */
export function wearTheme(name: string | null): void {
  theme.asked = name === 'light' || name === 'dark' ? name : null
  theme.dark = theme.asked === null ? media.matches : theme.asked === 'dark'
  const holds = theme.asked === null ? DARK : theme.asked === 'dark' ? 'all' : 'not all'
  for (const rule of darkRules()) rule.media.mediaText = holds
  document.documentElement.style.colorScheme = theme.asked ?? ''
}

let found: CSSMediaRule[] = []

function darkRules(): CSSMediaRule[] {
  if (found.length === 0) {
    found = [...document.styleSheets]
      .flatMap((sheet) => [...sheet.cssRules])
      .filter((rule) => rule instanceof CSSMediaRule && rule.conditionText === DARK) as CSSMediaRule[]
  }
  return found
}

/** Gives the whole page an event's colour, or the house's own where there is none. */
export function wearAccent(color: string | null | undefined, eventId: number): void {
  document.documentElement.style.setProperty('--accent', accentOf(color, eventId, theme.dark))
}

export function wearHouseColour(): void {
  document.documentElement.style.removeProperty('--accent')
}
