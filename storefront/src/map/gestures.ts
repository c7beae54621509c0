/** Fingers, mouse and wheel on the map: drag, pinch, tap, double tap, hover. */

const DRAG_PIXELS = 7
const DOUBLE_TAP_MILLISECONDS = 300
const DOUBLE_TAP_PIXELS = 28

export interface GestureTarget {
  pan(dx: number, dy: number): void
  zoom(px: number, py: number, factor: number): void
  tap(px: number, py: number, touch: boolean): void
  doubleTap(px: number, py: number, touch: boolean): void
  hover(px: number, py: number): void
  leave(): void
}

interface Finger {
  x: number
  y: number
}

export class Gestures {
  readonly #element: HTMLElement
  readonly #target: GestureTarget
  readonly #fingers = new Map<number, Finger>()
  readonly #stop = new AbortController()
  #start: Finger = { x: 0, y: 0 }
  #dragging = false
  #pinched = false
  #lastTap = { time: 0, x: 0, y: 0 }

  constructor(element: HTMLElement, target: GestureTarget) {
    this.#element = element
    this.#target = target
    const { signal } = this.#stop
    element.addEventListener('pointerdown', (event) => this.#down(event), { signal })
    element.addEventListener('pointermove', (event) => this.#move(event), { signal })
    element.addEventListener('pointerup', (event) => this.#up(event), { signal })
    element.addEventListener('pointercancel', (event) => this.#forget(event), { signal })
    element.addEventListener('pointerleave', () => target.leave(), { signal })
    element.addEventListener('wheel', (event) => this.#wheel(event), { signal, passive: false })
  }

  close(): void {
    this.#stop.abort()
  }

  #at(event: MouseEvent): Finger {
    const box = this.#element.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }

  #down(event: PointerEvent): void {
    if (event.pointerType === 'mouse' && event.button !== 0) return
    const finger = this.#at(event)
    if (this.#fingers.size === 0) {
      this.#start = finger
      this.#dragging = this.#pinched = false
    }
    this.#fingers.set(event.pointerId, finger)
    this.#element.setPointerCapture(event.pointerId)
  }

  #move(event: PointerEvent): void {
    const now = this.#at(event)
    const before = this.#fingers.get(event.pointerId)
    if (before === undefined) {
      if (event.pointerType === 'mouse') this.#target.hover(now.x, now.y)
      return
    }
    if (this.#fingers.size === 2) this.#pinch(event.pointerId, before, now)
    else this.#drag(before, now)
    if (this.#dragging || this.#fingers.size === 2) this.#fingers.set(event.pointerId, now)
  }

  #drag(before: Finger, now: Finger): void {
    const far = Math.hypot(now.x - this.#start.x, now.y - this.#start.y) > DRAG_PIXELS
    if (!this.#dragging && far) {
      this.#dragging = true
      this.#target.leave()
    }
    if (this.#dragging) this.#target.pan(now.x - before.x, now.y - before.y)
  }

  #pinch(moving: number, before: Finger, now: Finger): void {
    this.#pinched = this.#dragging = true
    const other = [...this.#fingers].find(([id]) => id !== moving)?.[1]
    if (other === undefined) return
    const apart = (finger: Finger) => Math.max(20, Math.hypot(finger.x - other.x, finger.y - other.y))
    this.#target.pan((now.x - before.x) / 2, (now.y - before.y) / 2)
    this.#target.zoom((now.x + other.x) / 2, (now.y + other.y) / 2, apart(now) / apart(before))
  }

  #up(event: PointerEvent): void {
    const known = this.#fingers.delete(event.pointerId)
    if (!known || this.#dragging || this.#pinched || this.#fingers.size > 0) return
    const { x, y } = this.#at(event)
    const last = this.#lastTap
    const near = Math.hypot(x - last.x, y - last.y) < DOUBLE_TAP_PIXELS
    const double = event.timeStamp - last.time < DOUBLE_TAP_MILLISECONDS && near
    this.#lastTap = { time: event.timeStamp, x, y }
    const touch = event.pointerType !== 'mouse'
    if (double) this.#target.doubleTap(x, y, touch)
    else this.#target.tap(x, y, touch)
  }

  #forget(event: PointerEvent): void {
    this.#fingers.delete(event.pointerId)
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault()
    const { x, y } = this.#at(event)
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 24 : 1
    // A pinch on a trackpad arrives as a wheel with the control key and small steps.
    const strength = event.ctrlKey ? 0.012 : 0.0022
    const step = Math.max(-160, Math.min(160, event.deltaY * lines))
    this.#target.zoom(x, y, Math.exp(-step * strength))
  }
}
