/** Paints the house for one view: stage and shapes, sections, seats, names and prices.
 *
 *  Far away a section is a surface tinted by what is free in it; nearer it becomes a mosaic of its
 *  seats, then seats with row letters, at last with numbers. What belongs to the buyer is painted
 *  over this by the map view. */

import type { Corner } from '../api/types'
import { ACCESSIBLE, type Box, type House, type HouseArea, type HouseSection } from '../house/house'
import type { SeatGrid } from '../house/seat_grid'
import { BLOCKED, FREE, HELD, SOLD, type SeatStates } from '../house/seat_states.svelte'
import type { Level, PriceBook } from '../pick/price_book'
import type { SeatFilter } from '../pick/seat_filter.svelte'
import type { View } from './camera'
import { NamePainter } from './name_painter'
import type { Palette } from './palette'
import { meet, patchesOf } from './patches'
import { SeatStamps } from './seat_stamps'
import { MOSAIC_PIXELS, NUMBERS_PIXELS, ROUND_PIXELS } from './zoom_levels'

type Ink = CanvasRenderingContext2D

export class HousePainter {
  marks = false
  /** What the buyer wants to be shown; null where everything is. */
  filter: SeatFilter | null = null
  /** Whether names and prices are written. */
  named = true
  readonly #house: House
  readonly #grid: SeatGrid
  readonly #states: SeatStates
  readonly #prices: PriceBook
  readonly #level: Int8Array
  readonly #names: NamePainter
  #palette: Palette
  #stamps: SeatStamps | null = null
  #stampKey = ''
  #mask: Uint8Array | null = null

  constructor(house: House, grid: SeatGrid, states: SeatStates, prices: PriceBook, palette: Palette) {
    this.#house = house
    this.#grid = grid
    this.#states = states
    this.#prices = prices
    this.#palette = palette
    this.#names = new NamePainter(house, states, prices, palette)
    this.#level = Int8Array.from(house.categories, (_, c) => prices.levelOf(c)?.level ?? -1)
  }

  set palette(palette: Palette) {
    this.#palette = palette
    this.#names.palette = palette
    this.#stampKey = ''
  }

  fontsCame(): void {
    this.#names.fontsCame()
  }

  /** Paints all that `box` (house units) shows. `dense` is device pixels per CSS pixel. */
  paint(ink: Ink, view: View, box: Box, dense: number): void {
    this.#mask = this.filter?.mask ?? null
    const { pitch } = this.#house
    const part = {
      left: box.left - pitch,
      top: box.top - pitch,
      right: box.right + pitch,
      bottom: box.bottom + pitch,
    }
    this.#paintGround(ink, view, box, dense, part)
    this.#paintSeats(ink, view, box, dense, part)
    this.#writeNames(ink, view, box, dense)
  }

  /** Paints these seats again, with what lies around and over them, into a picture painted before;
   *  everything else stays as it was, to the pixel. Says whether it did: it does not where all
   *  that is to be seen of seats is how many are free, nor where most of the picture changed. */
  repaintSeats(ink: Ink, view: View, box: Box, dense: number, ids: number[]): boolean {
    if (this.#house.pitch * view.scale < MOSAIC_PIXELS) return false
    const patches = patchesOf(this.#house, ids, view, box, dense)
    if (patches === null) return false
    if (patches.length === 0) return true
    this.#mask = this.filter?.mask ?? null
    const all = new Path2D()
    for (const { left, top, size, box: part } of patches) {
      all.rect(left, top, size, size)
      ink.setTransform(1, 0, 0, 1, 0, 0)
      ink.save()
      ink.beginPath()
      ink.rect(left, top, size, size)
      ink.clip()
      this.#paintGround(ink, view, box, dense, part)
      this.#paintSeats(ink, view, box, dense, part)
      ink.restore()
    }
    ink.setTransform(1, 0, 0, 1, 0, 0)
    ink.save()
    ink.clip(all)
    this.#writeNames(ink, view, box, dense)
    ink.restore()
    return true
  }

  /** How a section looks beside its seats: the price its ground is tinted for, and the one named. */
  lookOf(section: HouseSection): string {
    return `${this.#mainLevel(section)?.level} ${this.#names.fromPrice(section)}`
  }

  /** Paper, stage and sections of a picture of `box`, as far as they can be seen in `part` of it. */
  #paintGround(ink: Ink, view: View, box: Box, dense: number, part: Box): void {
    const pitch = this.#house.pitch * view.scale
    const scale = view.scale * dense
    ink.setTransform(1, 0, 0, 1, 0, 0)
    ink.fillStyle = this.#palette.paper
    ink.fillRect(0, 0, ink.canvas.width, ink.canvas.height)
    ink.setTransform(scale, 0, 0, scale, -box.left * scale, -box.top * scale)
    for (const shape of this.#house.shapes) paintShape(ink, shape.kind, shape.polygon, this.#palette)
    for (const section of this.#house.sections) {
      if (meet(section.box, part)) this.#paintSection(ink, section, pitch, view.scale)
    }
    for (const area of this.#house.areas) {
      if (meet(area.box, part)) this.#paintArea(ink, area, view.scale)
    }
  }

  #paintSeats(ink: Ink, view: View, box: Box, dense: number, part: Box): void {
    const pitch = this.#house.pitch * view.scale
    const place = { left: box.left, top: box.top, scale: view.scale * dense }
    ink.setTransform(1, 0, 0, 1, 0, 0)
    if (pitch >= ROUND_PIXELS) this.#stampSeats(ink, part, place, pitch, dense)
    else if (pitch >= MOSAIC_PIXELS) this.#layMosaic(ink, part, place, pitch * dense)
  }

  #writeNames(ink: Ink, view: View, box: Box, dense: number): void {
    if (!this.named) return
    ink.setTransform(dense, 0, 0, dense, 0, 0)
    this.#names.filter = this.filter
    this.#names.write(ink, view, box, this.#house.pitch * view.scale)
  }

