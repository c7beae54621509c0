/** Remembers which order this browser holds for an event, so that a reload finds it again.
 *  Only the order's name is kept; the session cookie alone opens it. */

import { forget, recall, remember } from '../parts/memory'

const key = (eventId: number) => `order.${eventId}`

export const rememberHeld = (eventId: number, orderId: string) => remember(key(eventId), orderId)
export const recallHeld = (eventId: number) => recall(key(eventId))
export const forgetHeld = (eventId: number) => forget(key(eventId))
