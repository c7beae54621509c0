/** The look of our fields, for the form that Stripe draws in a frame of its own. It knows neither our
 *  fonts nor OKLCH, so colours are handed over as the screen shows them. */

import type { Appearance } from './stripe'

const FONT = "'Segoe UI', 'Helvetica Neue', Arial, sans-serif"

/** Reads the tokens as they are now; to be read again when theme or accent change. */
export function stripeLook(dark: boolean): Appearance {
  const styles = getComputedStyle(document.documentElement)
  const ink = (token: string) => asRgb(styles.getPropertyValue(token).trim())
  const line = ink('--line-strong')
  const box = { border: `1.5px solid ${line}`, boxShadow: 'none', backgroundColor: ink('--paper-high') }
  const chosen = { borderColor: ink('--accent'), boxShadow: `0 0 0 1.5px ${ink('--accent')}` }
  return {
    theme: dark ? 'night' : 'stripe',
    labels: 'above',
    variables: {
      colorPrimary: ink('--accent'),
      colorBackground: ink('--paper-high'),
      colorText: ink('--ink'),
      colorTextSecondary: ink('--muted'),
      colorTextPlaceholder: ink('--muted'),
      colorDanger: ink('--alarm'),
      iconColor: ink('--muted'),
      fontFamily: FONT,
      fontSizeBase: '16px',
      borderRadius: styles.getPropertyValue('--radius').trim(),
    },
    rules: {
      '.Input': box,
      '.Input:focus': chosen,
      '.Tab': box,
      '.Tab--selected': chosen,
      '.Label': { fontWeight: '600', color: ink('--ink') },
    },
  }
}

/** Any colour that a browser knows as rgb(r, g, b). */
function asRgb(colour: string): string {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 1
  const pen = canvas.getContext('2d')
  if (pen === null) return colour
  pen.fillStyle = colour
  pen.fillRect(0, 0, 1, 1)
  const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data
  return `rgb(${red}, ${green}, ${blue})`
}
