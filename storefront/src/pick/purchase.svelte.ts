/** One buyer at one event: choosing, holding, editing the hold, letting go.
 *
 *  Before the hold a click changes the selection; afterwards it changes the order on the server.
 *  Paying is the order page's business. */

import * as calls from '../api/calls'
import { Refusal } from '../api/client'
import type { BoxEvent, Choice, Order, OrderItem } from '../api/types'
import { tellOrder } from '../embed/host'
import type { House, HouseArea } from '../house/house'
import { FREE, type SeatStates } from '../house/seat_states.svelte'
import { announcer } from '../parts/announcer.svelte'
import { words } from '../words'
import { spokenTime } from '../words/dates'
import { money } from '../words/money'
import { sayItem, sayPlace, sayShort, sayTogether } from '../words/places'
import { Countdown } from './countdown.svelte'
import { forgetHeld, recallHeld, rememberHeld, watchHeld } from './held_memory'
import { sayRefusal, type Notice } from './notice'
import { farthest, offerInstead } from './offers'
import type { PriceBook } from './price_book'
import { SeatFilter } from './seat_filter.svelte'
import { Selection } from './selection.svelte'

export type Busy = '' | 'hold' | 'best' | 'edit' | 'release'

export class Purchase {
  readonly event: BoxEvent
  readonly house: House
  readonly states: SeatStates
  readonly prices: PriceBook
  readonly selection: Selection
  readonly filter: SeatFilter
  readonly countdown = new Countdown()
  order = $state.raw<Order | null>(null)
  notice = $state.raw<Notice | null>(null)
  busy = $state<Busy>('')
  /** The held place for which another one is being chosen. */
  exchanging = $state.raw<OrderItem | null>(null)
  /** Seats to be brought into view on the map. */
  show = $state.raw<number[]>([])
  readonly #stopListening: () => void
  readonly #stopWatching: () => void

  constructor(event: BoxEvent, house: House, states: SeatStates, prices: PriceBook) {
    this.event = event
    this.house = house
    this.states = states
    this.prices = prices
    this.selection = new Selection(house, prices)
    this.filter = new SeatFilter(house, states, prices)
    this.#stopListening = states.listen((ids) => this.#noticeTaken(ids))
    this.#stopWatching = watchHeld(event.event_id, () => void this.#follow())
  }

  close(): void {
    this.#stopListening()
    this.#stopWatching()
    this.countdown.stop()
  }

  get heldItems(): OrderItem[] {
    const items = this.order?.items.filter((item) => item.state === 'ACTIVE') ?? []
    return items.sort((one, other) => one.seat_id - other.seat_id)
  }

  /** Seats to be drawn as the buyer's own. */
  get mine(): Set<number> {
    return new Set(
      this.order === null ? this.selection.seats.keys() : this.heldItems.map((i) => i.seat_id),
    )
  }

  get count(): number {
    return this.order === null ? this.selection.count : this.heldItems.length
  }

  get total(): number {
    if (this.order !== null) return this.order.total_amount
    return this.count === 0 ? 0 : this.selection.total + this.prices.orderFee
  }

  /** Whoever shows the answer is told when it changes: that is what reading `ticks` does. */
  canChoose(id: number): boolean {
    void this.states.ticks
    const priced = this.prices.levelOf(this.house.category[id]!) !== undefined
    return priced && ((this.states.isFree(id) && this.filter.fits(id)) || this.mine.has(id))
  }

  /** Chooses a seat or puts it back; once held, adds it to the hold or gives it back. */
  toggle(id: number): void {
    if (this.busy !== '' || !this.canChoose(id)) return
    const item = this.heldItems.find((held) => held.seat_id === id)
    if (item) void this.giveBack(item)
    else if (this.exchanging !== null) void this.#exchange(this.exchanging, id)
    else if (this.order !== null) void this.#add({ items: [{ seat_id: id }] }, sayPlace(this.house, id))
    else if (this.selection.seats.has(id)) this.drop(id)
    else this.choose(id)
  }

