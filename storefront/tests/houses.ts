/** A small house for the tests: two blocks of four rows of ten, an aisle between, a standing area. */

import type { Chart } from '../src/api/types'
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

export const smallHouse = () => new House(smallChart())

/** Numbers that look random and are the same every time. */
export function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
