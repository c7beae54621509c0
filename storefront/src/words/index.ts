/** The words of the language that is spoken now. Whoever shows one follows a change of language. */

import type { Words } from './en'
import { language } from './language.svelte'

export const words: Words = new Proxy({} as Words, {
  get: (_, part) => language.words[part as keyof Words],
})
