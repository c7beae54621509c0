/** The journal of a sale, wound up so that any instant of it is found at once.
 *
 *  It begins with an empty house, every place free, and knows nothing of time passing: the player
 *  asks for an instant. A keyframe, the whole house as it stood, is kept every so often; seeking
 *  starts from where the reel stands or from a keyframe, whichever is nearer. */

import type { Batch } from '../api/types'
import { BLOCKED, FREE, HELD, SOLD } from '../house/seat_states.svelte'

export interface Counts {
  free: number
  held: number
  sold: number
  blocked: number
}

/** A keyframe of 80,000 places is 80 kB, and winding 40,000 changes takes a millisecond or two. */
const KEYFRAME_CHANGES = 40_000
/** More would be 20 MB in a stadium; a longer reel has them farther apart. */
const KEYFRAMES_MAX = 256

const KINDS = [FREE, HELD, SOLD, BLOCKED]

export class Reel {
  /** When each entry was committed, milliseconds since 1970; never falling. */
  readonly times: number[] = []
  /** The house at the entry where the reel stands. */
  readonly letters: Uint8Array
  /** How many entries are in `letters`. */
  position = 0
  readonly #ids: number[][] = []
  readonly #codes: Uint8Array[] = []
  readonly #counts: Counts[]
  #keyframes: { at: number; letters: Uint8Array }[]
  #spacing = KEYFRAME_CHANGES
  #sinceKeyframe = 0
  /** The house after the last entry: where the next one is added. */
  readonly #end: Uint8Array

  constructor(placeCount: number) {
    this.letters = new Uint8Array(placeCount).fill(FREE)
    this.#end = this.letters.slice()
    this.#counts = [{ free: placeCount, held: 0, sold: 0, blocked: 0 }]
    this.#keyframes = [{ at: 0, letters: this.letters.slice() }]
  }

  get length(): number {
    return this.times.length
  }

  get start(): number {
    return this.times[0] ?? 0
  }

  get end(): number {
    return this.times.at(-1) ?? 0
  }

  /** Winds on what comes next in the journal. Where no place moved there is nothing to show. */
  add(batch: Batch): void {
    const ids: number[] = []
    const codes: number[] = []
    const count = { ...this.#counts.at(-1)! }
    for (const [letter, seats] of Object.entries(batch.changes)) {
      const code = letter.charCodeAt(0)
      for (const id of seats) {
        if (id >= this.#end.length) continue
        tally(count, this.#end[id]!, -1)
        tally(count, code, 1)
        this.#end[id] = code
        ids.push(id)
        codes.push(code)
      }
    }
    if (ids.length === 0) return
    this.#ids.push(ids)
    this.#codes.push(Uint8Array.from(codes))
    this.#counts.push(count)
    this.times.push(Math.max(this.end, Date.parse(batch.at)))
    this.#sinceKeyframe += ids.length
    if (this.#sinceKeyframe >= this.#spacing) this.#keep()
  }

  /** How many entries were committed by then. */
  entriesBy(time: number): number {
    let [low, high] = [0, this.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.times[middle]! <= time) low = middle + 1
      else high = middle
    }
    return low
  }

  countsAt(entries: number): Counts {
    return this.#counts[Math.max(0, Math.min(this.length, entries))]!
  }

  /** Winds to where so many entries are in the house. */
  seek(entries: number): void {
    const wanted = Math.max(0, Math.min(this.length, entries))
    const keyframe = this.#keyframes.findLast((frame) => frame.at <= wanted)!
    if (wanted < this.position || keyframe.at > this.position) {
      this.letters.set(keyframe.letters)
      this.position = keyframe.at
    }
    for (; this.position < wanted; this.position += 1) {
      const ids = this.#ids[this.position]!
      const codes = this.#codes[this.position]!
      for (let i = 0; i < ids.length; i += 1) this.letters[ids[i]!] = codes[i]!
    }
  }

  #keep(): void {
    this.#keyframes.push({ at: this.length, letters: this.#end.slice() })
    this.#sinceKeyframe = 0
    if (this.#keyframes.length < KEYFRAMES_MAX) return
    this.#keyframes = this.#keyframes.filter((_, index) => index % 2 === 0)
    this.#spacing *= 2
  }
}

/** Letters that we do not know are places that cannot be chosen. */
function tally(counts: Counts, code: number, by: number): void {
  const kind = KINDS.includes(code) ? code : BLOCKED
  if (kind === FREE) counts.free += by
  else if (kind === HELD) counts.held += by
  else if (kind === SOLD) counts.sold += by
  else counts.blocked += by
}
