/** Paints the house for one view: stage and shapes, sections, seats, names and prices.
 *
 *  Far away a section is a surface tinted by what is free in it; nearer it becomes a mosaic of its
 *  seats, then seats with row letters, at last with numbers. What belongs to the buyer is painted
 *  over this by the map view. */

import type { Corner } from '../api/types'
import { boxOf, inside, type Box, type House, type HouseArea, type HouseSection } from '../house/house'
import type { SeatGrid } from '../house/seat_grid'
import { BLOCKED, FREE, HELD, type SeatStates } from '../house/seat_states.svelte'
import type { Level, PriceBook } from '../pick/price_book'
import { words } from '../words'
import { money } from '../words/money'
import type { View } from './camera'
import { LabelBoard } from './label_board'
import { roomAt } from './label_room'
import type { Palette } from './palette'
import { SeatStamps } from './seat_stamps'

/** From these distances between seats (CSS pixels) on one sees seats, round seats, rows, numbers. */
export const MOSAIC_PIXELS = 2.2
export const ROUND_PIXELS = 6.5
export const ROW_NAMES_PIXELS = 11
export const NUMBERS_PIXELS = 21
const SECTION_NAMES_BELOW_PIXELS = 12

type Ink = CanvasRenderingContext2D

export class HousePainter {
  marks = false
  readonly #house: House
  readonly #grid: SeatGrid
  readonly #states: SeatStates
  readonly #prices: PriceBook
  readonly #level: Int8Array
  #palette: Palette
  #stamps: SeatStamps | null = null
  #stampKey = ''

  constructor(house: House, grid: SeatGrid, states: SeatStates, prices: PriceBook, palette: Palette) {
    this.#house = house
    this.#grid = grid
    this.#states = states
    this.#prices = prices
    this.#palette = palette
    this.#level = Int8Array.from(house.categories, (_, c) => prices.levelOf(c)?.level ?? -1)
  }

  set palette(palette: Palette) {
    this.#palette = palette
    this.#stampKey = ''
  }

