/** Why a payment was declined, as one of the reasons that the pages have a sentence for.
 *
 *  A bank's fine distinctions help nobody at the checkout, and some must not be told: that a card is
 *  reported as stolen is between the bank and its owner. What is not listed is simply declined. */

const KNOWN: Record<string, string[]> = {
  authentication_failed: [
    'payment_intent_authentication_failure',
    'authentication_required',
    'authentication_not_handled',
  ],
  insufficient_funds: ['insufficient_funds', 'card_velocity_exceeded', 'withdrawal_count_limit_exceeded'],
  expired_card: ['expired_card', 'invalid_expiry_month', 'invalid_expiry_year'],
  incorrect_number: ['incorrect_number', 'invalid_number', 'invalid_account'],
  incorrect_cvc: ['incorrect_cvc', 'invalid_cvc'],
  call_issuer: ['call_issuer', 'do_not_honor', 'restricted_card'],
  processing_error: [
    'processing_error',
    'issuer_not_available',
    'try_again_later',
    'reenter_transaction',
    'approve_with_id',
  ],
  card_not_supported: [
    'card_not_supported',
    'currency_not_supported',
    'transaction_not_allowed',
    'service_not_allowed',
  ],
  not_completed: [
    'not_completed',
    'abandoned',
    'payment_method_customer_decline',
    'payment_intent_payment_attempt_expired',
  ],
}

const REASONS = new Map(
  Object.entries(KNOWN).flatMap(([reason, codes]) => codes.map((code) => [code, reason] as const)),
)

export function reasonOf(code: string | null | undefined): string {
  const asked = code ?? ''
  return REASONS.get(asked) ?? (Object.hasOwn(KNOWN, asked) ? asked : 'declined')
}
