import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inside } from '../src/house/house'
import { nearestTogether } from '../src/house/nearest'
import { SeatGrid } from '../src/house/seat_grid'
import { FREE, SeatStates, SOLD } from '../src/house/seat_states.svelte'
import { viewFrom } from '../src/view/seat_view'
import { dice, houseOf, smallChart, smallHouse } from './houses'

test('standing places follow the seats and belong to their section and category', () => {
  const house = smallHouse()
  assert.equal(house.placeCount, 130)
  assert.equal(house.isSeat(80), false)
  assert.equal(house.sectionOf(129).name, 'Floor')
  assert.equal(house.categories[house.category[80]!], 'Standing')
  assert.equal(house.areaOf(100)?.name, 'Floor standing')
  assert.equal(house.areaOf(3), undefined)
})

test('the grid finds the same nearest seat as looking at every seat', () => {
  const house = smallHouse()
  const grid = new SeatGrid(house)
  const random = dice(7)
  for (let i = 0; i < 300; i += 1) {
    const [x, y] = [random() * 300, random() * 120]
    const apart = (id: number) => Math.hypot(house.x[id]! - x, house.y[id]! - y)
    const all = Array.from({ length: house.seatCount }, (_, id) => id)
    const best = all.reduce((one, other) => (apart(other) < apart(one) ? other : one))
    const found = grid.nearest(x, y, 25, () => true)
    if (apart(best) > 25) assert.equal(found, -1)
    else assert.equal(apart(found), apart(best))
  }
})

test('the grid visits every seat of the house once', () => {
  const house = smallHouse()
  const seen = new Set<number>()
  let visits = 0
  new SeatGrid(house).visit({ left: 0, top: 0, right: 300, bottom: 120 }, (id) => {
    seen.add(id)
    visits += 1
  })
  assert.equal(seen.size, house.seatCount)
  assert.equal(visits, house.seatCount)
})

test('free places are counted right through any number of changes', () => {
  const house = smallHouse()
  const states = new SeatStates(house)
  const random = dice(11)
  states.replace('A'.repeat(house.placeCount), 1)
  for (let version = 2; version < 200; version += 1) {
    const changes: Record<string, number[]> = {}
    for (let i = 0; i < 5; i += 1) {
      const letter = 'AHSBZ'[Math.floor(random() * 5)]!
      ;(changes[letter] ??= []).push(Math.floor(random() * house.placeCount))
    }
    states.apply(changes, version)
  }
  let total = 0
  house.sections.forEach((section) => {
    let free = 0
    states.letters.forEach((letter, id) => {
      if (letter === FREE && house.section[id] === section.index) free += 1
    })
    assert.equal(states.freeIn(section.index), free)
    total += free
  })
  assert.equal(states.freeTotal, total)
})

test('listeners hear which seats changed, and nothing when nothing did', () => {
  const states = new SeatStates(smallHouse())
  states.replace('A'.repeat(130), 1)
  const heard: number[][] = []
  states.listen((ids) => heard.push(ids))
  states.apply({ H: [3, 4] }, 2)
  states.apply({ H: [3] }, 3)
  assert.deepEqual(heard, [[3, 4]])
  assert.equal(states.version, 3)
})

test('a snapshot shorter than the house leaves the rest not to be chosen', () => {
  const states = new SeatStates(smallHouse())
  states.replace('AAAA', 1)
  assert.equal(states.freeTotal, 4)
  assert.equal(states.isFree(4), false)
})

test('the offer for a lost seat is the free one beside it', () => {
  const house = smallHouse()
  const taken = new Set([5])
  assert.deepEqual(nearestTogether(house, [5], (id) => !taken.has(id)), [4])
})

test('a party is offered seats side by side, never across the aisle', () => {
  const house = smallHouse()
  const free = new Set([9, 40, 17, 18])
  assert.deepEqual(nearestTogether(house, [8, 9], (id) => free.has(id)), [17, 18])
})

test('the same price is offered before a nearer seat of another', () => {
  const house = smallHouse()
  const [lost, otherPrice, samePrice] = [15, 25, 10]
  const free = new Set([otherPrice, samePrice])
  assert.deepEqual(nearestTogether(house, [lost], (id) => free.has(id)), [samePrice])
})

test('nothing is offered where nothing is free, nor for standing places', () => {
  const house = smallHouse()
  assert.equal(nearestTogether(house, [5], () => false), null)
  assert.equal(nearestTogether(house, [100], () => true), null)
})

test('a point is inside a polygon or not', () => {
  const corners: [number, number][] = [
    [0, 0],
    [10, 0],
    [10, 10],
    [0, 10],
  ]
  assert.equal(inside(corners, 5, 5), true)
  assert.equal(inside(corners, 15, 5), false)
})

test('an unknown category or section of a chart does not break the house', () => {
  const chart = smallChart()
  chart.areas[0]!.category = 'Unheard of'
  chart.rows[1]!.section_id = 99
  assert.equal(houseOf(chart).seatCount, 80)
  assert.notEqual(SOLD, FREE)
})

test('from a seat one sees the stage, nearer seats larger, and nobody behind one', () => {
  const house = smallHouse()
  const back = house.sections[0]!.rows.at(-1)!.first
  const view = viewFrom(house, back)
  assert.ok(view.backs.length > 3 && view.backs.length < house.seatCount)
  const widths = view.backs.map((seat) => seat.width)
  assert.deepEqual(widths, widths.toSorted((one, other) => one - other), 'near seats are drawn last')
  assert.ok(view.person.top < view.person.foot)
  const front = viewFrom(house, house.rows[0]!.first)
  const tall = ({ person }: typeof view) => person.foot - person.top
  assert.ok(tall(front) > tall(view), 'the nearer one sits, the larger the stage')
  assert.ok(front.backs.length < view.backs.length)
})
