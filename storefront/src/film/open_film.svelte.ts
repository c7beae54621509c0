/** Everything the film of one sale stands on: the house, and its journal fetched page by page. */

import { getChart, getEvent, getPrices, listChanges } from '../api/calls'
import { Refusal } from '../api/client'
import type { BoxEvent } from '../api/types'
import { House } from '../house/house'
import { SeatStates } from '../house/seat_states.svelte'
import { PriceBook } from '../pick/price_book'
import { Purchase } from '../pick/purchase.svelte'
import { Player } from './player.svelte'
import { Reel } from './reel'

/** 500 entries each: 200,000 batches are more than a stadium's sale has; the film then ends there. */
const PAGES_MAX = 400

export class OpenFilm {
  opening = $state<'loading' | 'open' | 'empty' | 'missing' | 'failed'>('loading')
  event = $state.raw<BoxEvent | null>(null)
  player = $state.raw<Player | null>(null)
  /** What the map draws: a purchase that nobody makes. */
  purchase = $state.raw<Purchase | null>(null)
  /** Entries fetched so far. */
  fetched = $state(0)
  /** The journal goes on after the last page that was fetched. */
  cut = $state(false)
  readonly #eventId: number
  #closed = false

  constructor(eventId: number) {
    this.#eventId = eventId
  }

  async open(): Promise<void> {
    this.opening = 'loading'
    this.fetched = 0
    try {
      const event = await getEvent(this.#eventId)
      this.event = event
      const [chart, prices] = await Promise.all([getChart(this.#eventId), getPrices(this.#eventId)])
      const house = new House(chart)
      const reel = await this.#fetch(new Reel(house.placeCount))
      if (this.#closed) return
      const states = new SeatStates(house)
      this.player = new Player(reel, states)
      this.purchase = new Purchase(event, house, states, new PriceBook(house, prices))
      this.opening = reel.length === 0 ? 'empty' : 'open'
    } catch (error) {
      this.opening = error instanceof Refusal && error.status === 404 ? 'missing' : 'failed'
    }
  }

  async #fetch(reel: Reel): Promise<Reel> {
    let cursor: string | null = null
    for (let page = 0; page < PAGES_MAX && !this.#closed; page += 1) {
      const { changes, next } = await listChanges(this.#eventId, cursor)
      for (const batch of changes) reel.add(batch)
      this.fetched = reel.length
      cursor = next
      if (next === null) break
    }
    this.cut = cursor !== null
    return reel
  }

  close(): void {
    this.#closed = true
    this.player?.pause()
    this.purchase?.close()
  }
}
