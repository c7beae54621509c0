/** Prices as people write them, from integer minor units. */

import { words } from './index'

const formats = new Map<string, Intl.NumberFormat>()

function formatOf(currency: string): Intl.NumberFormat {
  let format = formats.get(currency)
  if (format === undefined) {
    format = new Intl.NumberFormat(words.locale, { style: 'currency', currency })
    formats.set(currency, format)
  }
  return format
}

/** `2590` in EUR is "€25.90"; yen have no minor units, dinars have three digits of them. */
export function money(minor: number, currency: string): string {
  const format = formatOf(currency)
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2
  return format.format(minor / 10 ** digits)
}
