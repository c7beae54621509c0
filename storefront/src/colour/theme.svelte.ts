/** Which theme the visitor's system asks for, and the accent that belongs to the page shown. */

import { accentOf } from './accent'

const media = window.matchMedia('(prefers-color-scheme: dark)')

class Theme {
  dark = $state(media.matches)

  constructor() {
    media.addEventListener('change', () => (this.dark = media.matches))
  }
}

export const theme = new Theme()

export const calm = window.matchMedia('(prefers-reduced-motion: reduce)')

/** Gives the whole page an event's colour, or the house's own where there is none. */
export function wearAccent(color: string | null | undefined, eventId: number): void {
  document.documentElement.style.setProperty('--accent', accentOf(color, eventId, theme.dark))
}

export function wearHouseColour(): void {
  document.documentElement.style.removeProperty('--accent')
}
