/** Plays a reel: an instant that moves on by itself, at a speed, until the end of the sale.
 *
 *  It is told how much time has passed and has no clock of its own. */

import type { SeatStates } from '../house/seat_states.svelte'
import type { Reel } from './reel'

/** "in a minute": the whole sale, however long it was. */
export const WHOLE = 0
export const SPEEDS = [WHOLE, 1, 10, 100, 1000]
const WHOLE_SECONDS = 60

export class Player {
  readonly reel: Reel
  readonly states: SeatStates
  playing = $state(false)
  speed = $state(WHOLE)
  /** The instant shown, milliseconds since 1970. */
  time = $state(0)
  /** How many entries of the journal are shown. */
  shown = $state(0)
  readonly #text = new TextDecoder()

  constructor(reel: Reel, states: SeatStates) {
    this.reel = reel
    this.states = states
    this.#show(reel.end)
  }

  get ended(): boolean {
    return this.time >= this.reel.end
  }

  /** Milliseconds of the sale for one of the watcher's. */
  get pace(): number {
    if (this.speed !== WHOLE) return this.speed
    return Math.max(1, (this.reel.end - this.reel.start) / (WHOLE_SECONDS * 1000))
  }

  /** From the beginning where it has ended. */
  play(): void {
    if (this.reel.length === 0) return
    if (this.ended) this.seek(0)
    this.playing = true
  }

  pause(): void {
    this.playing = false
  }

  /** To an instant, counted from the sale's first change; before it the house is empty. */
  seek(after: number): void {
    const { start, end } = this.reel
    const wanted = after <= 0 ? start - 1 : Math.min(end, start + after)
    this.#show(wanted)
  }

  /** One entry of the journal forth or back. */
  step(by: 1 | -1): void {
    this.pause()
    const entries = Math.max(0, Math.min(this.reel.length, this.shown + by))
    this.#show(entries === 0 ? this.reel.start - 1 : this.reel.times[entries - 1]!, entries)
  }

  /** So much of the watcher's time has passed. */
  pass(milliseconds: number): void {
    if (!this.playing) return
    this.#show(Math.min(this.reel.end, this.time + milliseconds * this.pace))
    if (this.ended) this.pause()
  }

  #show(time: number, entries = this.reel.entriesBy(time)): void {
    this.time = time
    if (entries === this.reel.position && this.states.version === entries) return
    this.reel.seek(entries)
    this.shown = entries
    this.states.replace(this.#text.decode(this.reel.letters), entries)
  }
}
