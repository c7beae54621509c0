/** The map on its canvas: a painted picture of the house, shown moved and scaled while a finger
 *  moves and painted anew when it rests; over it the buyer's seats, the cursor and fresh changes.
 *
 *  It draws and answers what lies where; choosing is the owner's business. */

import { inside, type House, type HouseArea, type HouseSection } from '../house/house'
import { SeatGrid } from '../house/seat_grid'
import type { SeatStates } from '../house/seat_states.svelte'
import type { PriceBook } from '../pick/price_book'
import type { SeatFilter } from '../pick/seat_filter.svelte'
import { Camera, type View } from './camera'
import { HousePainter } from './house_painter'
import { MapPicture } from './map_picture'
import type { Palette } from './palette'
import { MOSAIC_PIXELS, ROUND_PIXELS } from './zoom_levels'

/** A picture painted faster than this is painted on every frame; a slower one when the hand rests. */
const QUICK_MILLISECONDS = 9
const REST_MILLISECONDS = 110
const FLY_MILLISECONDS = 200
const PULSE_MILLISECONDS = 700
const PULSES_MAX = 80
/** Where changes ask for a new picture, as many times what the last one took lie between two, so that
 *  sales never keep a slow phone busy. */
const LATER_COSTS = 5
/** The browser's timeline says by this mark when the seats were first to be seen. */
const FIRST_DRAWN = 'holdfast:map'
/** More changed seats than this are painted with everything else. */
const ONE_BY_ONE_MAX = 2_000

export class MapView {
  readonly camera: Camera
  readonly grid: SeatGrid
  mine = new Set<number>()
  cursor = -1
  hovered = -1
  calm = false
  /** Called after the camera moved. */
  moved: () => void = () => {}
  readonly #canvas: HTMLCanvasElement
  readonly #ink: CanvasRenderingContext2D
  readonly #house: House
  readonly #states: SeatStates
  readonly #painter: HousePainter
  readonly #picture: MapPicture
  #palette: Palette
  #stale = true
  #drawn = -1
  #restTimer: ReturnType<typeof setTimeout> | undefined
  #laterTimer: ReturnType<typeof setTimeout> | undefined
  #frame = 0
  #flight: { from: View; to: View; start: number } | null = null
  readonly #pulses = new Map<number, number>()
  #dense = 1

  constructor(
    canvas: HTMLCanvasElement,
    house: House,
    states: SeatStates,
    prices: PriceBook,
    palette: Palette,
  ) {
    this.#canvas = canvas
    this.#ink = canvas.getContext('2d', { alpha: false })!
    this.#house = house
    this.#states = states
    this.#palette = palette
    this.grid = new SeatGrid(house)
    this.camera = new Camera(house)
    this.#painter = new HousePainter(house, this.grid, states, prices, palette)
    this.#picture = new MapPicture(house, this.#painter)
    // Names take as long as everything else: the first picture goes without, and the seats are there
    // sooner.
    this.#painter.named = false
  }

