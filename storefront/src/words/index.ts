/** The language of the page. One for now; the choice between several will be made here. */

import { en, type Words } from './en'

export const words: Words = en
