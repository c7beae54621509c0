/** Prices as people write them, from integer minor units. */

import { locale } from './locale.svelte'

const formats = new Map<string, Intl.NumberFormat>()

function formatOf(currency: string): Intl.NumberFormat {
  const key = `${locale.tag} ${currency}`
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.NumberFormat(locale.tag, { style: 'currency', currency })
    formats.set(key, format)
  }
  return format
}

/** `2590` in EUR is "€25.90"; yen have no minor units, dinars have three digits of them. */
export function money(minor: number, currency: string): string {
  const format = formatOf(currency)
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2
  return format.format(minor / 10 ** digits)
}

/** The same without a fraction that is nothing, where there is little room: "€25". */
export function shortMoney(minor: number, currency: string): string {
  const format = formatOf(currency)
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2
  if (digits === 0 || minor % 10 ** digits !== 0) return format.format(minor / 10 ** digits)
  return format
    .formatToParts(minor / 10 ** digits)
    .filter((part) => part.type !== 'decimal' && part.type !== 'fraction')
    .map((part) => part.value)
    .join('')
}
