/** A painted picture of the house for one view, and a small one of all of it behind: both are laid
 *  under the screen moved and scaled, until a new picture is worth its time. */

import type { Box, House } from '../house/house'
import type { Camera, View } from './camera'
import type { HousePainter } from './house_painter'

/** The picture reaches this share of the canvas beyond its edges, so that a drag shows no gap. */
const MARGIN = 0.25

type Ink = CanvasRenderingContext2D
type Painted = View & { box: Box }

export class MapPicture {
  /** Milliseconds that the last painting took. */
  cost = 0
  paintedAt = 0
  readonly #house: House
  readonly #painter: HousePainter
  readonly #front = newCanvas()
  readonly #back = newCanvas()
  #painted: Painted | null = null
  #behind: Painted | null = null
  /** Of each section, when all was painted. */
  #looks: string[] = []

  constructor(house: House, painter: HousePainter) {
    this.#house = house
    this.#painter = painter
  }

  /** The small picture is no longer right: colours or sizes changed. */
  forgetBackdrop(): void {
    this.#behind = null
  }

  get exists(): boolean {
    return this.#painted !== null
  }

  /** Whether the picture was painted at this camera's scale. */
  fitsScale(camera: Camera): boolean {
    return this.#painted?.scale === camera.scale
  }

  /** Whether the picture reaches to every edge of the screen. */
  covers(camera: Camera): boolean {
    if (this.#painted === null) return false
    const { box } = this.#painted
    const right = camera.x + camera.width / camera.scale
    const bottom = camera.y + camera.height / camera.scale
    return (
      camera.x >= box.left && camera.y >= box.top && right <= box.right && bottom <= box.bottom
    )
  }

  paint(camera: Camera, dense: number): void {
    const start = performance.now()
    const across = camera.width * (1 + 2 * MARGIN)
    const down = camera.height * (1 + 2 * MARGIN)
    const left = camera.x - (camera.width * MARGIN) / camera.scale
    const top = camera.y - (camera.height * MARGIN) / camera.scale
    const box = { left, top, right: left + across / camera.scale, bottom: top + down / camera.scale }
    const [width, height] = [Math.round(across * dense), Math.round(down * dense)]
    const canvas = this.#front.canvas
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width
      canvas.height = height
    }
    this.#painter.paint(this.#front, camera.view, box, dense)
    this.#painted = { ...camera.view, box }
    this.#looks = this.#house.sections.map((section) => this.#painter.lookOf(section))
    this.paintedAt = performance.now()
    this.cost = this.paintedAt - start
  }

  /** Paints again what changed seats look like, where they lie in the picture. Says whether the
   *  picture is right then; else all of it has to be painted. */
  repaintSeats(ids: number[], dense: number): boolean {
    const painted = this.#painted
    if (painted === null) return false
    const sections = new Set(ids.map((id) => this.#house.sectionOf(id)))
    for (const section of sections) {
      if (this.#painter.lookOf(section) !== this.#looks[section.index]) return false
    }
    return this.#painter.repaintSeats(this.#front, painted, painted.box, dense, ids)
  }

  /** Whether a seat lies in the picture. */
  holds(id: number): boolean {
    if (this.#painted === null) return false
    const { left, top, right, bottom } = this.#painted.box
    const [x, y] = [this.#house.x[id]!, this.#house.y[id]!]
    return x >= left && x <= right && y >= top && y <= bottom
  }

  /** Lays the picture on the screen where the camera looks; where it does not reach, the small one. */
  lay(ink: Ink, camera: Camera, dense: number): void {
    if (!this.covers(camera)) {
      this.#paintBackdrop(camera, dense)
      layOne(ink, this.#back, this.#behind!, camera, dense)
    }
    layOne(ink, this.#front, this.#painted!, camera, dense)
  }

  /** Painted when first needed. It may be some changes behind; the next picture is not. */
  #paintBackdrop(camera: Camera, dense: number): void {
    if (this.#behind !== null) return
    const view = camera.whole()
    const box = { left: 0, top: 0, right: this.#house.width, bottom: this.#house.height }
    this.#back.canvas.width = Math.ceil(this.#house.width * view.scale * dense)
    this.#back.canvas.height = Math.ceil(this.#house.height * view.scale * dense)
    this.#painter.paint(this.#back, view, box, dense)
    this.#behind = { ...view, box }
  }
}

function newCanvas(): Ink {
  return document.createElement('canvas').getContext('2d', { alpha: false })!
}

function layOne(ink: Ink, picture: Ink, painted: Painted, camera: Camera, dense: number): void {
  const ratio = camera.scale / painted.scale
  const { canvas } = picture
  const x = (painted.box.left - camera.x) * camera.scale * dense
  const y = (painted.box.top - camera.y) * camera.scale * dense
  if (ratio === 1) ink.drawImage(canvas, Math.round(x), Math.round(y))
  else ink.drawImage(canvas, x, y, canvas.width * ratio, canvas.height * ratio)
}
