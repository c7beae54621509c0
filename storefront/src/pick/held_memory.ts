/** Remembers which order this browser holds for an event, so that a reload finds it again.
 *  Only the order's name is kept; the session cookie alone opens it. */

const key = (eventId: number) => `holdfast.order.${eventId}`

export function rememberHeld(eventId: number, orderId: string): void {
  try {
    localStorage.setItem(key(eventId), orderId)
  } catch {
    // A browser that keeps nothing still sells: the hold lives as long as the page.
  }
}

export function recallHeld(eventId: number): string | null {
  try {
    return localStorage.getItem(key(eventId))
  } catch {
    return null
  }
}

export function forgetHeld(eventId: number): void {
  try {
    localStorage.removeItem(key(eventId))
  } catch {
    // As above.
  }
}
