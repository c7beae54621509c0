/** A seating chart, unpacked into arrays by seat_id. It knows no prices and no states.
 *
 *  Numbered seats are 0 .. seatCount-1; standing places follow, up to placeCount. */

import type { Chart, Corner, Point } from '../api/types'
import type { ChartColumns } from './chart_columns'

/** Bits of a seat's attributes, as the chart's columns have them. */
export const ACCESSIBLE = 1
export const COMPANION = 2
export const RESTRICTED = 4

export interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

export interface HouseRow {
  index: number
  section: number
  name: string
  kind: string
  first: number
  count: number
}

export interface HouseArea {
  area_id: number
  section: number
  name: string
  capacity: number
  category: number
  polygon: Corner[]
  first: number
  box: Box
}

export interface HouseSection {
  index: number
  section_id: number
  name: string
  outline: Corner[]
  label: Point
  box: Box
  rows: HouseRow[]
  areas: HouseArea[]
  capacity: number
}

export class House {
  readonly name: string
  readonly width: number
  readonly height: number
  readonly pitch: number
  readonly focal: Point
  readonly categories: string[]
  readonly sections: HouseSection[]
  readonly rows: HouseRow[]
  readonly areas: HouseArea[]
  readonly shapes: Chart['shapes']
  readonly seatCount: number
  readonly placeCount: number
  readonly x: Float32Array
  readonly y: Float32Array
  /** Per place, index into `sections`. */
  readonly section: Uint16Array
  /** Per place, index into `categories`. */
  readonly category: Uint8Array
  /** Per numbered seat, index into `rows`. */
  readonly row: Uint32Array
  readonly flags: Uint8Array
  readonly #numbers: string[]
  readonly #numberOf: Uint32Array

  constructor({ head, ...columns }: ChartColumns) {
    this.name = head.name
    this.width = head.width
    this.height = head.height
    this.pitch = head.seat_pitch
    this.focal = head.focal_point
    this.shapes = head.shapes
    this.categories = head.categories.map((category) => category.name)
    this.seatCount = head.seat_count
    this.placeCount = head.areas.reduce((sum, area) => sum + area.capacity, this.seatCount)
    this.x = columns.x
    this.y = columns.y
    this.flags = columns.attributes
    this.#numbers = head.seat_numbers
    this.#numberOf = columns.number
    this.section = new Uint16Array(this.placeCount)
    this.category = new Uint8Array(this.placeCount)
    this.category.set(columns.category)
    this.row = new Uint32Array(this.seatCount)
    this.sections = head.sections.map((section, index) => ({
      index,
      section_id: section.section_id,
      name: section.name,
      outline: section.outline,
      label: section.label,
      box: boxOf(section.outline),
      rows: [],
      areas: [],
      capacity: 0,
    }))
    const sectionAt = new Map(this.sections.map((s) => [s.section_id, s.index]))
    const categoryAt = new Map(this.categories.map((name, index) => [name, index]))
    this.rows = this.#placeRows(head, sectionAt)
    this.areas = this.#placeAreas(head, sectionAt, categoryAt)
  }

  #placeRows(head: ChartColumns['head'], sectionAt: Map<number, number>): HouseRow[] {
    return head.rows.map((row, index) => {
      const section = sectionAt.get(row.section_id) ?? 0
      const placed = {
        index,
        section,
        name: row.name,
        kind: row.kind,
        first: row.first_seat_id,
        count: row.seat_count,
      }
      this.row.fill(index, placed.first, placed.first + placed.count)
      this.section.fill(section, placed.first, placed.first + placed.count)
      this.sections[section]!.rows.push(placed)
      this.sections[section]!.capacity += placed.count
      return placed
    })
  }

  #placeAreas(
    head: ChartColumns['head'],
    sectionAt: Map<number, number>,
    categoryAt: Map<string, number>,
  ): HouseArea[] {
    return head.areas.map((area) => {
      const section = sectionAt.get(area.section_id) ?? 0
      const placed = {
        area_id: area.area_id,
        section,
        name: area.name,
        capacity: area.capacity,
        category: categoryAt.get(area.category) ?? 0,
        polygon: area.polygon,
        first: area.first_seat_id,
        box: boxOf(area.polygon),
      }
      this.section.fill(section, placed.first, placed.first + area.capacity)
      this.category.fill(placed.category, placed.first, placed.first + area.capacity)
      this.sections[section]!.areas.push(placed)
      this.sections[section]!.capacity += area.capacity
      return placed
    })
  }

  /** What a numbered seat is called in its row; empty for every other place. */
  numberOf(id: number): string {
    return this.#numbers[this.#numberOf[id] ?? -1] ?? ''
  }

  isSeat(id: number): boolean {
    return id >= 0 && id < this.seatCount
  }

  sectionOf(id: number): HouseSection {
    return this.sections[this.section[id] ?? 0]!
  }

  rowOf(id: number): HouseRow {
    return this.rows[this.row[id] ?? 0]!
  }

  areaOf(id: number): HouseArea | undefined {
    return this.areas.find((area) => id >= area.first && id < area.first + area.capacity)
  }

  /** Whether two seats of a row stand directly beside each other. */
  beside(one: number, other: number): boolean {
    const gap = Math.hypot(this.x[one]! - this.x[other]!, this.y[one]! - this.y[other]!)
    return this.row[one] === this.row[other] && gap < this.pitch * 1.6
  }
}

export function boxOf(corners: Corner[]): Box {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity }
  for (const [x, y] of corners) {
    box.left = Math.min(box.left, x)
    box.right = Math.max(box.right, x)
    box.top = Math.min(box.top, y)
    box.bottom = Math.max(box.bottom, y)
  }
  return box
}

/** Even-odd rule: whether a point lies inside a polygon. */
export function inside(corners: Corner[], x: number, y: number): boolean {
  let within = false
  for (let i = 0, j = corners.length - 1; i < corners.length; j = i, i += 1) {
    const [xi, yi] = corners[i]!
    const [xj, yj] = corners[j]!
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) within = !within
  }
  return within
}
