/** A small house for the tests: two blocks of four rows of ten, an aisle between, a standing area. */

import type { Chart } from '../src/api/types'
import { readColumns } from '../src/house/chart_columns'
import { House } from '../src/house/house'

export const PITCH = 10

export function smallChart(): Chart {
  const chart: Chart = {
    name: 'The Grand',
    width: 300,
    height: 120,
    focal_point: { x: 150, y: 0 },
    seat_pitch: PITCH,
    categories: [
      { name: 'Front', color: '#000000' },
      { name: 'Back', color: '#000000' },
      { name: 'Standing', color: '#000000' },
    ],
    sections: [],
    rows: [],
    seats: [],
    areas: [],
    shapes: [],
  }
  for (const [section_id, left] of [
    [1, 20],
    [2, 160],
  ] as const) {
    const [right, bottom] = [left + 110, 80]
    chart.sections.push({
      section_id,
      name: `Section ${100 + section_id}`,
      outline: [
        [left, 20],
        [right, 20],
        [right, bottom],
        [left, bottom],
      ],
      label: { x: left + 55, y: 50 },
    })
    for (let line = 0; line < 4; line += 1) addRow(chart, section_id, line, left)
  }
  chart.sections.push({ section_id: 3, name: 'Floor', outline: [], label: { x: 150, y: 100 } })
  chart.areas.push({
    area_id: 1,
    section_id: 3,
    name: 'Floor standing',
    capacity: 50,
    polygon: [
      [20, 90],
      [280, 90],
      [280, 110],
      [20, 110],
    ],
    category: 'Standing',
    first_seat_id: chart.seats.length,
  })
  return chart
}

function addRow(chart: Chart, section_id: number, line: number, left: number): void {
  const row = 'ABCD'[line]!
  chart.rows.push({
    row_id: chart.rows.length + 1,
    section_id,
    name: row,
    kind: 'row',
    first_seat_id: chart.seats.length,
    seat_count: 10,
  })
  for (let seat = 0; seat < 10; seat += 1) {
    chart.seats.push({
      seat_id: chart.seats.length,
      section_id,
      row,
      seat_number: String(seat + 1),
      x: left + 10 + seat * PITCH,
      y: 30 + line * PITCH,
      category: line < 2 ? 'Front' : 'Back',
      attributes: line === 3 && seat === 0 ? ['accessible'] : [],
    })
  }
}

export const houseOf = (chart: Chart) => new House(readColumns(columnBytes(chart)))
export const smallHouse = () => houseOf(smallChart())

const BITS: Record<string, number> = { accessible: 1, companion: 2, restricted_view: 4 }

/** A chart as the server writes it by columns (docs/chart-format.md). */
export function columnBytes({ seats, ...rest }: Chart): ArrayBuffer {
  const seat_numbers = [...new Set(seats.map((seat) => seat.seat_number))]
  const head = JSON.stringify({ ...rest, seat_count: seats.length, seat_numbers })
  const text = new TextEncoder().encode(head + ' '.repeat(-new TextEncoder().encode(head).length & 3))
  const padded = (seats.length + 3) & ~3
  const bytes = new ArrayBuffer(12 + text.length + 12 * seats.length + 2 * padded)
  const view = new DataView(bytes)
  const first = 12 + text.length
  view.setUint32(0, 0x31434648, true)
  view.setUint32(8, text.length, true)
  new Uint8Array(bytes).set(text, 12)
  const at = [0, 0]
  seats.forEach((seat, id) => {
    for (const [column, position] of [seat.x, seat.y].entries()) {
      const units = Math.round(position * 100)
      view.setInt32(first + 4 * (column * seats.length + id), units - at[column]!, true)
      at[column] = units
    }
    const number = seat_numbers.indexOf(seat.seat_number)
    view.setUint32(first + 4 * (2 * seats.length + id), number, true)
    const category = rest.categories.findIndex(({ name }) => name === seat.category)
    view.setUint8(first + 12 * seats.length + id, category)
    const bits = (seat.attributes ?? []).reduce((sum, attribute) => sum + BITS[attribute]!, 0)
    view.setUint8(first + 12 * seats.length + padded + id, bits)
  })
  view.setUint32(4, new Uint32Array(bytes, 8).reduce((sum, word) => (sum + word) >>> 0, 0), true)
  return bytes
}

/** Numbers that look random and are the same every time. */
export function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
