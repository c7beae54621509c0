/** One order on its page: loading it, paying it, watching it until it is settled. */

import * as calls from '../api/calls'
import { Refusal } from '../api/client'
import type { BoxEvent, Buyer, Order, PaymentForm } from '../api/types'
import { tellOrder } from '../embed/host'
import { framed, pathInside } from '../embed/place'
import { announcer } from '../parts/announcer.svelte'
import { forget, recall, remember } from '../parts/memory'
import { Countdown } from '../pick/countdown.svelte'
import { forgetHeld } from '../pick/held_memory'
import { sayRefusal } from '../pick/notice'
import { loadedAt } from '../router.svelte'
import { words } from '../words'
import { reasonOf } from './decline'

export type Opening = 'loading' | 'open' | 'missing' | 'failed'
export type Paying = '' | 'asking' | 'approving'

const LOOK_SECONDS = 1.5
/** Three minutes of looking; a payment that takes longer is seen at the next visit. */
const LOOKS_MAX = 120
const SLOW_SECONDS = 4
/** The bank may ask in its app: the page goes on by itself soon after. */
const BANK_LOOK_SECONDS = 4
const UNSETTLED = ['CREATED', 'PROCESSING', 'AUTHORIZED', 'CAPTURING']

/** There is no token, and the text says why; nothing was asked of us. */
export class CardProblem extends Error {}

export class OpenOrder {
  opening = $state<Opening>('loading')
  order = $state.raw<Order | null>(null)
  event = $state.raw<BoxEvent | null>(null)
  /** Who takes the money; null where nothing is to be paid any more. */
  form = $state.raw<PaymentForm | null>(null)
  paying = $state<Paying>('')
  slow = $state(false)
  /** Why the bank said no, in words; empty while it has not. */
  declined = $state('')
  /** Any other refusal, in words. */
  trouble = $state('')
  /** The payment from whose bank the buyer has turned back. */
  #turnedFrom = $state('')
  readonly countdown = new Countdown()
  readonly #orderId: string
  #token: string | null
  #looks = 0
  #looking: ReturnType<typeof setTimeout> | undefined
  #closed = false

  constructor(orderId: string, token: string | null) {
    this.#orderId = orderId
    this.#token = token
  }

  /** Opens tickets and codes without the session's cookie. */
  get token(): string | null {
    const link = this.order?.access_url
    if (!link) return this.#token
    return new URL(link, location.origin).searchParams.get('token') ?? this.#token
  }

  /** The bank waits for the buyer, who is at the bank or about to go there. */
  get bankAsks(): boolean {
    return this.#bankWaits && this.order?.payment?.payment_id !== this.#turnedFrom
  }

  /** The bank waits for the buyer, who has turned back to pay another way. */
  get turnedBack(): boolean {
    return this.#bankWaits && !this.bankAsks
  }

