/** Stripe's form on a page, as far as this page uses it. Stripe.js comes from Stripe's own address,
 *  which its terms ask for, and is fetched when a card is to be asked for and not before.
 *
 *  What is typed into the form goes to Stripe and never passes through here: a page gets a token. */

import type { Buyer, Order, PaymentForm } from '../api/types'
import { language } from '../words/language.svelte'

export interface StripeError {
  type: string
  message?: string
}

export interface Appearance {
  theme: 'stripe' | 'night'
  labels: 'above'
  variables: Record<string, string>
  rules: Record<string, Record<string, string>>
}

export interface Wanted {
  amount: number
  currency: string
  appearance: Appearance
  locale: string
}

export interface CardElement {
  mount(place: HTMLElement): void
  destroy(): void
  on(event: 'ready' | 'change' | 'loaderror', told: () => void): void
}

export interface Elements {
  create(kind: 'payment', options: object): CardElement
  update(wanted: Partial<Wanted>): void
  submit(): Promise<{ error?: StripeError }>
}

export interface Stripe {
  elements(options: Wanted & { mode: 'payment'; captureMethod: 'manual' }): Elements
  createConfirmationToken(options: {
    elements: Elements
    params: object
  }): Promise<{ error?: StripeError; confirmationToken?: { id: string } }>
  handleNextAction(options: { clientSecret: string }): Promise<{ error?: StripeError }>
}

declare global {
  interface Window {
    Stripe?: (key: string, options: { locale: string }) => Stripe
  }
}

const LOAD_SECONDS_MAX = 20

/** Stripe.js did not come: kept out by something, or the line is down. */
export class StripeMissing extends Error {}

let opened: Promise<Stripe> | null = null

/** One Stripe for the whole page; after a failure the next call tries again. */
export function openStripe(form: PaymentForm): Promise<Stripe> {
  opened ??= open(form).catch((error: unknown) => {
    opened = null
    throw error
  })
  return opened
}

async function open({ script_url, publishable_key }: PaymentForm): Promise<Stripe> {
  if (script_url === null || publishable_key === null) throw new StripeMissing()
  if (window.Stripe === undefined) await fetchScript(script_url)
  if (window.Stripe === undefined) throw new StripeMissing(script_url)
  return window.Stripe(publishable_key, { locale: language.code })
}

function fetchScript(address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    const fail = () => {
      clearTimeout(late)
      script.remove()
      reject(new StripeMissing(address))
    }
    const late = setTimeout(fail, LOAD_SECONDS_MAX * 1000)
    script.onload = () => {
      clearTimeout(late)
      resolve()
    }
    script.onerror = fail
    script.src = address
    document.head.append(script)
  })
}

/** The form before there is a charge: what is to be paid, reserved first and collected later. */
export function openElements(stripe: Stripe, wanted: Wanted): Elements {
  return stripe.elements({ mode: 'payment', captureMethod: 'manual', ...wanted })
}

/** Name and mail address stand above the form already and are handed over with the token. */
export function createCardElement(elements: Elements): CardElement {
  return elements.create('payment', {
    layout: { type: 'tabs' },
    fields: { billingDetails: { name: 'never', email: 'never' } },
  })
}

/** What pays: once, and only through our server. `error` says why there is none. */
export async function createToken(
  stripe: Stripe,
  elements: Elements,
  buyer: Buyer,
): Promise<{ token: string } | { error: StripeError }> {
  const billing_details = { name: buyer.name, email: buyer.email }
  const made = await stripe.createConfirmationToken({
    elements,
    params: { payment_method_data: { billing_details } },
  })
  if (made.confirmationToken) return { token: made.confirmationToken.id }
  return { error: made.error ?? { type: 'api_error' } }
}

const HUNDREDFOLD = ['ISK', 'UGX']

/** An order's total as Stripe counts it: two currencies without hundredths are in hundredths there. */
export function stripeAmount({ total_amount, currency }: Pick<Order, 'total_amount' | 'currency'>): number {
  return HUNDREDFOLD.includes(currency) ? total_amount * 100 : total_amount
}