  choose(id: number): void {
    if (this.#full(1)) return
    this.notice = null
    this.selection.add(id)
    announcer.say(words.say.chosen(sayPlace(this.house, id), this.#totalText()))
  }

  drop(id: number): void {
    this.selection.seats.delete(id)
    announcer.say(words.say.dropped(sayPlace(this.house, id), this.#totalText()))
  }

  setStanding(area: HouseArea, type: string, quantity: number): void {
    const before = this.selection.standingCount(area, type)
    if (quantity > before && this.#full(quantity - before)) return
    const name = sayPlace(this.house, area.first)
    if (this.order !== null) {
      const choice = { areas: [{ area_id: area.area_id, quantity: 1, price_type: type }] }
      void this.#add(choice, name)
      return
    }
    this.notice = null
    this.selection.setStanding(area, type, quantity)
    const said = quantity > before ? words.say.chosen : words.say.dropped
    announcer.say(said(name, this.#totalText()))
  }

  hold(): Promise<void> {
    const wanted = [...this.selection.seats.keys()]
    return this.#take('hold', this.selection.choice(), this.selection.count, wanted)
  }

  holdBest(quantity: number, category: string | null, accessible: boolean): Promise<void> {
    const best: NonNullable<Choice['best_available']> = { quantity }
    if (category !== null) best.categories = [category]
    if (accessible) best.accessible = true
    if (category === null && this.filter.upTo !== null) best.max_price = this.filter.upTo
    return this.#take('best', { best_available: best }, quantity, [])
  }

  /** Gives one held place back; giving the last one back ends the hold. */
  async giveBack(item: OrderItem): Promise<void> {
    const order = this.order
    if (order === null) return
    await this.#guarded('edit', [], 1, async () => {
      if (this.heldItems.length === 1) {
        await calls.releaseOrder(order.order_id)
        this.#letGo(words.say.released)
        return
      }
      this.#accept(await calls.removeItem(order.order_id, item.item_id))
      announcer.say(words.say.givenBack(sayItem(item)))
    })
  }

  async release(): Promise<void> {
    const order = this.order
    if (order === null) return
    await this.#guarded('release', [], 0, async () => {
      await calls.releaseOrder(order.order_id)
      this.#letGo(words.say.released)
    })
  }

  /** Finds the hold of an earlier visit, or of before the reload. */
  async resume(): Promise<void> {
    const orderId = recallHeld(this.event.event_id)
    if (orderId === null) return
    try {
      const order = await calls.getOrder(orderId)
      if (order.status === 'PENDING' && (order.expires_in ?? 0) > 0) this.#accept(order)
      else forgetHeld(this.event.event_id)
    } catch (error) {
      if (error instanceof Refusal) forgetHeld(this.event.event_id)
    }
  }

  /** What another window of this browser did to the hold is shown here too. */
  async #follow(): Promise<void> {
    const orderId = this.order?.order_id ?? recallHeld(this.event.event_id)
    if (orderId === null || this.busy !== '') return
    const before = this.order === null ? '' : itemsOf(this.order).join()
    try {
      const order = await calls.getOrder(orderId)
      if (this.busy !== '') return
      const held = order.status === 'PENDING' && (order.expires_in ?? 0) > 0
      if (held) this.#accept(order)
      else if (this.order !== null) this.#letGo(words.notice.gone)
      const after = held ? itemsOf(order).join() : ''
      if (before !== after) this.#tell({ text: held ? words.notice.elsewhere : words.notice.gone })
    } catch {
      // The line is down: the clock and the next step will tell.
    }
  }

  async #take(busy: Busy, choice: Choice, count: number, wanted: number[]): Promise<void> {
    await this.#guarded(busy, wanted, count, async () => {
      const order = await calls.hold(this.event.event_id, choice)
      this.selection.clear()
      this.#accept(order)
      if (busy === 'best') this.show = order.items.map((item) => item.seat_id)
      const time = spokenTime(order.expires_in ?? this.event.hold_seconds)
      announcer.say(words.say.held(order.items.length, time))
    })
  }