  /** The section's ground; far away tinted in the colour of what is mostly free there. */
  #paintSection(ink: Ink, section: HouseSection, pitch: number, scale: number): void {
    if (section.rows.length === 0 || section.outline.length < 3) return
    const main = this.#mainLevel(section)
    trace(ink, section.outline)
    ink.fillStyle = this.#palette.floor
    ink.fill()
    if (main !== undefined && pitch < ROUND_PIXELS) {
      const share = this.#counts.freeIn(section.index) / Math.max(1, section.capacity)
      ink.globalAlpha = pitch < MOSAIC_PIXELS ? 0.12 + 0.4 * share : 0.1
      ink.fillStyle = this.#palette.levels[main.level]!
      ink.fill()
      ink.globalAlpha = 1
    }
    ink.strokeStyle =
      main !== undefined && pitch < MOSAIC_PIXELS
        ? this.#palette.levels[main.level]!
        : this.#palette.line
    ink.lineWidth = (pitch < MOSAIC_PIXELS ? 1.25 : 1) / scale
    ink.stroke()
  }

  #paintArea(ink: Ink, area: HouseArea, scale: number): void {
    const level = this.#prices.levelOf(area.category)
    const fits = this.filter === null || this.filter.fits(area.first)
    const free = fits ? this.#states.freeInArea(area.first, area.capacity) : 0
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
    ink.lineWidth = 1.25 / scale
    ink.stroke()
  }

  get #counts(): Pick<SeatStates, 'freeIn' | 'freeOf'> {
    return this.#mask !== null && this.filter ? this.filter : this.#states
  }

  /** A seat's letter as it is painted: what the filter leaves out looks like what is gone. */
  #letter(id: number): number {
    const letter = this.#states.letters[id]!
    return letter === FREE && this.#mask?.[id] === 0 ? SOLD : letter
  }

  /** The price level with the most free places of a section. */
  #mainLevel(section: HouseSection): Level | undefined {
    let most = 0
    let main: Level | undefined
    for (const level of this.#prices.levels) {
      const free = this.#counts.freeOf(section.index, level.category)
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
    this.#visit(box, (id) => {
      const level = this.#level[this.#house.category[id]!]!
      const letter = this.#letter(id)
      if (letter === BLOCKED || level < 0) return
      if (letter === FREE) free[level]!.push(id)
      else gone.push(id)
    })
    return [
      [this.#palette.sold, gone, true],
      ...free.map((ids, level): [string, number[], boolean] => [this.#palette.levels[level]!, ids, false]),
    ]
  }

  /** The grid gives whole buckets of seats; these are the ones in the box itself. */
  #visit(box: Box, visit: (id: number) => void): void {
    const { x, y } = this.#house
    this.#grid.visit(box, (id) => {
      const [hx, hy] = [x[id]!, y[id]!]
      if (hx >= box.left && hx <= box.right && hy >= box.top && hy <= box.bottom) visit(id)
    })
  }

  #stampSeats(ink: Ink, box: Box, place: Place, pitch: number, dense: number): void {
    const stamps = this.#stampsFor(pitch, dense)
    const numbered: number[] = []
    this.#visit(box, (id) => {
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
    const stamp = stamps.of(level, this.#letter(id), this.#house.flags[id]!)
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
    const letter = this.#letter(id)
    const level = this.#level[this.#house.category[id]!]!
    if (level < 0 || (letter !== FREE && letter !== HELD)) return
    // A free wheelchair place bears its own sign instead.
    if (letter === FREE && this.#house.flags[id]! & ACCESSIBLE) return
    ink.fillStyle = letter === FREE ? this.#palette.onLevels[level]! : this.#palette.muted
    ink.fillText(this.#house.numberOf(id), x, y + 0.5)
  }
}

interface Place {
  left: number
  top: number
  scale: number
}

function paintShape(ink: Ink, kind: string, polygon: Corner[], palette: Palette): void {
  if (polygon.length < 3) return
  trace(ink, polygon)
  ink.fillStyle = kind === 'stage' ? palette.stage : palette.line
  ink.globalAlpha = kind === 'decor' ? 0.5 : 1
  ink.fill()
  ink.globalAlpha = 1
}

function trace(ink: Ink, polygon: Corner[]): void {
  ink.beginPath()
  polygon.forEach(([x, y], index) => (index === 0 ? ink.moveTo(x, y) : ink.lineTo(x, y)))
  ink.closePath()
}
