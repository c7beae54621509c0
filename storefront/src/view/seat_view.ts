/** What one sees from a seat, worked out from the seating plan alone: the blocks, the stage, the seats
 *  in front, and somebody standing in the middle of it all, for scale.
 *
 *  The plan knows no heights, so the floor rises with the distance from the stage as floors do. */

import type { Corner, Point } from '../api/types'
import type { House } from '../house/house'

export const WIDTH = 640
export const HEIGHT = 400

/** Neighbouring seats stand so far apart. */
const PITCH_METRES = 0.55
const STAGE_METRES = 1
const EYE_METRES = 1.15
/** Level before the stage, then rising by this share of the way, as far as houses do. */
const LEVEL_METRES = 5
const RISE = 0.24
const RISE_METRES_MAX = 26
const PERSON_METRES = 1.75
const BACK_METRES = 0.88
const CUSHION_METRES = 0.4
const SEAT_METRES = 0.44
const NEAR_METRES = 0.5
const SEATS_METRES_MAX = 60
const SEATS_MAX = 1_200
/** About 65 degrees from side to side. */
const ZOOM = WIDTH * 0.8

export interface Face {
  kind: 'block' | 'stage' | 'front' | 'floor'
  path: string
}

/** The back of a seat in front, from its top left corner. */
export interface Back {
  x: number
  y: number
  width: number
  height: number
  /** 0 right before us .. 1 far away */
  far: number
}

export interface SeatView {
  faces: Face[]
  backs: Back[]
  person: { x: number; foot: number; top: number }
  horizon: number
}

interface Spot {
  /** Metres ahead, to the right, and above the floor of the stage's foot. */
  ahead: number
  right: number
  up: number
}

export function viewFrom(house: House, id: number): SeatView {
  const stage = house.shapes.find((shape) => shape.kind === 'stage')
  const looked = stage ? middle(stage.polygon) : house.focal
  const eye = new Eye(house, id, looked)
  const faces = [
    ...house.sections.flatMap((section) => eye.block(section.outline)),
    ...house.shapes.flatMap((shape) => eye.shape(shape.polygon, shape.kind === 'stage')),
  ]
  const foot = eye.at(looked.x, looked.y, stage ? STAGE_METRES : 0)
  const [px, py] = eye.project(foot)
  const top = eye.project({ ...foot, up: foot.up + PERSON_METRES })[1]
  return { faces, backs: backs(house, id, eye), person: { x: px, foot: py, top }, horizon: eye.horizon }
}

function middle(polygon: Corner[]): Point {
  const sum = polygon.reduce(([x, y], corner) => [x + corner[0], y + corner[1]], [0, 0])
  return { x: sum[0] / polygon.length, y: sum[1] / polygon.length }
}

/** The seats between us and the stage, far ones first. */
function backs(house: House, id: number, eye: Eye): Back[] {
  const found: Spot[] = []
  for (let other = 0; other < house.seatCount; other += 1) {
    if (other === id) continue
    const [x, y] = [house.x[other]!, house.y[other]!]
    const spot = eye.at(x, y, eye.rise(x, y) + BACK_METRES)
    const { ahead, right } = spot
    if (ahead > NEAR_METRES && ahead < SEATS_METRES_MAX && Math.abs(right) < ahead) found.push(spot)
  }
  found.sort((one, other) => one.ahead - other.ahead)
  return found
    .slice(0, SEATS_MAX)
    .reverse()
    .map((spot) => {
      const [x, y] = eye.project(spot)
      const width = (SEAT_METRES * ZOOM) / spot.ahead
      const height = ((BACK_METRES - CUSHION_METRES) * ZOOM) / spot.ahead
      return { x: x - width / 2, y, width, height, far: Math.sqrt(spot.ahead / SEATS_METRES_MAX) }
    })
}

class Eye {
  readonly horizon: number
  readonly #x: number
  readonly #y: number
  readonly #up: number
  readonly #forward: [number, number]
  readonly #metres: number
  readonly #focal: Point

  constructor(house: House, id: number, looked: Point) {
    this.#x = house.x[id]!
    this.#y = house.y[id]!
    this.#metres = PITCH_METRES / house.pitch
    this.#focal = house.focal
    this.#up = this.rise(this.#x, this.#y) + EYE_METRES
    const [dx, dy] = [looked.x - this.#x, looked.y - this.#y]
    const away = Math.hypot(dx, dy) || 1
    this.#forward = [dx / away, dy / away]
    // One looks at the stage: it stands a little below the middle of the picture.
    const down = (this.#up - STAGE_METRES) / Math.max(2, away * this.#metres)
    this.horizon = HEIGHT * 0.56 - ZOOM * down
  }

  /** How high the floor lies there above the foot of the stage. */
  rise(x: number, y: number): number {
    const metres = Math.hypot(x - this.#focal.x, y - this.#focal.y) * this.#metres
    return Math.min(RISE_METRES_MAX, Math.max(0, metres - LEVEL_METRES) * RISE)
  }

  /** A point of the plan, `up` metres above the foot of the stage, as it lies before the eye. */
  at(x: number, y: number, up: number): Spot {
    const [fx, fy] = this.#forward
    const [dx, dy] = [(x - this.#x) * this.#metres, (y - this.#y) * this.#metres]
    return { ahead: dx * fx + dy * fy, right: dy * fx - dx * fy, up }
  }

  project({ ahead, right, up }: Spot): [number, number] {
    const near = Math.max(NEAR_METRES, ahead)
    return [WIDTH / 2 + (ZOOM * right) / near, this.horizon + (ZOOM * (this.#up - up)) / near]
  }

  /** The floor on which a section's seats stand. */
  block(outline: Corner[]): Face[] {
    return this.#face('block', outline.map(([x, y]) => this.at(x, y, this.rise(x, y))))
  }

  /** A flat shape of the plan; a stage also has the front that carries it. */
  shape(polygon: Corner[], raised: boolean): Face[] {
    if (!raised) return this.#face('floor', polygon.map(([x, y]) => this.at(x, y, 0)))
    const top = polygon.map(([x, y]) => this.at(x, y, STAGE_METRES))
    const sides = top.flatMap((corner, index) => {
      const next = top[(index + 1) % top.length]!
      return this.#face('front', [corner, next, { ...next, up: 0 }, { ...corner, up: 0 }])
    })
    return [...sides, ...this.#face('stage', top)]
  }

  /** What of it lies before us. */
  #face(kind: Face['kind'], corners: Spot[]): Face[] {
    const seen = corners.flatMap((corner, index) => {
      const next = corners[(index + 1) % corners.length]!
      const inside = corner.ahead >= NEAR_METRES
      if (inside === next.ahead >= NEAR_METRES) return inside ? [corner] : []
      const share = (NEAR_METRES - corner.ahead) / (next.ahead - corner.ahead)
      const between = (one: number, other: number) => one + (other - one) * share
      const cut = {
        ahead: NEAR_METRES,
        right: between(corner.right, next.right),
        up: between(corner.up, next.up),
      }
      return inside ? [corner, cut] : [cut]
    })
    if (seen.length < 3) return []
    const path = seen.map((spot) => this.project(spot).map((n) => n.toFixed(1)).join(' ')).join('L')
    return [{ kind, path: `M${path}Z` }]
  }
}