  close(): void {
    cancelAnimationFrame(this.#frame)
    clearTimeout(this.#restTimer)
    clearTimeout(this.#laterTimer)
  }

  /** Fits the canvas to its place on the page; keeps what is in the middle there. */
  resize(width: number, height: number): void {
    // A map that is folded away has no size; it keeps what it had until it is seen again.
    if (width === 0 || height === 0) return
    const dense = Math.min(2, window.devicePixelRatio || 1)
    if (width === this.camera.width && height === this.camera.height && dense === this.#dense) return
    const whole = this.camera.width === 1 || this.camera.isWhole()
    const [x, y] = this.camera.toHouse(this.camera.width / 2, this.camera.height / 2)
    const shown = this.#picture.exists
    this.#dense = dense
    this.#canvas.width = Math.round(width * this.#dense)
    this.#canvas.height = Math.round(height * this.#dense)
    this.#picture.forgetBackdrop()
    this.camera.width = width
    this.camera.height = height
    if (whole) this.camera.look(this.camera.whole())
    else {
      const scale = this.camera.scale
      this.camera.look({ scale, x: x - width / 2 / scale, y: y - height / 2 / scale })
    }
    this.repaint()
    // A canvas of a new size is black: what was shown before is painted before anybody sees it.
    if (shown) this.#now()
  }

  set palette(palette: Palette) {
    this.#palette = palette
    this.#picture.forgetBackdrop()
    this.#painter.palette = palette
    this.repaint()
  }

  set marks(marks: boolean) {
    this.#picture.forgetBackdrop()
    this.#painter.marks = marks
    this.repaint()
  }

  /** To be set again after each change of it. */
  set filter(filter: SeatFilter) {
    this.#picture.forgetBackdrop()
    this.#painter.filter = filter
    this.repaint()
  }

  /** The page's own fonts are there: names are written anew. */
  fontsCame(): void {
    this.#picture.forgetBackdrop()
    this.#painter.fontsCame()
    this.repaint()
  }

  /** Something in the picture is out of date. */
  repaint(): void {
    this.#stale = true
    this.draw()
  }

  /** Seats changed; an empty list means any may have. */
  changed(ids: number[]): void {
    if (ids.length === 0 || ids.length > ONE_BY_ONE_MAX) {
      this.repaint()
      return
    }
    const seats = ids.filter((id) => this.#house.isSeat(id))
    if (seats.length < ids.length || !this.#picture.repaintSeats(seats, this.#dense)) {
      this.#laterTimer ??= setTimeout(() => this.#repaintLater(), this.#untilLater())
    }
    if (this.camera.pitch >= ROUND_PIXELS) for (const id of seats) this.#pulse(id)
    this.draw()
  }

  /** The sale moved on, maybe without a change that is to be seen: then the screen is right already. */
  versionMoved(): void {
    if (this.#drawn >= 0 && this.#frame === 0 && !this.#stale) this.#sayDrawn()
  }

  #untilLater(): number {
    const { paintedAt, cost } = this.#picture
    return Math.max(0, paintedAt + LATER_COSTS * cost - performance.now())
  }

  #repaintLater(): void {
    this.#laterTimer = undefined
    this.repaint()
  }

  #pulse(id: number): void {
    if (this.calm || this.#pulses.size >= PULSES_MAX || !this.#picture.holds(id)) return
    this.#pulses.set(id, performance.now())
  }

  /** Asks for a frame. */
  draw(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame((now) => this.#onFrame(now))
  }

  #now(): void {
    cancelAnimationFrame(this.#frame)
    this.#onFrame(performance.now())
  }

  pan(dx: number, dy: number): void {
    this.#flight = null
    this.camera.panBy(dx, dy)
    this.#cameraMoved()
  }

  zoom(px: number, py: number, factor: number): void {
    this.#flight = null
    this.camera.zoomAt(px, py, factor)
    this.#cameraMoved()
  }

  /** Glides to a view; jumps where the visitor asked for no motion. */
  fly(to: View): void {
    if (this.calm) {
      this.camera.look(to)
      this.#cameraMoved()
      return
    }
    this.#flight = { from: this.camera.view, to, start: performance.now() }
    this.draw()
  }

  step(factor: number): void {
    this.fly(this.camera.zoomed(this.camera.width / 2, this.camera.height / 2, factor))
  }

  fit(): void {
    this.fly(this.camera.whole())
  }

  /** Brings seats into view, large enough to be told apart. */
  showSeats(ids: number[]): void {
    const seats = ids.filter((id) => this.#house.isSeat(id))
    if (seats.length === 0) return
    const xs = seats.map((id) => this.#house.x[id]!)
    const ys = seats.map((id) => this.#house.y[id]!)
    const around = this.#house.pitch * 4
    const box = {
      left: Math.min(...xs) - around,
      right: Math.max(...xs) + around,
      top: Math.min(...ys) - around,
      bottom: Math.max(...ys) + around,
    }
    this.fly(this.camera.framing(box, 26))
  }

  showSection(section: HouseSection): void {
    this.fly(this.camera.framing(section.box, 30))
  }

  /** The seat under a point, within `reach` pixels; -1 where there is none. */
  seatAt(px: number, py: number, reach: number): number {
    if (this.camera.pitch < MOSAIC_PIXELS) return -1
    const [x, y] = this.camera.toHouse(px, py)
    return this.grid.nearest(x, y, reach / this.camera.scale, () => true)
  }

  areaAt(px: number, py: number): HouseArea | undefined {
    const [x, y] = this.camera.toHouse(px, py)
    return this.#house.areas.find((area) => inside(area.polygon, x, y))
  }

  sectionAt(px: number, py: number): HouseSection | undefined {
    const [x, y] = this.camera.toHouse(px, py)
    return this.#house.sections.find((section) => inside(section.outline, x, y))
  }

  /** Keeps the keyboard's seat on the screen. */
  reveal(id: number): void {
    const [px, py] = this.camera.toScreen(this.#house.x[id]!, this.#house.y[id]!)
    const edge = Math.min(60, this.camera.width / 4)
    const off =
      px < edge || py < edge || px > this.camera.width - edge || py > this.camera.height - edge
    if (off || this.camera.pitch < ROUND_PIXELS) {
      const scale = Math.max(this.camera.scale, 22 / this.#house.pitch)
      const half = [this.camera.width / 2 / scale, this.camera.height / 2 / scale] as const
      this.fly({ scale, x: this.#house.x[id]! - half[0], y: this.#house.y[id]! - half[1] })
    }
    this.draw()
  }

  #cameraMoved(): void {
    this.moved()
    this.draw()
  }

  #onFrame(now: number): void {
    this.#frame = 0
    if (this.#flight !== null) this.#glide(now)
    if (this.#mustPaint()) {
      clearTimeout(this.#restTimer)
      this.#picture.paint(this.camera, this.#dense)
      this.#stale = false
    }
    this.#show()
    const busy = this.#drawOver(now)
    this.#sayDrawn()
    if (!this.#painter.named) {
      this.#painter.named = true
      this.repaint()
    }
    if (busy || this.#flight !== null) this.draw()
  }

  /** Writes on the canvas which version it shows, so that it can be told from outside how far the
   *  screen is behind the sale. */
  #sayDrawn(): void {
    if (!this.#painter.named) {
      performance.mark(FIRST_DRAWN)
      return
    }
    const { version } = this.#states
    if (version === this.#drawn || this.#laterTimer !== undefined) return
    this.#drawn = version
    this.#canvas.dataset['version'] = String(version)
  }

  #glide(now: number): void {
    const flight = this.#flight!
    const share = Math.min(1, (now - flight.start) / FLY_MILLISECONDS)
    const eased = 1 - (1 - share) ** 3
    const scale = flight.from.scale * (flight.to.scale / flight.from.scale) ** eased
    // The middle moves so that zooming in feels like walking there, not like a swing.
    const middle = (view: View) => [
      view.x + this.camera.width / 2 / view.scale,
      view.y + this.camera.height / 2 / view.scale,
    ]
    const [fx, fy] = middle(flight.from) as [number, number]
    const [tx, ty] = middle(flight.to) as [number, number]
    const [x, y] = [fx + (tx - fx) * eased, fy + (ty - fy) * eased]
    const half = [this.camera.width / 2 / scale, this.camera.height / 2 / scale] as const
    this.camera.look({ scale, x: x - half[0], y: y - half[1] })
    if (share === 1) this.#flight = null
    this.moved()
  }

  /** Whether the picture must be painted before this frame; else it is shown as it is, for now. */
  #mustPaint(): boolean {
    if (!this.#picture.exists || this.#stale) return true
    const fits = this.#picture.fitsScale(this.camera)
    const covers = this.#picture.covers(this.camera)
    if (fits && covers) return false
    if (this.#picture.cost < QUICK_MILLISECONDS && this.#flight === null) return true
    clearTimeout(this.#restTimer)
    this.#restTimer = setTimeout(() => this.repaint(), REST_MILLISECONDS)
    return fits
  }

  #show(): void {
    const ink = this.#ink
    ink.setTransform(1, 0, 0, 1, 0, 0)
    ink.fillStyle = this.#palette.paper
    ink.fillRect(0, 0, this.#canvas.width, this.#canvas.height)
    this.#picture.lay(ink, this.camera, this.#dense)
  }

  /** Pulses, the buyer's seats, hover and cursor. True while something still moves. */
  #drawOver(now: number): boolean {
    const ink = this.#ink
    ink.setTransform(this.#dense, 0, 0, this.#dense, 0, 0)
    for (const [id, start] of this.#pulses) {
      const share = (now - start) / PULSE_MILLISECONDS
      if (share >= 1) this.#pulses.delete(id)
      else this.#ring(id, 0.45 + 0.5 * share, 1.5, this.#palette.ink, 0.5 * (1 - Math.max(0, share)))
    }
    for (const id of this.mine) if (this.#house.isSeat(id)) this.#drawMine(id)
    if (this.hovered >= 0) this.#ring(this.hovered, 0.5, 2, this.#palette.ink, 1)
    if (this.cursor >= 0) {
      this.#ring(this.cursor, 0.62, 4, this.#palette.paper, 1)
      this.#ring(this.cursor, 0.62, 2.5, this.#palette.ink, 1)
    }
    return this.#pulses.size > 0
  }

  #ring(id: number, pitches: number, width: number, colour: string, alpha: number): void {
    const [x, y] = this.camera.toScreen(this.#house.x[id]!, this.#house.y[id]!)
    const ink = this.#ink
    ink.globalAlpha = alpha
    ink.strokeStyle = colour
    ink.lineWidth = width
    ink.beginPath()
    ink.arc(x, y, Math.max(5, this.camera.pitch * pitches), 0, 2 * Math.PI)
    ink.stroke()
    ink.globalAlpha = 1
  }

  #drawMine(id: number): void {
    const [x, y] = this.camera.toScreen(this.#house.x[id]!, this.#house.y[id]!)
    const radius = Math.max(6.5, this.camera.pitch * 0.5)
    const ink = this.#ink
    ink.fillStyle = this.#palette.accent
    ink.strokeStyle = this.#palette.floor
    ink.lineWidth = Math.max(1.5, radius * 0.14)
    ink.beginPath()
    ink.arc(x, y, radius, 0, 2 * Math.PI)
    ink.fill()
    ink.stroke()
    ink.lineWidth = Math.max(1.8, radius * 0.22)
    ink.lineCap = ink.lineJoin = 'round'
    ink.beginPath()
    ink.moveTo(x - radius * 0.42, y + radius * 0.02)
    ink.lineTo(x - radius * 0.1, y + radius * 0.34)
    ink.lineTo(x + radius * 0.44, y - radius * 0.32)
    ink.stroke()
  }
}
