import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reasonOf } from '../src/order/decline'
import { stripeAmount } from '../src/order/stripe'
import { de } from '../src/words/de'
import { en } from '../src/words/en'
import { es } from '../src/words/es'
import { fr } from '../src/words/fr'

test('every reason of a decline has a sentence in every language, and the rest is simply declined', () => {
  const codes = [
    'insufficient_funds',
    'payment_intent_authentication_failure',
    'expired_card',
    'invalid_number',
    'incorrect_cvc',
    'do_not_honor',
    'processing_error',
    'currency_not_supported',
    'not_completed',
  ]
  assert.equal(new Set(codes.map(reasonOf)).size, codes.length)
  for (const code of [...codes, 'generic_decline', 'constructor', '', null]) {
    for (const words of [en, de, es, fr]) {
      assert.ok((words.checkout.reasons[reasonOf(code)] ?? '').length > 10, `${words.locale} ${code}`)
    }
  }
})

test('nobody is told that a card is reported as stolen', () => {
  for (const code of ['stolen_card', 'lost_card', 'pickup_card', 'fraudulent']) {
    assert.equal(reasonOf(code), 'declined')
  }
})

test('the form asks for the amount that the server charges', () => {
  const amount = (total_amount: number, currency: string) => stripeAmount({ total_amount, currency })
  assert.deepEqual([amount(1250, 'EUR'), amount(1250, 'JPY'), amount(1250, 'ISK')], [1250, 1250, 125_000])
})
