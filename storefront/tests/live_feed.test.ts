import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { LiveFeed } from '../src/house/live_feed.svelte'
import { HELD, SeatStates, SOLD } from '../src/house/seat_states.svelte'
import { smallHouse } from './houses'

/** The browser's parts that the feed stands on, played by hand. */
class Stream extends EventTarget {
  static last: Stream
  static readonly OPEN = 1
  readyState = 1
  closed = false

  constructor() {
    super()
    Stream.last = this
  }

  close(): void {
    this.closed = true
  }

  say(name: string, data: unknown): void {
    this.dispatchEvent(Object.assign(new Event(name), { data: JSON.stringify(data) }))
  }
}

let asked: string[] = []
let answers: object[] = []
let feed: LiveFeed
let states: SeatStates

beforeEach(() => {
  asked = []
  answers = []
  Object.assign(globalThis, {
    EventSource: Stream,
    window: new EventTarget(),
    document: Object.assign(new EventTarget(), { visibilityState: 'visible' }),
    fetch: async (url: string) => {
      asked.push(url)
      return new Response(JSON.stringify(answers.shift()))
    },
  })
  Object.defineProperty(globalThis, 'navigator', { value: { onLine: true }, configurable: true })
  states = new SeatStates(smallHouse())
  feed = new LiveFeed(1, states)
  feed.open({ version: 5, seats: 'A'.repeat(130) })
})

afterEach(() => feed.close())

const settled = () => new Promise((resolve) => setTimeout(resolve, 5))

test('a frame that joins on to what we have is applied without asking', () => {
  Stream.last.say('seats', { from: 5, version: 6, changes: { H: [1, 2] } })
  assert.equal(states.letters[1], HELD)
  assert.equal(states.version, 6)
  assert.equal(asked.length, 0)
})

test('a frame that began before our version and leads beyond it is applied, an older one is not', () => {
  Stream.last.say('seats', { from: 3, version: 5, changes: { S: [3] } })
  assert.equal(states.isFree(3), true)
  Stream.last.say('seats', { from: 3, version: 8, changes: { H: [1] } })
  assert.equal(states.letters[1], HELD)
  assert.equal(states.version, 8)
  assert.equal(asked.length, 0)
})

test('a frame after a gap is not applied: the changes since ours are fetched', async () => {
  answers.push({ from: 5, version: 9, changes: { S: [7] } })
  Stream.last.say('seats', { from: 8, version: 9, changes: { H: [1] } })
  await settled()
  assert.deepEqual(asked, ['/api/v1/events/1/seats?since=5'])
  assert.equal(states.letters[7], SOLD)
  assert.equal(states.isFree(1), true)
  assert.equal(states.version, 9)
})

test('a frame that begins before our version and ends after it is applied', () => {
  Stream.last.say('seats', { from: 3, version: 8, changes: { H: [1], S: [2] } })
  assert.equal(states.letters[2], SOLD)
  assert.equal(states.version, 8)
  Stream.last.say('seats', { from: 3, version: 7, changes: { A: [1, 2] } })
  assert.equal(states.letters[1], HELD, 'what is older than ours changes nothing')
  assert.equal(asked.length, 0)
})

test('what the event became is heard', () => {
  Stream.last.say('seats', { from: 5, version: 6, changes: {}, event_status: 'CANCELLED' })
  assert.equal(feed.eventStatus, 'CANCELLED')
})

test('a heartbeat with another version makes the feed catch up, with ours it does not', async () => {
  Stream.last.say('version', { version: 5 })
  assert.equal(asked.length, 0)
  answers.push({ version: 6, seats: 'S'.repeat(130) })
  Stream.last.say('version', { version: 6 })
  await settled()
  assert.equal(states.freeTotal, 0)
})

test('resync fetches, and two at once fetch once', async () => {
  answers.push({ version: 6, seats: 'H'.repeat(130) })
  Stream.last.say('resync', {})
  Stream.last.say('resync', {})
  await settled()
  assert.equal(asked.length, 1)
  assert.equal(states.version, 6)
})

test('a lost stream is closed and said, and opened again after catching up', async () => {
  const first = Stream.last
  Object.assign(navigator, { onLine: false })
  window.dispatchEvent(new Event('offline'))
  assert.equal(first.closed, true)
  assert.equal(feed.connection, 'offline')
  Object.assign(navigator, { onLine: true })
  answers.push({ from: 5, version: 6, changes: { H: [3] } })
  window.dispatchEvent(new Event('online'))
  await settled()
  assert.notEqual(Stream.last, first)
  assert.equal(states.letters[3], HELD)
  Stream.last.say('open', null)
  assert.equal(feed.connection, 'live')
})
