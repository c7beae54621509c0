import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Batch } from '../src/api/types'
import { Player } from '../src/film/player.svelte'
import { Reel } from '../src/film/reel'
import { SeatStates } from '../src/house/seat_states.svelte'
import { dice, smallHouse } from './houses'

const START = Date.parse('2026-03-01T10:00:00Z')
const LETTERS = ['A', 'H', 'S', 'B']

/** A sale at random: entries at rising times, some of them at the same. */
function sale(places: number, entries: number, seed: number, most = 6): Batch[] {
  const roll = dice(seed)
  let at = START
  return Array.from({ length: entries }, (_, index) => {
    at += Math.floor(roll() * 4) * 250
    const changes: Record<string, number[]> = {}
    for (let n = Math.floor(roll() * most); n >= 0; n -= 1) {
      const letter = LETTERS[Math.floor(roll() * 4)]!
      ;(changes[letter] ??= []).push(Math.floor(roll() * places))
    }
    return { version: index + 1, at: new Date(at).toISOString(), changes }
  })
}

/** The house after so many entries, told from the beginning. */
function told(batches: Batch[], entries: number, places: number): string {
  const house = Array<string>(places).fill('A')
  for (const { changes } of batches.slice(0, entries)) {
    for (const [letter, ids] of Object.entries(changes)) for (const id of ids) house[id] = letter
  }
  return house.join('')
}

function wound(batches: Batch[], places: number): Reel {
  const reel = new Reel(places)
  for (const batch of batches) reel.add(batch)
  return reel
}

const shown = (letters: Uint8Array) => new TextDecoder().decode(letters)

test('any instant of the reel is what the journal tells from the beginning', () => {
  const batches = sale(130, 400, 7)
  const reel = wound(batches, 130)
  const roll = dice(8)
  for (let look = 0; look < 200; look += 1) {
    const entries = Math.floor(roll() * 401)
    reel.seek(entries)
    const house = told(batches, entries, 130)
    assert.equal(shown(reel.letters), house)
    const { free, held, sold, blocked } = reel.countsAt(entries)
    const counted = LETTERS.map((letter) => house.split(letter).length - 1)
    assert.deepEqual([free, held, sold, blocked], counted)
  }
})

test('seeking back and forth in a long reel goes over its keyframes', () => {
  const places = 2_000
  const batches = sale(places, 3_000, 9, 200)
  const reel = wound(batches, places)
  for (const entries of [3_000, 0, 1_500, 2_999, 1, 2_000, 1_999, 2_001]) {
    reel.seek(entries)
    assert.equal(shown(reel.letters), told(batches, entries, places), `at ${entries}`)
  }
})

test('seeking in the sale of a stadium takes no time that anybody would notice', () => {
  const places = 80_000
  const reel = wound(sale(places, 40_000, 10, 10), places)
  const roll = dice(11)
  const before = performance.now()
  for (let look = 0; look < 50; look += 1) reel.seek(Math.floor(roll() * 40_001))
  assert.ok((performance.now() - before) / 50 < 20, 'a picture takes longer than 20 ms')
})

test('entries of one instant are shown together, and nothing before its time', () => {
  const reel = new Reel(3)
  const at = (seconds: number) => new Date(START + seconds * 1000).toISOString()
  reel.add({ version: 1, at: at(0), changes: { H: [0] } })
  reel.add({ version: 2, at: at(5), changes: { S: [0] } })
  reel.add({ version: 3, at: at(5), changes: { H: [1] } })
  assert.equal(reel.entriesBy(START - 1), 0)
  assert.equal(reel.entriesBy(START), 1)
  assert.equal(reel.entriesBy(START + 4_999), 1)
  assert.equal(reel.entriesBy(START + 5_000), 3)
})

test('an entry in which no place moved is no picture', () => {
  const reel = new Reel(3)
  reel.add({ version: 1, at: new Date(START - 60_000).toISOString(), changes: {} })
  reel.add({ version: 2, at: new Date(START).toISOString(), changes: { H: [1] } })
  assert.deepEqual([reel.length, reel.start], [1, START])
})

test('the film ends with the house as it stands, begins empty, and stops by itself', () => {
  const house = smallHouse()
  const batches = sale(house.placeCount, 100, 12)
  const states = new SeatStates(house)
  const player = new Player(wound(batches, house.placeCount), states)
  const end = told(batches, 100, house.placeCount)
  assert.equal(shown(states.letters), end, 'a film that was not played shows today')
  player.play()
  assert.equal(shown(states.letters), told([], 0, house.placeCount), 'it begins with an empty house')
  player.speed = 10
  player.pass(1_000)
  const then = player.reel.entriesBy(player.time)
  assert.ok(then > 0 && then < 100 && player.shown === then)
  assert.equal(shown(states.letters), told(batches, then, house.placeCount))
  assert.equal(states.freeTotal, player.reel.countsAt(then).free)
  player.step(-1)
  assert.equal(shown(states.letters), told(batches, then - 1, house.placeCount))
  assert.equal(player.playing, false, 'who steps wants it to stand still')
  player.play()
  player.pass(1_000_000)
  assert.equal(player.playing, false)
  assert.equal(shown(states.letters), end)
  assert.equal(states.freeTotal, player.reel.countsAt(100).free)
})
