/** Seconds until a hold ends. The server says how many; this only counts them down. */

import { announcer } from '../parts/announcer.svelte'
import { words } from '../words'
import { spokenTime } from '../words/dates'

/** Said aloud at these many seconds. */
const SPOKEN = [300, 120, 60, 30, 10]

export class Countdown {
  left = $state(0)
  total = $state(0)
  #end = 0
  #timer: ReturnType<typeof setInterval> | undefined
  #ended: () => void = () => {}

  /** Counts `seconds` down and calls `ended` once. Starting again replaces what was counted. */
  start(seconds: number, total: number, ended: () => void): void {
    this.stop()
    this.#end = Date.now() + seconds * 1000
    this.#ended = ended
    this.left = seconds
    this.total = Math.max(total, seconds)
    this.#timer = setInterval(() => this.#tick(), 250)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #tick(): void {
    const before = Math.ceil(this.left)
    this.left = Math.max(0, (this.#end - Date.now()) / 1000)
    const now = Math.ceil(this.left)
    if (SPOKEN.some((at) => before > at && now <= at)) {
      announcer.say(words.say.left(spokenTime(now)))
    }
    if (this.left === 0) {
      this.stop()
      this.#ended()
    }
  }
}
