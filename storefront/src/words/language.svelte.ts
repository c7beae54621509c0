/** Which language the pages speak: the one that was chosen here before, else the browser's first
 *  that we know, else English. English is always at hand; the others are fetched when spoken. */

import { recall, remember } from '../parts/memory'
import { en, type Words } from './en'
import { locale } from './locale.svelte'

const CHOSEN = 'language'

interface Tongue {
  code: string
  /** As its speakers call it. */
  name: string
  load: () => Promise<Words>
}

export const LANGUAGES: Tongue[] = [
  { code: 'en', name: 'English', load: () => Promise.resolve(en) },
  { code: 'de', name: 'Deutsch', load: () => import('./de').then((file) => file.de) },
  { code: 'es', name: 'Español', load: () => import('./es').then((file) => file.es) },
  { code: 'fr', name: 'Français', load: () => import('./fr').then((file) => file.fr) },
]

class Language {
  code = $state('en')
  words = $state.raw<Words>(en)

  /** Speaks as the page around a frame does, else as the visitor is likely to wish; English where
   *  the wished words cannot be had. */
  async begin(around: string | null = null): Promise<void> {
    const wished = [around ?? '', recall(CHOSEN) ?? '', ...navigator.languages].map(baseOf)
    const code = wished.find((base) => LANGUAGES.some((tongue) => tongue.code === base)) ?? 'en'
    await this.#speak(code)
  }

  /** The visitor's own choice, remembered. False where its words cannot be had now. */
  async choose(code: string): Promise<boolean> {
    const spoken = await this.#speak(code)
    if (spoken) remember(CHOSEN, code)
    return spoken
  }

  async #speak(code: string): Promise<boolean> {
    const tongue = LANGUAGES.find((one) => one.code === code)
    if (tongue === undefined) return false
    try {
      const words = await tongue.load()
      this.code = code
      this.words = words
    } catch {
      // The line is down: what is spoken already goes on.
      return false
    }
    // Somebody from Vienna writes prices as in Vienna.
    locale.tag = navigator.languages.find((tag) => baseOf(tag) === code) ?? this.words.locale
    document.documentElement.lang = locale.tag
    document.documentElement.dir = this.words.direction
    return true
  }
}

const baseOf = (tag: string): string => tag.toLowerCase().split('-')[0] ?? ''

export const language = new Language()