  async #add(choice: Choice, name: string): Promise<void> {
    const order = this.order
    if (order === null || this.#full(1)) return
    const wanted = choice.items?.map((item) => item.seat_id) ?? []
    await this.#guarded('edit', wanted, 1, async () => {
      this.#accept(await calls.addItems(order.order_id, choice))
      announcer.say(words.say.added(name))
    })
  }

  /** One held place for another: the deadline and all others stay as they are. */
  async #exchange(item: OrderItem, id: number): Promise<void> {
    const order = this.order
    if (order === null) return
    const types = this.prices.levelOf(this.house.category[id]!)?.types ?? []
    const type = types.find((price) => price.price_type === item.price_type)?.price_type
    const choice = { items: [{ seat_id: id, ...(type && { price_type: type }) }] }
    await this.#guarded('edit', [id], 1, async () => {
      this.#accept(await calls.swap(order.order_id, [item.item_id], choice))
      this.exchanging = null
      announcer.say(words.say.exchanged(sayItem(item), sayPlace(this.house, id)))
    })
  }

  async #guarded(
    busy: Busy,
    wanted: number[],
    count: number,
    act: () => Promise<void>,
  ): Promise<void> {
    this.busy = busy
    this.notice = null
    try {
      await act()
    } catch (error) {
      await this.#refused(error, wanted, count)
    } finally {
      this.busy = ''
    }
  }

  #accept(order: Order): void {
    this.order = order
    tellOrder('hold', order)
    const items = itemsOf(order)
    if (!items.includes(this.exchanging?.item_id ?? '')) this.exchanging = null
    rememberHeld(this.event.event_id, order.order_id, items)
    this.countdown.start(order.expires_in ?? 0, this.event.hold_seconds, () => void this.#ended())
  }

  #letGo(said: string): void {
    if (this.order !== null) tellOrder('release', this.order)
    this.order = this.exchanging = null
    this.countdown.stop()
    forgetHeld(this.event.event_id)
    announcer.say(said)
  }

  /** The clock ran out here: the server's word decides, for a payment may have prolonged the hold. */
  async #ended(): Promise<void> {
    const order = this.order
    if (order === null) return
    try {
      const now = await calls.getOrder(order.order_id)
      if (now.status === 'PENDING' && (now.expires_in ?? 0) > 0) {
        this.#accept(now)
        return
      }
    } catch {
      // Unreachable: the time is over all the same.
    }
    const seats = this.heldItems.map((item) => item.seat_id)
    this.#letGo(words.notice.expired)
    const again = () => {
      for (const id of seats) if (this.states.isFree(id)) this.selection.add(id)
      this.notice = null
      if (this.selection.count > 0) void this.hold()
    }
    const seatsOnly = seats.every((id) => this.house.isSeat(id))
    this.notice = seatsOnly
      ? { text: words.notice.expired, action: { label: words.notice.again, run: again } }
      : { text: words.notice.expired }
  }

  async #refused(error: unknown, wanted: number[], count: number): Promise<void> {
    if (!(error instanceof Refusal)) {
      this.#tell({ text: sayRefusal(error, this.event.order_limit, count) })
      return
    }
    if (error.code === 'seat_unavailable') {
      this.states.apply({ H: error.seatIds.filter((id) => this.states.isFree(id)) }, this.states.version)
      this.#offerInstead(error.seatIds, wanted)
    } else if (error.code === 'leaves_single_seat') {
      this.#offerWithoutGap(error.seatIds, wanted)
    } else if (error.code === 'order_expired' || error.code === 'order_not_pending') {
      this.#letGo(words.notice.gone)
      this.#tell({ text: words.notice.gone })
    } else {
      this.#tell({ text: sayRefusal(error, this.event.order_limit, count) })
    }
  }

  /** A seat that was chosen has just gone to somebody else. */
  #noticeTaken(ids: number[]): void {
    if (this.order !== null || this.busy !== '') return
    const chosen = [...this.selection.seats.keys()]
    const among = ids.length === 0 ? chosen : ids
    const lost = among.filter(
      (id) => this.selection.seats.has(id) && this.states.letters[id] !== FREE,
    )
    if (lost.length > 0) this.#offerInstead(lost, chosen)
  }

  #offerInstead(lost: number[], wanted: number[]): void {
    const kept = wanted.filter((id) => !lost.includes(id))
    for (const id of lost) this.selection.seats.delete(id)
    const { text, seats } = offerInstead(this.house, lost, kept, (id) => this.states.isFree(id))
    if (seats === null) {
      this.#tell({ text })
      return
    }
    const label = words.notice.take(sayTogether(this.house, seats))
    this.#tell({ text, action: { label, run: () => this.#takeOffer(seats) } })
  }

  #takeOffer(offer: number[]): void {
    this.notice = null
    if (this.exchanging !== null && offer.length === 1) {
      void this.#exchange(this.exchanging, offer[0]!)
      return
    }
    if (this.order !== null) {
      const items = offer.map((seat_id) => ({ seat_id }))
      void this.#add({ items }, sayTogether(this.house, offer))
      return
    }
    for (const id of offer) if (this.states.isFree(id) && !this.#full(1)) this.selection.add(id)
    this.show = [...this.selection.seats.keys()]
    announcer.say(words.say.chosen(sayTogether(this.house, offer), this.#totalText()))
  }

  /** One seat would be left alone: the party moves up to it, giving its farthest seat for it. */
  #offerWithoutGap(single: number[], wanted: number[]): void {
    const text = words.notice.single(single.map((id) => sayShort(this.house, id)))
    const leave = farthest(this.house, single[0] ?? -1, wanted)
    if (single.length !== 1 || leave === undefined || this.order !== null) {
      this.#tell({ text })
      return
    }
    const run = () => {
      this.selection.seats.delete(leave)
      this.#takeOffer(single)
    }
    this.#tell({ text, action: { label: words.notice.takeSingle, run } })
  }

  #full(more: number): boolean {
    if (this.count + more <= this.event.order_limit) return false
    this.#tell({ text: words.tray.limit(this.event.order_limit) })
    return true
  }

  #tell(notice: Notice): void {
    this.notice = notice
    announcer.say(notice.text)
  }

  #totalText(): string {
    return money(this.total, this.prices.currency)
  }
}

function itemsOf(order: Order): string[] {
  return order.items.filter((item) => item.state === 'ACTIVE').map((item) => item.item_id)
}