  /** Paints all that `box` (house units) shows. `dense` is device pixels per CSS pixel. */
  paint(ink: Ink, view: View, box: Box, dense: number): void {
    const pitch = this.#house.pitch * view.scale
    ink.setTransform(1, 0, 0, 1, 0, 0)
    ink.fillStyle = this.#palette.paper
    ink.fillRect(0, 0, ink.canvas.width, ink.canvas.height)
    const scale = view.scale * dense
    ink.setTransform(scale, 0, 0, scale, -box.left * scale, -box.top * scale)
    for (const shape of this.#house.shapes) this.#paintShape(ink, shape.kind, shape.polygon, scale)
    for (const section of this.#house.sections) this.#paintSection(ink, section, pitch, scale)
    for (const area of this.#house.areas) this.#paintArea(ink, area, scale)
    ink.setTransform(1, 0, 0, 1, 0, 0)
    const place = { left: box.left, top: box.top, scale }
    if (pitch >= ROUND_PIXELS) this.#stampSeats(ink, box, place, pitch, dense)
    else if (pitch >= MOSAIC_PIXELS) this.#layMosaic(ink, box, place, pitch * dense)
    ink.setTransform(dense, 0, 0, dense, 0, 0)
    this.#writeNames(ink, view, box, pitch)
  }

  /** Paints one seat again after a change. Only where seats are round; else paint the whole. */
  repaintSeat(ink: Ink, view: View, box: Box, dense: number, id: number): void {
    const scale = view.scale * dense
    const x = (this.#house.x[id]! - box.left) * scale
    const y = (this.#house.y[id]! - box.top) * scale
    const half = this.#house.pitch * scale * 0.46
    ink.setTransform(1, 0, 0, 1, 0, 0)
    ink.fillStyle = this.#palette.floor
    ink.fillRect(x - half, y - half, half * 2, half * 2)
    const stamps = this.#stampsFor(this.#house.pitch * view.scale, dense)
    this.#stamp(ink, stamps, id, x, y)
    if (this.#house.pitch * view.scale >= NUMBERS_PIXELS) {
      ink.setTransform(dense, 0, 0, dense, 0, 0)
      this.#prepareNumbers(ink, this.#house.pitch * view.scale)
      this.#writeNumber(ink, id, x / dense, y / dense)
    }
  }

  #paintShape(ink: Ink, kind: string, polygon: Corner[], scale: number): void {
    if (polygon.length < 3) return
    trace(ink, polygon)
    ink.fillStyle = kind === 'stage' ? this.#palette.stage : this.#palette.line
    if (kind === 'decor') ink.globalAlpha = 0.5
    ink.fill()
    ink.globalAlpha = 1
    ink.lineWidth = 1 / scale
  }

  /** The section's ground; far away tinted in the colour of what is mostly free there. */
  #paintSection(ink: Ink, section: HouseSection, pitch: number, scale: number): void {
    if (section.rows.length === 0 || section.outline.length < 3) return
    const main = this.#mainLevel(section)
    trace(ink, section.outline)
    ink.fillStyle = this.#palette.floor
    ink.fill()
    if (main !== undefined && pitch < ROUND_PIXELS) {
      const share = this.#states.freeIn(section.index) / Math.max(1, section.capacity)
      ink.globalAlpha = pitch < MOSAIC_PIXELS ? 0.12 + 0.4 * share : 0.1
      ink.fillStyle = this.#palette.levels[main.level]!
      ink.fill()
      ink.globalAlpha = 1
    }
    ink.strokeStyle =
      main !== undefined && pitch < MOSAIC_PIXELS
        ? this.#palette.levels[main.level]!
        : this.#palette.line
    ink.lineWidth = (pitch < MOSAIC_PIXELS ? 1.25 : 1) / (scale / (window.devicePixelRatio || 1))
    ink.stroke()
  }

  #paintArea(ink: Ink, area: HouseArea, scale: number): void {
    const level = this.#prices.levelOf(area.category)
    const free = this.#states.freeInArea(area.first, area.capacity)
    trace(ink, area.polygon)
    ink.fillStyle = this.#palette.floor
    ink.fill()
    if (level !== undefined && free > 0) {
      ink.globalAlpha = 0.12 + 0.3 * (free / area.capacity)
      ink.fillStyle = this.#palette.levels[level.level]!
      ink.fill()
      ink.globalAlpha = 1
    }
    ink.strokeStyle = free > 0 && level ? this.#palette.levels[level.level]! : this.#palette.line
    ink.lineWidth = 1.25 / (scale / (window.devicePixelRatio || 1))
    ink.stroke()
  }

  /** The price level with the most free places of a section. */
  #mainLevel(section: HouseSection): Level | undefined {
    let most = 0
    let main: Level | undefined
    for (const level of this.#prices.levels) {
      const free = this.#states.freeOf(section.index, level.category)
      if (free > most) [most, main] = [free, level]
    }
    return main
  }

  #layMosaic(ink: Ink, box: Box, place: Place, pitch: number): void {
    const byColour = this.#sorted(box)
    // Whole pixels are crisp where seats are large; small ones would show stripes that are not there.
    const snap = pitch >= 5 ? Math.round : (value: number) => value
    const full = Math.max(1, snap(pitch * 0.76))
    const small = Math.max(0.8, snap(pitch * 0.34))
    for (const [colour, ids, sold] of byColour) {
      const size = sold ? small : full
      ink.fillStyle = colour
      for (const id of ids) {
        const x = snap((this.#house.x[id]! - place.left) * place.scale - size / 2)
        const y = snap((this.#house.y[id]! - place.top) * place.scale - size / 2)
        ink.fillRect(x, y, size, size)
      }
    }
  }

  /** Seats in view by colour: the pen changes six times, not sixty thousand. */
  #sorted(box: Box): [string, number[], boolean][] {
    const free = this.#palette.levels.map((): number[] => [])
    const gone: number[] = []
    this.#grid.visit(box, (id) => {
      const level = this.#level[this.#house.category[id]!]!
      const letter = this.#states.letters[id]!
      if (letter === BLOCKED || level < 0) return
      if (letter === FREE) free[level]!.push(id)
      else gone.push(id)
    })
    return [
      [this.#palette.sold, gone, true],
      ...free.map((ids, level): [string, number[], boolean] => [this.#palette.levels[level]!, ids, false]),
    ]
  }

  #stampSeats(ink: Ink, box: Box, place: Place, pitch: number, dense: number): void {
    const stamps = this.#stampsFor(pitch, dense)
    const numbered: number[] = []
    this.#grid.visit(box, (id) => {
      const x = (this.#house.x[id]! - place.left) * place.scale
      const y = (this.#house.y[id]! - place.top) * place.scale
      this.#stamp(ink, stamps, id, x, y)
      if (pitch >= NUMBERS_PIXELS) numbered.push(id)
    })
    if (numbered.length === 0) return
    ink.setTransform(dense, 0, 0, dense, 0, 0)
    this.#prepareNumbers(ink, pitch)
    const scale = place.scale / dense
    for (const id of numbered) {
      const x = (this.#house.x[id]! - place.left) * scale
      this.#writeNumber(ink, id, x, (this.#house.y[id]! - place.top) * scale)
    }
    ink.setTransform(1, 0, 0, 1, 0, 0)
  }

  #stampsFor(pitch: number, dense: number): SeatStamps {
    const key = `${(pitch * dense).toFixed(2)} ${this.marks}`
    if (this.#stamps === null || key !== this.#stampKey) {
      this.#stamps = new SeatStamps(this.#palette, pitch * dense, this.marks)
      this.#stampKey = key
    }
    return this.#stamps
  }

  #stamp(ink: Ink, stamps: SeatStamps, id: number, x: number, y: number): void {
    const level = this.#level[this.#house.category[id]!]!
    const stamp = stamps.of(level, this.#states.letters[id]!, this.#house.flags[id]!)
    if (stamp === null) return
    const half = stamps.size / 2
    ink.drawImage(stamp, Math.round(x - half), Math.round(y - half))
  }

  #prepareNumbers(ink: Ink, pitch: number): void {
    ink.font = `600 ${Math.min(14, pitch * 0.38).toFixed(1)}px ${this.#palette.font}`
    ink.textAlign = 'center'
    ink.textBaseline = 'middle'
  }

  #writeNumber(ink: Ink, id: number, x: number, y: number): void {
    const letter = this.#states.letters[id]!
    const level = this.#level[this.#house.category[id]!]!
    if (level < 0 || (letter !== FREE && letter !== HELD)) return
    ink.fillStyle = letter === FREE ? this.#palette.onLevels[level]! : this.#palette.muted
    ink.fillText(this.#house.numbers[id] ?? '', x, y + 0.5)
  }

  #writeNames(ink: Ink, view: View, box: Box, pitch: number): void {
    const board = new LabelBoard(ink, this.#palette)
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
    const from = this.#fromPrice(section)
    const price = from === null ? words.map.soldOut : words.map.from(this.#money(from))
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
    const free = this.#states.freeInArea(area.first, area.capacity)
    const price = free === 0 || !level ? words.map.soldOut : words.map.from(this.#money(level.from))
    const { left, right, top, bottom } = area.box
    const middle = labelPoint(area.polygon, (left + right) / 2, (top + bottom) / 2)
    board.section(area.name, price, at(...middle), roomIn(area.polygon, ...middle, scale), false)
  }

  #fromPrice(section: HouseSection): number | null {
    let from: number | null = null
    for (const level of this.#prices.levels) {
      if (this.#states.freeOf(section.index, level.category) === 0) continue
      if (from === null || level.from < from) from = level.from
    }
    return from
  }

  #money(minor: number): string {
    return money(minor, this.#prices.currency).replace(/[.,]00$/, '')
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

interface Place {
  left: number
  top: number
  scale: number
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

function trace(ink: Ink, polygon: Corner[]): void {
  ink.beginPath()
  polygon.forEach(([x, y], index) => (index === 0 ? ink.moveTo(x, y) : ink.lineTo(x, y)))
  ink.closePath()
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
