/** Every request the pages make, by its name. */

import { readColumns, type ChartColumns } from '../house/chart_columns'
import { ask, askBytes, PAYMENT_SECONDS_MAX } from './client'
import type {
  BatchList,
  BoxEvent,
  Buyer,
  Choice,
  EventList,
  Frame,
  Order,
  PaymentForm,
  PriceList,
  Snapshot,
} from './types'

/** The programme is read in at most this many pages of 500. */
const PAGES_MAX = 4

export async function listEvents(): Promise<BoxEvent[]> {
  const events: BoxEvent[] = []
  let next: string | null = null
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const cursor: string = next === null ? '' : `&cursor=${encodeURIComponent(next)}`
    const answer = await ask<EventList>(`/events?limit=500${cursor}`)
    events.push(...answer.events)
    next = answer.next
    if (next === null) break
  }
  return events
}

/** What everybody is answered alike. The page's head has the browser ask for it before any script. */
const OPEN = { open: true } as const

export const getEvent = (id: number) => ask<BoxEvent>(`/events/${id}`, OPEN)
export const getPrices = (id: number) => ask<PriceList>(`/events/${id}/prices`, OPEN)
/** Found by way of the event, so that nobody waits for the event's facts first. */
export const getChart = async (id: number): Promise<ChartColumns> =>
  readColumns(await askBytes(`/events/${id}/chart.columns`, { ...OPEN, seconds: 60 }))

export function getSeats(id: number, since?: number): Promise<Snapshot | Frame> {
  return ask(`/events/${id}/seats${since === undefined ? '' : `?since=${since}`}`, OPEN)
}

export const listChanges = (id: number, cursor: string | null) =>
  ask<BatchList>(`/events/${id}/changes?limit=500${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`, { seconds: 60 })

/** The stream begins with what changed since the version that we have. */
export const streamAddress = (id: number, since: number) =>
  `/api/v1/events/${id}/stream?since=${since}`

export function hold(eventId: number, choice: Choice): Promise<Order> {
  return ask(`/events/${eventId}/holds`, { method: 'POST', body: choice })
}

export const getOrder = (id: string, token?: string | null) =>
  ask<Order>(`/orders/${encodeURIComponent(id)}`, { token: token ?? null })

export const addItems = (id: string, choice: Choice) =>
  ask<Order>(`/orders/${encodeURIComponent(id)}/items`, { method: 'POST', body: choice })

/** Other places for held ones, all or nothing; the deadline stays. */
export const swap = (id: string, itemIds: string[], choice: Choice) =>
  ask<Order>(`/orders/${encodeURIComponent(id)}/swap`, {
    method: 'POST',
    body: { item_ids: itemIds, ...choice },
  })

export const removeItem = (id: string, itemId: string) =>
  ask<Order>(
    `/orders/${encodeURIComponent(id)}/items/${encodeURIComponent(itemId)}`,
    { method: 'DELETE' },
  )

export const releaseOrder = (id: string, token?: string | null) =>
  ask<void>(`/orders/${encodeURIComponent(id)}`, { method: 'DELETE', token: token ?? null })

/** Who takes payments, and with which form. */
export const getPaymentForm = () => ask<PaymentForm>('/payments/form')

export function pay(
  order: Order,
  cardToken: string | null,
  buyer: Buyer,
  token?: string | null,
): Promise<Order> {
  return ask(`/orders/${encodeURIComponent(order.order_id)}/payment`, {
    method: 'POST',
    body: { payment_token: cardToken, buyer },
    seconds: PAYMENT_SECONDS_MAX,
    token: token ?? null,
  })
}

/** The buyer's answer on the test bank's page. */
export const completeTestPayment = (paymentId: string, approve: boolean) =>
  ask<unknown>(`/payments/test/${encodeURIComponent(paymentId)}/complete`, {
    method: 'POST',
    body: { approve },
  })

/** The mail with the tickets once more, to the address that the order has; answers with it. */
export const resend = (id: string, token: string | null) =>
  ask<{ email: string }>(`/orders/${encodeURIComponent(id)}/resend`, { method: 'POST', token })

export function ticketAddress(ticketId: string, kind: 'svg' | 'ics' | 'pdf', token: string | null): string {
  const plain = `/api/v1/tickets/${encodeURIComponent(ticketId)}.${kind}`
  return token === null ? plain : `${plain}?token=${encodeURIComponent(token)}`
}
