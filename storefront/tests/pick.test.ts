import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal, Unreachable } from '../src/api/client'
import { shortName } from '../src/map/label_board'
import { roomAt } from '../src/map/label_room'
import { Camera } from '../src/map/camera'
import { sayRefusal } from '../src/pick/notice'
import { PriceBook } from '../src/pick/price_book'
import { SeatStates } from '../src/house/seat_states.svelte'
import { SeatFilter } from '../src/pick/seat_filter.svelte'
import { Selection } from '../src/pick/selection.svelte'
import { smallHouse } from './houses'

const price = (category: string, price_type: string, amount: number) => ({
  category,
  price_type,
  amount,
  fee_amount: 100,
  tax_amount: 50,
  total: amount + 150,
})

function book(): PriceBook {
  return new PriceBook(smallHouse(), {
    currency: 'EUR',
    order_fee_amount: 0,
    prices: [
      price('Back', 'adult', 2000),
      price('Back', 'child', 1000),
      price('Front', 'adult', 5000),
    ],
  })
}

test('levels stand dearest first, with the lowest all-in total each', () => {
  assert.deepEqual(
    book().levels.map((level) => [level.level, level.name, level.from]),
    [
      [0, 'Front', 5150],
      [1, 'Back', 1150],
    ],
  )
})

test('a category without a price is not for sale', () => {
  assert.equal(book().levelOf(2), undefined)
})

test('the total is all in, whatever is chosen', () => {
  const house = smallHouse()
  const selection = new Selection(house, book())
  selection.add(0)
  selection.add(20)
  selection.seats.set(20, 'child')
  assert.equal(selection.total, 5150 + 1150)
  assert.equal(selection.extras, 300)
  assert.deepEqual(selection.choice(), {
    items: [
      { seat_id: 0, price_type: 'adult' },
      { seat_id: 20, price_type: 'child' },
    ],
  })
})

test('every refusal and a lost line become a sentence that ends', () => {
  const codes = ['order_limit', 'not_together', 'busy', 'never_heard_of', 'sale_not_open']
  for (const code of codes) {
    assert.match(sayRefusal(new Refusal(409, code, 'Do this instead.'), 8, 2), /\.$/)
  }
  assert.match(sayRefusal(new Unreachable(), 8, 2), /connection/)
})

test('zooming keeps the place under the finger where it is', () => {
  const camera = new Camera(smallHouse())
  camera.width = 390
  camera.height = 500
  camera.look(camera.whole())
  const before = camera.toHouse(120, 260)
  camera.zoomAt(120, 260, 2)
  const after = camera.toHouse(120, 260)
  assert.ok(Math.hypot(after[0] - before[0], after[1] - before[1]) < 1e-9)
})

test('on a phone nothing of the house lies behind the buttons of the map', () => {
  const house = smallHouse()
  const camera = new Camera(house)
  for (const [width, height, clear] of [[390, 400, 59], [600, 390, 59], [1000, 300, 10]] as const) {
    camera.width = width
    camera.height = height
    camera.look(camera.whole())
    const foot = height - camera.toScreen(0, house.height)[1]
    assert.ok(foot >= clear, `${width} x ${height}: ${foot}`)
    assert.ok(camera.toScreen(0, 0)[1] >= 10)
  }
})

test('one cannot get lost: the middle of the screen stays in the house', () => {
  const house = smallHouse()
  const camera = new Camera(house)
  camera.width = camera.height = 400
  camera.look(camera.whole())
  camera.panBy(1e6, -1e6)
  const [x, y] = camera.toHouse(200, 200)
  assert.ok(x >= 0 && x <= house.width && y >= 0 && y <= house.height)
})

test('short names keep what tells sections apart', () => {
  assert.equal(shortName('Section 101'), '101')
  assert.equal(shortName('Section 101 standing'), '101 standing')
  assert.equal(shortName('Floor A'), 'A')
  assert.equal(shortName('Pit, standing'), 'Pit')
  assert.equal(shortName('Stalls left'), 'Stalls left')
})

test('a name has the room of its polygon, none outside it', () => {
  const square: [number, number][] = [
    [0, 0],
    [100, 0],
    [100, 100],
    [0, 100],
  ]
  assert.equal(roomAt(square, 30, 50, 10), 60)
  assert.equal(roomAt(square, 150, 50, 10), 0)
  assert.equal(roomAt(square, 50, 98, 10), 0)
})

test('a filter shows what fits, counts it, and keeps the rest from being chosen', () => {
  const house = smallHouse()
  const states = new SeatStates(house)
  states.replace('A'.repeat(house.placeCount), 1)
  const filter = new SeatFilter(house, states, book())
  const all = filter.free
  assert.equal(filter.on, false)
  assert.equal(filter.mask, null)
  filter.upTo = 2150
  const cheap = house.category.findIndex((category) => house.categories[category] === 'Back')
  const dear = house.category.findIndex((category) => house.categories[category] === 'Front')
  assert.deepEqual([filter.fits(cheap), filter.fits(dear)], [true, false])
  assert.ok(filter.free > 0 && filter.free < all)
  const before = filter.free
  states.apply({ H: [cheap] }, 2)
  assert.equal(filter.free, before - 1)
  assert.equal(filter.mask?.[dear], 0)
  filter.accessible = true
  assert.equal(filter.free, 2, 'two wheelchair places are in the back')
  filter.clear()
  assert.equal(filter.free, all - 1)
})