  get #bankWaits(): boolean {
    const payment = this.order?.payment
    return this.order?.status === 'PENDING' && payment?.next_action != null && !this.#settledBadly
  }

  /** How many places it holds. */
  get places(): number {
    return this.order?.items.filter((item) => item.state === 'ACTIVE').length ?? 0
  }

  /** A payment is on its way, and only time will tell. */
  get settling(): boolean {
    const payment = this.order?.payment
    if (this.order?.status !== 'PENDING' || !payment || payment.next_action) return false
    return UNSETTLED.includes(payment.status)
  }

  get #settledBadly(): boolean {
    return ['FAILED', 'VOIDED', 'VOIDING'].includes(this.order?.payment?.status ?? '')
  }

  async open(): Promise<void> {
    this.opening = 'loading'
    const returned = takeReturn()
    try {
      const order = await calls.getOrder(this.#orderId, this.#token)
      const pending = order.status === 'PENDING' && order.total_amount > 0
      const [event, form] = await Promise.all([
        calls.getEvent(order.event_id),
        pending ? calls.getPaymentForm() : null,
      ])
      if (this.#closed) return
      if (form?.provider === 'stripe' && !pathInside(loadedAt).startsWith('/orders/')) {
        // Only an order's own page may load Stripe's form, and this one was loaded as another.
        location.reload()
        return
      }
      this.event = event
      this.form = form
      this.#accept(order)
      this.opening = 'open'
      if (returned) await this.#settleReturn()
    } catch (error) {
      const known = error instanceof Refusal && [401, 403, 404].includes(error.status)
      this.opening = known ? 'missing' : 'failed'
    }
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#looking)
    this.countdown.stop()
  }

  /** Pays with the token of a card, or with nothing where nothing is to pay. A card that has no
   *  token yet has said why beside its fields. */
  async pay(card: () => Promise<string | null>, buyer: Buyer): Promise<void> {
    const order = this.order
    if (order === null || this.paying !== '') return
    this.paying = 'asking'
    this.declined = this.trouble = ''
    this.slow = false
    announcer.say(words.checkout.paying)
    const slow = setTimeout(() => (this.slow = true), SLOW_SECONDS * 1000)
    try {
      const token = order.total_amount === 0 ? null : await card()
      if (token === null && order.total_amount > 0) return
      if (this.#byStripe) remember(this.#tokenKey, token ?? '')
      this.#accept(await calls.pay(order, token, buyer, this.#token))
    } catch (error) {
      if (error instanceof CardProblem) this.#say(error.message)
      else await this.#refused(error)
    } finally {
      clearTimeout(slow)
      this.paying = ''
    }
    if (this.bankAsks && this.#byStripe) await this.askBank()
  }

  /** Leads to the bank's page, or opens its question over this one; then sees what became of it. */
  async askBank(): Promise<void> {
    const action = this.order?.payment?.next_action
    if (!action || this.form === null || this.paying !== '') return
    const { redirect_url: elsewhere, client_secret: clientSecret } = action
    this.trouble = ''
    if (elsewhere) {
      // No bank stands in a frame: from there a press on the link opens a window.
      if (!framed) location.assign(elsewhere)
      return
    }
    this.paying = 'approving'
    try {
      const { openStripe } = await import('./stripe')
      const stripe = await openStripe(this.form)
      // Whatever it answers: what counts is what the server hears from Stripe.
      await stripe.handleNextAction({ clientSecret: clientSecret ?? '' })
    } catch {
      this.#say(words.checkout.formMissing(new URL(this.form.script_url ?? location.href).host))
      this.paying = ''
      return
    }
    await this.#again()
  }

  /** Shows the form again. The bank may still be answered: the attempt there is given up by the
   *  server, before another one begins. */
  turnBack(): void {
    if (this.paying !== '') return
    this.trouble = this.declined = ''
    this.#turnedFrom = this.order?.payment?.payment_id ?? ''
  }

  /** After all: the bank's question is still open. */
  returnToBank(): void {
    if (this.paying === '') this.#turnedFrom = ''
  }

  /** The same request again: it never charges twice, and says what has become of the payment. */
  async #again(): Promise<void> {
    const order = this.order
    const token = recall(this.#tokenKey)
    this.#looks = 0
    this.paying = 'asking'
    try {
      if (!order?.buyer || !token) await this.look()
      else this.#accept(await calls.pay(order, token, { ...order.buyer }, this.#token))
    } catch (error) {
      await this.#refused(error)
    } finally {
      this.paying = ''
    }
  }

  /** Back from a bank's page: the bank has been asked, so nobody is sent there again by us. */
  async #settleReturn(): Promise<void> {
    if (this.bankAsks || this.settling) await this.#again()
  }

  get #byStripe(): boolean {
    return this.form?.provider === 'stripe'
  }

  /** A token pays this order once and is worthless without the house's secret key. It is kept so that
   *  the same payment can be asked about after a bank's page, or after this one was closed. */
  get #tokenKey(): string {
    return `paying.${this.#orderId}`
  }

  /** The buyer's answer to the bank: the test bank's own page would do the same. */
  async answerBank(approve: boolean): Promise<void> {
    const payment = this.order?.payment
    if (!payment || this.paying !== '') return
    this.paying = 'approving'
    try {
      await calls.completeTestPayment(payment.payment_id, approve)
      this.#looks = 0
      await this.look()
    } catch (error) {
      await this.#refused(error)
    } finally {
      this.paying = ''
    }
  }

  async release(): Promise<void> {
    try {
      await calls.releaseOrder(this.#orderId, this.#token)
      await this.look()
    } catch (error) {
      await this.#refused(error)
    }
  }

  /** Looks at the order once; again by itself while it is not settled. */
  async look(): Promise<void> {
    clearTimeout(this.#looking)
    try {
      this.#accept(await calls.getOrder(this.#orderId, this.#token))
    } catch {
      this.#lookLater()
    }
  }

  #lookLater(seconds = LOOK_SECONDS): void {
    clearTimeout(this.#looking)
    if (this.#closed || this.#looks >= LOOKS_MAX) return
    this.#looks += 1
    this.#looking = setTimeout(() => void this.look(), seconds * 1000)
  }

  #accept(order: Order): void {
    const before = this.order?.status
    this.order = order
    if (order.status === 'PENDING') {
      const total = this.event?.hold_seconds ?? order.expires_in ?? 0
      this.countdown.start(order.expires_in ?? 0, total, () => void this.look())
      if (this.settling || (order.expires_in ?? 0) <= 0) this.#lookLater()
      else if (this.#bankWaits && this.#byStripe) this.#lookLater(BANK_LOOK_SECONDS)
      else if (this.#settledBadly && before === 'PENDING') this.#decline(order.payment?.decline_reason)
      return
    }
    this.countdown.stop()
    forgetHeld(order.event_id)
    // Too late for the clock is not too late for the bank: the seats may still become the buyer's.
    if (UNSETTLED.includes(order.payment?.status ?? '') && order.status === 'CANCELLED') this.#lookLater()
    else forget(this.#tokenKey)
    if (order.status === 'CONFIRMED' && before === 'PENDING') {
      announcer.say(words.say.confirmed)
      tellOrder('bought', order)
    } else if (before === 'PENDING') tellOrder('release', order)
    if (order.status === 'CONFIRMED' && order.tickets.length === 0) this.#lookLater()
  }

  /** A test card tried again after a refusal is a new attempt; after a lost line, when we still know
   *  of no other payment than before, it is the same one. */
  testToken(card: string): string {
    const payment = this.order?.payment
    return payment ? `${card}:${payment.payment_id.slice(-12)}` : card
  }

  async #refused(error: unknown): Promise<void> {
    if (error instanceof Refusal && error.code === 'payment_failed') {
      // What is left of the time is known again, and another card can be offered, once it is said.
      await this.look()
      this.#decline(error.declineReason)
      return
    }
    this.#say(sayRefusal(error, this.event?.order_limit ?? 0, 0))
    await this.look()
  }

  #say(trouble: string): void {
    this.trouble = trouble
    announcer.say(trouble)
  }

  #decline(reason: string | null | undefined): void {
    const said = words.checkout.reasons[reasonOf(reason)] ?? ''
    if (this.declined === said) return
    this.declined = said
    announcer.say(`${words.checkout.declined}. ${said} ${words.checkout.another}`)
  }
}

/** Whether a bank's page led here. Its traces are taken out of the address: they are nobody's. */
function takeReturn(): boolean {
  const address = new URL(location.href)
  const traces = [...address.searchParams.keys()].filter((key) => /^(payment_intent|redirect_)/.test(key))
  if (traces.length === 0) return false
  for (const key of traces) address.searchParams.delete(key)
  history.replaceState(history.state, '', address.pathname + address.search)
  return true
}
