/** The organiser's page around a frame (public/embed.js): what it is told of what happens here.
 *
 *  It is told nothing that opens an order: no token, no name, no address of a buyer. Who may be the
 *  host at all is the server's decision (frame-ancestors); here both sides only make sure that they
 *  talk to whom they mean. */

import type { Order } from '../api/types'
import { dress, framed, originOf } from './place'

type Word = 'ready' | 'size' | 'turn' | 'hold' | 'release' | 'bought'

export const host = framed && window.parent !== window ? originOf(dress.get('host')) : null

export function tellHost(word: Word, told: Record<string, unknown> = {}): void {
  if (host !== null) window.parent.postMessage({ holdfast: word, ...told }, host)
}

/** What an organiser's page may know of an order. */
export function tellOrder(word: 'hold' | 'release' | 'bought', order: Order): void {
  const { order_id, event_id, total_amount, currency, expires_at } = order
  const places = order.items.filter((item) => item.state === 'ACTIVE').length
  tellHost(word, { order: { order_id, event_id, places, total_amount, currency, expires_at } })
}
