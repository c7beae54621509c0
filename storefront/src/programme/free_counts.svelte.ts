/** How much is left of each event and from which price, fetched as the programme is scrolled. */

import { SvelteMap } from 'svelte/reactivity'
import { getAvailability, getPrices } from '../api/calls'
import type { BoxEvent } from '../api/types'

export interface Summary {
  free: number
  /** The lowest all-in total, or null where nothing is priced. */
  from: number | null
  currency: string
}

/** Requests under way at once: a long programme must not crowd out a buyer's own. */
const AT_ONCE_MAX = 4

export class FreeCounts {
  readonly known = new SvelteMap<number, Summary>()
  readonly #asked = new Set<number>()
  readonly #waiting: number[] = []
  #running = 0

  want(event: BoxEvent): void {
    if (this.#asked.has(event.event_id)) return
    this.#asked.add(event.event_id)
    this.#waiting.push(event.event_id)
    this.#next()
  }

  #next(): void {
    const id = this.#running < AT_ONCE_MAX ? this.#waiting.shift() : undefined
    if (id === undefined) return
    this.#running += 1
    void this.#fetch(id).finally(() => {
      this.#running -= 1
      this.#next()
    })
    this.#next()
  }

  async #fetch(id: number): Promise<void> {
    try {
      const [availability, list] = await Promise.all([getAvailability(id), getPrices(id)])
      const totals = list.prices.map((price) => price.total)
      this.known.set(id, {
        free: availability.sections.reduce((sum, section) => sum + section.available_count, 0),
        from: totals.length === 0 ? null : Math.min(...totals),
        currency: list.currency,
      })
    } catch {
      // The line then stands without its word; the event's own page will say more.
    }
  }
}
