/** What these pages wear in a frame: no page bar, the theme and the language of the page around them,
 *  and a height of their own, which that page is told. */

import { wearTheme } from '../colour/theme.svelte'
import { language } from '../words/language.svelte'
import { host, tellHost } from './host'
import { dress, framed } from './place'

/** Before anything is shown. */
export function wearDress(): void {
  if (!framed) return
  document.documentElement.dataset['framed'] = ''
  wearTheme(dress.get('theme'))
  window.addEventListener('message', hear)
}

/** The page is mounted: from now on the frame is shown. */
export function beginInFrame(): void {
  if (host === null) return
  tellHost('ready')
  tellSize()
  // A frame out of sight is not measured by its browser: the host is told once it is in sight.
  new ResizeObserver(tellSize).observe(document.body)
  new MutationObserver(tellSize).observe(document.head, { childList: true, subtree: true, characterData: true })
}

function tellSize(): void {
  tellHost('size', { height: Math.ceil(document.body.offsetHeight), title: document.title })
}

/** The host's page changed its dress. */
function hear(event: MessageEvent): void {
  if (host === null || event.source !== window.parent || event.origin !== host) return
  const said = event.data as Record<string, unknown> | null
  if (said?.['holdfast'] !== 'wear') return
  for (const name of ['theme', 'language'] as const) {
    const value = said[name]
    if (typeof value === 'string' && value !== '') dress.set(name, value)
    else dress.delete(name)
  }
  wearTheme(dress.get('theme'))
  void language.begin(dress.get('language'))
}
