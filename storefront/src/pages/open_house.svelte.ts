/** Everything one event's page stands on: the event, its house, its seats' states, the purchase. */

import { getChart, getEvent, getPrices, getSeats } from '../api/calls'
import { Refusal } from '../api/client'
import type { BoxEvent } from '../api/types'
import { House } from '../house/house'
import { LiveFeed } from '../house/live_feed.svelte'
import { SeatStates } from '../house/seat_states.svelte'
import { PriceBook } from '../pick/price_book'
import { Purchase } from '../pick/purchase.svelte'

export type Opening = 'loading' | 'open' | 'missing' | 'failed'

export class OpenHouse {
  opening = $state<Opening>('loading')
  event = $state.raw<BoxEvent | null>(null)
  purchase = $state.raw<Purchase | null>(null)
  feed = $state.raw<LiveFeed | null>(null)
  readonly #eventId: number
  #closed = false

  constructor(eventId: number) {
    this.#eventId = eventId
  }

  /** Asks for everything at once. The event's facts stand on the page as soon as they are here. */
  async open(): Promise<void> {
    this.opening = 'loading'
    try {
      const facts = getEvent(this.#eventId).then((event) => (this.event = event))
      const [event, chart, prices, seats] = await Promise.all([
        facts,
        getChart(this.#eventId),
        getPrices(this.#eventId),
        getSeats(this.#eventId),
      ])
      if (this.#closed) return
      const house = new House(chart)
      const states = new SeatStates(house)
      const feed = new LiveFeed(this.#eventId, states)
      feed.open(seats)
      this.feed = feed
      this.purchase = new Purchase(event, house, states, new PriceBook(house, prices))
      this.opening = 'open'
      await this.purchase.resume()
    } catch (error) {
      this.opening = error instanceof Refusal && error.status === 404 ? 'missing' : 'failed'
    }
  }

  /** Looks at the event again: the sale may have opened, or closed. */
  async renew(): Promise<void> {
    try {
      this.event = await getEvent(this.#eventId)
    } catch {
      // What we knew stands until the next look.
    }
  }

  close(): void {
    this.#closed = true
    this.feed?.close()
    this.purchase?.close()
  }
}
