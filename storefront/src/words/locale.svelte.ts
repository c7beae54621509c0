/** Whose numbers, prices and dates are written: a language and, where known, a country (de-AT). */

class Locale {
  tag = $state('en-GB')
}

export const locale = new Locale()
