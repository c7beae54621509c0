import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { offerInstead } from '../src/pick/offers'
import { clockTime, countdown, dayAndMonth, longDate, monthOf, shortMoment } from '../src/words/dates'
import { de } from '../src/words/de'
import { en, type Words } from '../src/words/en'
import { es } from '../src/words/es'
import { count, list } from '../src/words/forms'
import { fr } from '../src/words/fr'
import { words } from '../src/words/index'
import { language } from '../src/words/language.svelte'
import { locale } from '../src/words/locale.svelte'
import { money, shortMoney } from '../src/words/money'
import { smallHouse } from './houses'

const CATALOGUES: Record<string, Words> = { en, de, es, fr }
const EVENING = '2026-12-04T19:00:00Z'
const BERLIN = 'Europe/Berlin'
/** Same in two languages, and rightly so. */
const ALIKE = new Set(['Filter', 'Name', 'Total', '3-D Secure', 'Senior', '2 places', '2 minutes'])

function speak(code: string, tag?: string): void {
  language.words = CATALOGUES[code]!
  locale.tag = tag ?? CATALOGUES[code]!.locale
}

afterEach(() => speak('en'))

/** Every sentence with its place; functions by what they say of two seats at 9,00. */
function sentences(value: unknown, place = ''): [string, string][] {
  if (typeof value === 'string') return [[place, value]]
  if (typeof value === 'function') return [[place, say(value as (...given: unknown[]) => string)]]
  return Object.entries(value as object).flatMap(([key, part]) => sentences(part, `${place}.${key}`))
}

function say(sentence: (...given: unknown[]) => string): string {
  for (const first of [['A 1', 'A 2'], 2, 'A 1']) {
    try {
      const said = sentence(first, first === 2 ? '9:00' : ['B 1', 'B 2'], '9:00')
      if (!said.includes('NaN')) return said
    } catch {
      // It wants something else first.
    }
  }
  return sentence('A', 'B', 'C')
}

test('prices and times are written as the visitor writes them', () => {
  const written = (code: string, tag?: string) => {
    speak(code, tag)
    return [money(123450, 'EUR'), clockTime(EVENING, BERLIN), longDate(EVENING, BERLIN)]
      .map((text) => text.replaceAll(/[\u00a0\u202f]/g, ' '))
      .join(' | ')
  }
  assert.equal(written('en'), '€1,234.50 | 20:00 | Friday 4 December 2026')
  assert.equal(written('en', 'en-US'), '€1,234.50 | 8:00 PM | Friday, December 4, 2026')
  assert.equal(written('de'), '1.234,50 € | 20:00 | Freitag, 4. Dezember 2026')
  assert.equal(written('de', 'de-AT'), '€ 1.234,50 | 20:00 | Freitag, 4. Dezember 2026')
  assert.equal(written('es'), '1234,50 € | 20:00 | Viernes, 4 de diciembre de 2026')
  assert.equal(written('fr'), '1 234,50 € | 20:00 | Vendredi 4 décembre 2026')
})

test('a day belongs to the house, and currencies have their own fractions', () => {
  assert.equal(longDate('2026-12-04T23:30:00Z', BERLIN), 'Saturday 5 December 2026')
  assert.equal(monthOf(EVENING, BERLIN), 'December 2026')
  assert.match(shortMoment(EVENING, BERLIN), /4 Dec.*20:00/)
  assert.equal(money(1200, 'JPY'), 'JP¥1,200')
  assert.equal(shortMoney(2500, 'EUR'), '€25')
  assert.equal(shortMoney(2550, 'EUR'), '€25.50')
  speak('de')
  assert.equal(shortMoney(2500, 'EUR').replace('\u00a0', ' '), '25 €')
})

test('a day that is far away has its year', () => {
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
  for (const written of [shortMoment, dayAndMonth]) {
    assert.doesNotMatch(written(inDays(40), BERLIN), /\d{4}/)
    assert.match(written(inDays(400), BERLIN), /\d{4}/)
  }
})

test('clocks count days, hours and minutes', () => {
  assert.equal(countdown(599.2), '10:00')
  assert.equal(countdown(3725), '1:02:05')
  assert.equal(countdown(86_400 * 3 + 5), '3 days')
})

test('numbers bend words by the rules of the language', () => {
  const forms = { one: '# lugar', few: '# lugares pocos', other: '# lugares' }
  assert.deepEqual([count(0, forms), count(1, forms), count(1200, forms)], ['0 lugares', '1 lugar', '1,200 lugares'])
  speak('fr')
  assert.equal(count(0, forms), '0 lugar', 'nothing is singular in French')
  locale.tag = 'pl-PL'
  assert.equal(count(3, forms), '3 lugares pocos', 'Polish has a form for a few')
  speak('es')
  assert.equal(list(['1', '2', '3']), '1, 2 y 3')
})

test('a language spoken is spoken everywhere at once', () => {
  assert.equal(words.tray.hold(2), 'Hold 2 places')
  assert.equal(words.tray.release(1), 'Give the place back')
  assert.equal(words.tray.release(14), 'Give the places back')
  assert.equal(words.tray.atMost(1), 'One buyer can take one place.')
  assert.equal(words.tray.atMost(8), 'One buyer can take eight places.')
  assert.equal(words.order.releasedWhy(1), 'You gave the place back. Nothing was charged.')
  speak('de')
  assert.equal(words.tray.hold(1), '1 Platz reservieren')
  const offer = offerInstead(smallHouse(), [3], [], (id) => id === 4)
  assert.equal(offer.text, 'Reihe A 4 wurde gerade eben vergeben. Reihe A 5 ist daneben frei.')
})

test('no sentence of any catalogue shouts, is empty, or was left in English', () => {
  const english = new Map(sentences(en))
  assert.ok(english.size > 250)
  for (const [code, catalogue] of Object.entries(CATALOGUES)) {
    speak(code)
    for (const [place, said] of sentences(catalogue)) {
      assert.doesNotMatch(said, /!|undefined|\[object/, `${code}${place}`)
      assert.ok(said.trim().length > 0, `${code}${place} says nothing`)
      const same = code !== 'en' && said === english.get(place) && /[a-z]{4}/.test(said)
      if (same && !ALIKE.has(said)) assert.fail(`${code}${place} is still English: ${said}`)
    }
  }
})
