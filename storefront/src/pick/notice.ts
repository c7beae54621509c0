/** A sentence for the buyer, with the step that follows from it. */

import { Refusal, Unreachable } from '../api/client'
import { words } from '../words'

export interface Notice {
  text: string
  action?: { label: string; run: () => void }
}

/** The sentence for a refusal that needs no knowledge of the house. */
export function sayRefusal(error: unknown, orderLimit: number, wanted: number): string {
  if (error instanceof Unreachable) return words.notice.unreachable
  if (!(error instanceof Refusal)) return words.notice.unknown
  const said: Record<string, string> = {
    order_limit: words.notice.limit(orderLimit),
    not_together: words.notice.notTogether(wanted),
    section_sold_out: words.notice.section,
    sale_closed: words.notice.closed,
    sale_not_open: words.notice.notOpen,
    event_cancelled: words.notice.cancelled,
    admission_required: words.notice.waiting,
    payment_in_progress: words.notice.paying,
    order_not_pending: words.notice.ended,
    order_expired: words.notice.expired,
    attempts_exhausted: words.notice.attempts,
    outcome_unknown: words.notice.outcome,
    provider_unreachable: words.notice.provider,
    unknown_payment_token: words.notice.card,
    busy: words.notice.busy,
    rate_limited: words.notice.busy,
    internal_error: words.notice.unknown,
  }
  return said[error.code] ?? (error.detail || words.notice.unknown)
}
