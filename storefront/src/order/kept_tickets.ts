/** Keeps tickets on this device, so that they open at a door where there is no line: the page, what
 *  it is made of, the order, the evening and every code. public/keep-tickets.js shows them then. */

import { ticketAddress } from '../api/calls'
import { framed } from '../embed/place'
import type { BoxEvent, Order } from '../api/types'

const CACHE = 'tickets'
/** A page has about twenty parts and an order as many codes: this is a season of a keen visitor. */
const KEPT_MAX = 400

/** True where all of it is kept. Browsers without such a cache, or on plain http, keep nothing; nor is
 *  anything kept in a frame, where nobody would look for tickets at a door. */
export async function keepTickets(order: Order, event: BoxEvent, token: string | null): Promise<boolean> {
  if (framed || !('serviceWorker' in navigator) || !('caches' in window)) return false
  try {
    await navigator.serviceWorker.register('/keep-tickets.js', { scope: '/orders/' })
    const cache = await caches.open(CACHE)
    const proof = token === null ? '' : `?token=${encodeURIComponent(token)}`
    const addresses = [
      '/',
      ...pageParts(),
      `/api/v1/events/${event.event_id}`,
      `/api/v1/orders/${encodeURIComponent(order.order_id)}${proof}`,
      ...order.tickets.map((ticket) => ticketAddress(ticket.ticket_id, 'svg', token)),
    ]
    await Promise.all(addresses.map((address) => keep(cache, address)))
    await forgetOldest(cache)
    return true
  } catch {
    return false
  }
}

/** Scripts, styles and fonts that this page has loaded. */
function pageParts(): string[] {
  const parts = performance
    .getEntriesByType('resource')
    .map((entry) => new URL(entry.name))
    .filter(({ origin, pathname }) => origin === location.origin && pathname.startsWith('/assets/'))
  return [...new Set(parts.map(({ pathname }) => pathname))]
}

async function keep(cache: Cache, address: string): Promise<void> {
  if (address.startsWith('/assets/') && (await cache.match(address))) return
  const answer = await fetch(address)
  if (!answer.ok) throw new Error(`${answer.status} ${address}`)
  // What is kept anew counts as the youngest, and no address is kept under two tokens.
  await cache.delete(address, { ignoreSearch: true, ignoreVary: true })
  await cache.put(address, answer)
}

async function forgetOldest(cache: Cache): Promise<void> {
  const kept = await cache.keys()
  await Promise.all(kept.slice(0, -KEPT_MAX).map((request) => cache.delete(request)))
}
