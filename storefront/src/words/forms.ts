/** What languages do differently with numbers and lists, by the rules that every browser brings. */

import { locale } from './locale.svelte'

/** A sentence by the plural category of its number, which stands where the # is. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }

interface Rules {
  plural: Intl.PluralRules
  number: Intl.NumberFormat
  list: Intl.ListFormat
}

const made = new Map<string, Rules>()

function rules(): Rules {
  const { tag } = locale
  let known = made.get(tag)
  if (known === undefined) {
    known = {
      plural: new Intl.PluralRules(tag),
      number: new Intl.NumberFormat(tag),
      list: new Intl.ListFormat(tag, { type: 'conjunction' }),
    }
    made.set(tag, known)
  }
  return known
}

export const number = (n: number): string => rules().number.format(n)

/** "1 place", "2 places": `count(2, { one: '# place', other: '# places' })`. */
export function count(n: number, forms: Forms): string {
  return (forms[rules().plural.select(n)] ?? forms.other).replace('#', number(n))
}

/** "12, 13 and 14" */
export const list = (parts: string[]): string => rules().list.format(parts)

/** With the first letter as at the beginning of a sentence. */
export const capital = (text: string): string => text.charAt(0).toLocaleUpperCase(locale.tag) + text.slice(1)
