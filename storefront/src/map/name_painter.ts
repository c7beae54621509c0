/** Writes the house's names over its picture: stage, areas, sections with their price, row letters. */

import type { Corner } from '../api/types'
import { boxOf, inside, type Box, type House, type HouseArea, type HouseSection } from '../house/house'
import type { SeatStates } from '../house/seat_states.svelte'
import type { PriceBook } from '../pick/price_book'
import type { SeatFilter } from '../pick/seat_filter.svelte'
import { words } from '../words'
import { shortMoney } from '../words/money'
import type { View } from './camera'
import { LabelBoard } from './label_board'
import { roomAt } from './label_room'
import type { Palette } from './palette'
import { TextWidths } from './text_widths'
import { MOSAIC_PIXELS, ROW_NAMES_PIXELS } from './zoom_levels'

const SECTION_NAMES_BELOW_PIXELS = 12

type Ink = CanvasRenderingContext2D

export class NamePainter {
  filter: SeatFilter | null = null
  #palette: Palette
  readonly #widths = new TextWidths()
  readonly #house: House
  readonly #states: SeatStates
  readonly #prices: PriceBook

  constructor(house: House, states: SeatStates, prices: PriceBook, palette: Palette) {
    this.#house = house
    this.#states = states
    this.#prices = prices
    this.#palette = palette
  }

  set palette(palette: Palette) {
    this.#palette = palette
  }

  /** The page's own fonts are there, and names are of another width. */
  fontsCame(): void {
    this.#widths.forget()
  }

  /** Writes all names that `box` shows, for a view of `pitch` pixels from seat to seat. */
  write(ink: Ink, view: View, box: Box, pitch: number): void {
    const board = new LabelBoard(ink, this.#palette, this.#widths)
    const at = (x: number, y: number): [number, number] => [
      (x - box.left) * view.scale,
      (y - box.top) * view.scale,
    ]
    for (const shape of this.#house.shapes) {
      if (!shape.text) continue
      const room = shapeRoom(shape.polygon, view.scale)
      board.shape(shape.text, at(shape.label.x, shape.label.y), room, shape.kind === 'stage')
    }
    for (const area of this.#house.areas) this.#nameArea(board, area, at, view.scale)
    if (pitch >= ROW_NAMES_PIXELS) this.#writeRowNames(ink, view, box, pitch)
    if (pitch < SECTION_NAMES_BELOW_PIXELS) {
      const sections = this.#bySize()
      const fitting = sections.filter(({ name, outline, label }) =>
        board.fits(name, roomIn(outline, label.x, label.y, view.scale)),
      )
      board.brief = fitting.length < sections.length * 0.8
      for (const section of sections) this.#nameSection(board, section, at, view.scale, pitch)
    }
  }

  #bySize(): HouseSection[] {
    return this.#house.sections
      .filter((section) => section.rows.length > 0)
      .sort((one, other) => other.capacity - one.capacity)
  }

  #nameSection(
    board: LabelBoard,
    section: HouseSection,
    at: (x: number, y: number) => [number, number],
    scale: number,
    pitch: number,
  ): void {
    const from = this.fromPrice(section)
    const price = from === null ? this.#none : words.map.from(this.#money(from))
    const { x, y } = section.label
    const room = roomIn(section.outline, x, y, scale)
    board.section(section.name, price, at(x, y), room, pitch >= MOSAIC_PIXELS)
  }

  #nameArea(
    board: LabelBoard,
    area: HouseArea,
    at: (x: number, y: number) => [number, number],
    scale: number,
  ): void {
    const level = this.#prices.levelOf(area.category)
    const fits = this.filter === null || this.filter.fits(area.first)
    const free = fits ? this.#states.freeInArea(area.first, area.capacity) : 0
    const price = free === 0 || !level ? this.#none : words.map.from(this.#money(level.from))
    const { left, right, top, bottom } = area.box
    const middle = labelPoint(area.polygon, (left + right) / 2, (top + bottom) / 2)
    board.section(area.name, price, at(...middle), roomIn(area.polygon, ...middle, scale), false)
  }

  /** What is written where nothing can be had; a filter leaves out what need not be sold. */
  get #none(): string {
    return this.filter?.on ? '' : words.map.soldOut
  }

  /** The lowest price of what is free in a section; null where nothing is. */
  fromPrice(section: HouseSection): number | null {
    let from: number | null = null
    for (const level of this.#prices.levels) {
      const counts = this.filter?.on ? this.filter : this.#states
      if (counts.freeOf(section.index, level.category) === 0) continue
      if (from === null || level.from < from) from = level.from
    }
    return from
  }

  #money(minor: number): string {
    return shortMoney(minor, this.#prices.currency)
  }

  /** Row letters outside both ends of every row in view. */
  #writeRowNames(ink: Ink, view: View, box: Box, pitch: number): void {
    ink.font = `600 ${Math.min(14, Math.max(10, pitch * 0.5)).toFixed(1)}px ${this.#palette.font}`
    ink.textAlign = 'center'
    ink.textBaseline = 'middle'
    ink.fillStyle = this.#palette.muted
    const written = new Set<string>()
    const write = (name: string, end: number, inner: number) => {
      const x = this.#house.x[end]!
      const y = this.#house.y[end]!
      const away = Math.hypot(x - this.#house.x[inner]!, y - this.#house.y[inner]!) || 1
      const step = this.#house.pitch * 0.95
      const dx = inner === end ? -step : ((x - this.#house.x[inner]!) / away) * step
      const dy = inner === end ? 0 : ((y - this.#house.y[inner]!) / away) * step
      if (x < box.left || x > box.right || y < box.top || y > box.bottom) return
      // Two blocks on one aisle would write over each other: there one name must do.
      const cells = neighbourhood((x + dx) / this.#house.pitch, (y + dy) / this.#house.pitch)
      if (cells.some((cell) => written.has(cell))) return
      written.add(cells[0]!)
      ink.fillText(name, (x + dx - box.left) * view.scale, (y + dy - box.top) * view.scale + 0.5)
    }
    for (const row of this.#house.rows) {
      if (row.kind !== 'row' || row.count === 0) continue
      const last = row.first + row.count - 1
      write(row.name, row.first, Math.min(row.first + 1, last))
      if (row.count > 1) write(row.name, last, last - 1)
    }
  }
}

/** The cell of a point first, then its eight neighbours; cells are half a pitch wide. */
function neighbourhood(x: number, y: number): string[] {
  const [column, line] = [Math.round(x * 2), Math.round(y * 2)]
  const cells = [`${column} ${line}`]
  for (const dx of [-1, 0, 1]) for (const dy of [-1, 0, 1]) cells.push(`${column + dx} ${line + dy}`)
  return cells
}

/** The room for text of a height, both in pixels, around a point of the house. */
function roomIn(polygon: Corner[], x: number, y: number, scale: number) {
  return (height: number) => roomAt(polygon, x, y, height / scale) * scale
}

function shapeRoom(polygon: Corner[], scale: number): [number, number] {
  if (polygon.length === 0) return [Infinity, Infinity]
  const box = boxOf(polygon)
  return [(box.right - box.left) * scale, (box.bottom - box.top) * scale]
}

/** The middle of the box where it lies inside, else a corner's neighbourhood that does. */
function labelPoint(polygon: Corner[], x: number, y: number): [number, number] {
  if (inside(polygon, x, y)) return [x, y]
  for (const [cx, cy] of polygon) {
    const near: [number, number] = [cx + (x - cx) * 0.3, cy + (y - cy) * 0.3]
    if (inside(polygon, ...near)) return near
  }
  return [x, y]
}
