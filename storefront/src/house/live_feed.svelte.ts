/** Keeps the seat states of one event fresh: the stream while it stands, a look every few seconds
 *  while it does not. A frame that does not join on to what we have is never applied. */

import { getSeats, streamAddress } from '../api/calls'
import type { BoxEvent, Frame, Snapshot } from '../api/types'
import type { SeatStates } from './seat_states.svelte'

const RETRY_SECONDS = [1, 2, 4, 8, 15]
/** A stream that says nothing for this long is taken for dead; the heartbeat is well below it. */
const SILENCE_SECONDS_MAX = 45

export type Connection = 'opening' | 'live' | 'catching_up' | 'offline'

export class LiveFeed {
  connection = $state<Connection>('opening')
  /** What the event became while we listened; null while nothing was said. */
  eventStatus = $state<BoxEvent['status'] | null>(null)
  readonly #eventId: number
  readonly #states: SeatStates
  #stream: EventSource | null = null
  #failures = 0
  #retry: ReturnType<typeof setTimeout> | undefined
  #watch: ReturnType<typeof setInterval> | undefined
  #heard = 0
  #fetching: Promise<void> | null = null
  #closed = false

  constructor(eventId: number, states: SeatStates) {
    this.#eventId = eventId
    this.#states = states
  }

  /** Takes the first snapshot, then opens the stream from there. */
  open(first: Snapshot | Frame): void {
    this.#accept(first)
    window.addEventListener('online', this.#again)
    window.addEventListener('offline', this.#lost)
    document.addEventListener('visibilitychange', this.#shown)
    this.#watch = setInterval(() => this.#checkSilence(), 5_000)
    this.#listen()
  }

  close(): void {
    this.#closed = true
    this.#stream?.close()
    clearTimeout(this.#retry)
    clearInterval(this.#watch)
    window.removeEventListener('online', this.#again)
    window.removeEventListener('offline', this.#lost)
    document.removeEventListener('visibilitychange', this.#shown)
  }

  /** Catches up at once, for instance after a refusal said that the map is behind. */
  refresh(): Promise<void> {
    this.#fetching ??= this.#fetch().finally(() => (this.#fetching = null))
    return this.#fetching
  }

  #listen(): void {
    this.#stream?.close()
    const stream = new EventSource(streamAddress(this.#eventId, this.#states.version))
    this.#stream = stream
    this.#heard = Date.now()
    stream.addEventListener('open', () => this.#alive())
    stream.addEventListener('seats', (event) => this.#take(JSON.parse(event.data) as Frame))
    stream.addEventListener('version', (event) => {
      this.#alive()
      const said = JSON.parse(event.data) as { version?: number } | number
      const version = typeof said === 'number' ? said : said.version
      if (version !== undefined && version > this.#states.version) this.#catchUp()
    })
    stream.addEventListener('resync', () => {
      this.#alive()
      this.#catchUp()
    })
    stream.addEventListener('error', () => this.#lost())
  }

  #take(frame: Frame): void {
    this.#alive()
    if (frame.version <= this.#states.version) return
    // A frame holds the last state of each seat, so it may begin before the version that we fetched
    // in the middle of it. Without this, whoever fetches during a rush would have to fetch for ever.
    if (frame.from <= this.#states.version) this.#apply(frame)
    else this.#catchUp()
  }

  #apply(frame: Frame): void {
    this.#states.apply(frame.changes, frame.version)
    if (frame.event_status) this.eventStatus = frame.event_status
  }

  #alive(): void {
    this.#heard = Date.now()
    this.#failures = 0
    if (this.connection !== 'live' && this.#fetching === null) this.connection = 'live'
  }

  #catchUp(): void {
    this.refresh().catch(() => this.#lost())
  }

  async #fetch(): Promise<void> {
    const mine = this.#states.version
    this.#accept(await getSeats(this.#eventId, mine < 0 ? undefined : mine))
    if (this.#stream?.readyState === EventSource.OPEN) this.connection = 'live'
  }

  #accept(answer: Snapshot | Frame): void {
    // Frames may have come while we waited: what is older than them is not taken.
    if (answer.version < this.#states.version) return
    if ('seats' in answer) this.#states.replace(answer.seats, answer.version)
    else this.#apply(answer)
  }

  /** The browser would reconnect by itself, but not after an error status, and not with our pauses. */
  readonly #lost = (): void => {
    if (this.#closed) return
    this.#stream?.close()
    this.#stream = null
    this.connection = navigator.onLine && this.#failures < 2 ? 'catching_up' : 'offline'
    clearTimeout(this.#retry)
    const pause = RETRY_SECONDS[Math.min(this.#failures, RETRY_SECONDS.length - 1)] ?? 15
    this.#failures += 1
    this.#retry = setTimeout(this.#again, pause * (800 + 400 * Math.random()))
  }

  readonly #again = (): void => {
    if (this.#closed) return
    clearTimeout(this.#retry)
    this.refresh().then(
      () => this.#listen(),
      () => this.#lost(),
    )
  }

  readonly #shown = (): void => {
    if (document.visibilityState === 'visible') this.#checkSilence()
  }

  #checkSilence(): void {
    if (this.#stream !== null && Date.now() - this.#heard > SILENCE_SECONDS_MAX * 1000) this.#lost()
  }
}
