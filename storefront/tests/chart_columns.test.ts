import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Chart } from '../src/api/types'
import { readColumns } from '../src/house/chart_columns'
import { House } from '../src/house/house'
import { columnBytes, smallChart } from './houses'

/** A chart as the server writes it, in both forms: tests/unit/test_storefront_parts.py. */
const SAMPLE = process.env['HOLDFAST_SAMPLE_CHART']!

function bytesOf(path: string): ArrayBuffer {
  const read = readFileSync(path)
  return read.buffer.slice(read.byteOffset, read.byteOffset + read.length) as ArrayBuffer
}

test('the columns that the server writes say of every seat what its chart says', () => {
  const chart = JSON.parse(readFileSync(`${SAMPLE}.json`, 'utf8')) as Chart
  const bytes = bytesOf(`${SAMPLE}.columns`)
  assert.deepEqual(Buffer.from(columnBytes(chart)).subarray(-14 * chart.seats.length),
    Buffer.from(bytes).subarray(-14 * chart.seats.length), 'both writers agree')
  const house = new House(readColumns(bytes))
  assert.equal(house.seatCount, chart.seats.length)
  assert.ok(house.flags.some((bits) => bits > 0), 'the sample has seats that are marked')
  for (const seat of chart.seats) {
    const id = seat.seat_id
    assert.equal(house.x[id], Math.fround(seat.x))
    assert.equal(house.y[id], Math.fround(seat.y))
    assert.equal(house.numberOf(id), seat.seat_number)
    assert.equal(house.rowOf(id).name, seat.row)
    assert.equal(house.sectionOf(id).section_id, seat.section_id)
    assert.equal(house.categories[house.category[id]!], seat.category)
    assert.equal((house.flags[id]! & 1) > 0, seat.attributes?.includes('accessible'))
    assert.equal((house.flags[id]! & 2) > 0, seat.attributes?.includes('companion'))
    assert.equal((house.flags[id]! & 4) > 0, seat.attributes?.includes('restricted_view'))
  }
  assert.equal(house.numberOf(house.seatCount), '')
})

test('columns that are cut short, changed anywhere or of another form are refused', () => {
  const whole = columnBytes(smallChart())
  assert.equal(readColumns(whole).head.name, 'The Grand')
  for (const length of [0, 3, 8, 12, whole.byteLength - 4, whole.byteLength - 1]) {
    assert.throws(() => readColumns(whole.slice(0, length)), /damaged/, String(length))
  }
  for (let at = 0; at < whole.byteLength; at += 7) {
    const changed = whole.slice(0)
    new Uint8Array(changed)[at]! ^= 0x20
    assert.throws(() => readColumns(changed), /damaged/, String(at))
  }
  const longer = new Uint8Array(whole.byteLength + 4)
  longer.set(new Uint8Array(whole))
  assert.throws(() => readColumns(longer.buffer), /damaged: columns/, 'a word of nothing more')
})
