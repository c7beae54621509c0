/** Remembers which order this browser holds for an event, so that a reload finds it again, and what
 *  is in it, so that another window of this browser hears of a change.
 *  Only the order's name is kept; the session cookie alone opens it. */

import { forget, recall, remember } from '../parts/memory'

const key = (eventId: number) => `order.${eventId}`

export const rememberHeld = (eventId: number, orderId: string, itemIds: string[]) =>
  remember(key(eventId), [orderId, ...itemIds].join(' '))
export const recallHeld = (eventId: number) => recall(key(eventId))?.split(' ')[0] ?? null
export const forgetHeld = (eventId: number) => forget(key(eventId))

/** Calls back when another window changed what is held, and when this one is looked at again. */
export function watchHeld(eventId: number, changed: () => void): () => void {
  const stored = (event: StorageEvent) => {
    if (event.key?.endsWith(`.${key(eventId)}`)) changed()
  }
  const shown = () => {
    if (document.visibilityState === 'visible') changed()
  }
  window.addEventListener('storage', stored)
  document.addEventListener('visibilitychange', shown)
  return () => {
    window.removeEventListener('storage', stored)
    document.removeEventListener('visibilitychange', shown)
  }
}
