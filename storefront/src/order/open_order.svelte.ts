/** One order on its page: loading it, paying it, watching it until it is settled. */

import * as calls from '../api/calls'
import { Refusal } from '../api/client'
import type { BoxEvent, Buyer, Order } from '../api/types'
import { tellOrder } from '../embed/host'
import { announcer } from '../parts/announcer.svelte'
import { Countdown } from '../pick/countdown.svelte'
import { forgetHeld } from '../pick/held_memory'
import { sayRefusal } from '../pick/notice'
import { words } from '../words'

export type Opening = 'loading' | 'open' | 'missing' | 'failed'
export type Paying = '' | 'asking' | 'approving'

const LOOK_SECONDS = 1.5
/** Three minutes of looking; a payment that takes longer is seen at the next visit. */
const LOOKS_MAX = 120
const SLOW_SECONDS = 4
const UNSETTLED = ['CREATED', 'PROCESSING', 'AUTHORIZED', 'CAPTURING']

export class OpenOrder {
  opening = $state<Opening>('loading')
  order = $state.raw<Order | null>(null)
  event = $state.raw<BoxEvent | null>(null)
  paying = $state<Paying>('')
  slow = $state(false)
  /** Why the bank said no, in words; empty while it has not. */
  declined = $state('')
  /** Any other refusal, in words. */
  trouble = $state('')
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

  /** The bank waits for the buyer. */
  get bankAsks(): boolean {
    const payment = this.order?.payment
    return this.order?.status === 'PENDING' && payment?.next_action != null && !this.#settledBadly
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
    try {
      const order = await calls.getOrder(this.#orderId, this.#token)
      this.event = await calls.getEvent(order.event_id)
      if (this.#closed) return
      this.#accept(order)
      this.opening = 'open'
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

  /** Pays with a test card, or with nothing where nothing is to pay. */
  async pay(card: string, buyer: Buyer): Promise<void> {
    const order = this.order
    if (order === null || this.paying !== '') return
    this.paying = 'asking'
    this.declined = this.trouble = ''
    this.slow = false
    announcer.say(words.checkout.paying)
    const slow = setTimeout(() => (this.slow = true), SLOW_SECONDS * 1000)
    try {
      this.#accept(await calls.pay(order, this.#cardToken(order, card), buyer, this.#token))
    } catch (error) {
      await this.#refused(error)
    } finally {
      clearTimeout(slow)
      this.paying = ''
    }
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

  #lookLater(): void {
    if (this.#closed || this.#looks >= LOOKS_MAX) return
    this.#looks += 1
    this.#looking = setTimeout(() => void this.look(), LOOK_SECONDS * 1000)
  }

  #accept(order: Order): void {
    const before = this.order?.status
    this.order = order
    if (order.status === 'PENDING') {
      const total = this.event?.hold_seconds ?? order.expires_in ?? 0
      this.countdown.start(order.expires_in ?? 0, total, () => void this.look())
      if (this.settling || (order.expires_in ?? 0) <= 0) this.#lookLater()
      else if (this.#settledBadly && before === 'PENDING') this.#decline(order.payment?.decline_reason)
      return
    }
    this.countdown.stop()
    forgetHeld(order.event_id)
    if (order.status === 'CONFIRMED' && before === 'PENDING') {
      announcer.say(words.say.confirmed)
      tellOrder('bought', order)
    } else if (before === 'PENDING') tellOrder('release', order)
    if (order.status === 'CONFIRMED' && order.tickets.length === 0) this.#lookLater()
  }

  /** A card tried again after a refusal is a new attempt; after a lost line, when we still know of
   *  no other payment than before, it is the same one. */
  #cardToken(order: Order, card: string): string | null {
    if (order.total_amount === 0) return null
    return order.payment === null ? card : `${card}:${order.payment.payment_id.slice(-12)}`
  }

  async #refused(error: unknown): Promise<void> {
    if (error instanceof Refusal && error.code === 'payment_failed') {
      this.#decline(error.declineReason)
      await this.look()
      return
    }
    this.trouble = sayRefusal(error, this.event?.order_limit ?? 0, 0)
    announcer.say(this.trouble)
    await this.look()
  }

  #decline(reason: string | null | undefined): void {
    const said = words.checkout.reasons[reason ?? ''] ?? words.checkout.reasons['declined'] ?? ''
    if (this.declined === said) return
    this.declined = said
    announcer.say(`${words.checkout.declined}. ${said} ${words.checkout.another}`)
  }
}
