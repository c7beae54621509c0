"""Every expected no, in the order in which it is checked.

A refusal is raised as `Refusal(CODE, ...)` and reaches the caller as an RFC 9457 problem. The code
is stable; the sentence tells the person what to do next. docs/refusals.md is made from this table.
Bugs are not refusals: they are exceptions, and end as a plain 500.
"""

from typing import Any, Literal, NamedTuple, get_args

Code = Literal[
    "unauthorized",
    "forbidden",
    "wrong_origin",
    "body_too_large",
    "invalid_request",
    "not_found",
    "method_not_allowed",
    "rate_limited",
    "idempotency_mismatch",
    "event_cancelled",
    "sale_not_open",
    "sale_closed",
    "admission_required",
    "payment_in_progress",
    "order_expired",
    "order_not_pending",
    "unknown_item",
    "order_limit",
    "unknown_seat",
    "duplicate_seat",
    "unknown_price_type",
    "seat_unavailable",
    "section_sold_out",
    "not_together",
    "leaves_single_seat",
    "attempts_exhausted",
    "payment_token_required",
    "payment_token_unexpected",
    "unknown_payment_token",
    "provider_unreachable",
    "payment_failed",
    "order_not_refundable",
    "order_disputed",
    "order_not_confirmed",
    "ticket_scanned",
    "seat_not_blockable",
    "wrong_transition",
    "invalid_chart",
    "terms_fixed",
    "busy",
    "outcome_unknown",
    "internal_error",
]


class Entry(NamedTuple):
    status: int
    title: str
    detail: str


REFUSALS: dict[Code, Entry] = {
    "unauthorized": Entry(
        401,
        "A session or key is needed",
        "Send a valid token as Authorization: Bearer; a buyer gets one from POST /api/v1/sessions.",
    ),
    "forbidden": Entry(403, "Not with this key", "Use a key with the role that this needs."),
    "wrong_origin": Entry(
        403,
        "The request came from another site",
        "Reload the page and try again, or send a bearer token instead of the cookie.",
    ),
    "body_too_large": Entry(
        413, "The request is too large", "Send a smaller body; the limit is named in the docs."
    ),
    "invalid_request": Entry(
        422,
        "The request is not understood",
        "Correct what is named here and send the request again.",
    ),
    "not_found": Entry(404, "There is nothing here", "Check the address for a mistyped part."),
    "method_not_allowed": Entry(
        405, "Not with this method", "Use one of the methods named in the Allow header."
    ),
    "rate_limited": Entry(
        429, "Too many requests", "Wait for the seconds in Retry-After, then try again."
    ),
    "idempotency_mismatch": Entry(
        422,
        "This Idempotency-Key was used for another request",
        "Use a new key for a new request; repeat a request with the very same body.",
    ),
    "event_cancelled": Entry(
        409,
        "The event was cancelled",
        "It will not take place. Whoever has paid gets the money back without doing anything.",
    ),
    "sale_not_open": Entry(
        409, "Nothing is on sale at this time", "See the event's page for when its sale is open."
    ),
    "sale_closed": Entry(
        503,
        "Sales are stopped for a check",
        "Nothing is lost: what you hold or bought stays yours. Try again in a few minutes.",
    ),
    "admission_required": Entry(
        403, "The waiting room is open", "Join it at waiting_room_url and come back with a pass."
    ),
    "payment_in_progress": Entry(
        409,
        "A payment is on its way",
        "Wait until it has been answered; then load the order again.",
    ),
    "order_expired": Entry(
        410,
        "The time to pay has run out",
        "Nothing was charged. The seats are free again: choose them, or others, once more.",
    ),
    "order_not_pending": Entry(
        409,
        "The order can no longer be changed",
        "It is paid or has ended. Load it again to see what it is now.",
    ),
    "unknown_item": Entry(
        422, "The order has no such place", "Load the order again and choose from its items."
    ),
    "order_limit": Entry(
        422,
        "Too many places for one buyer",
        "Choose fewer places: order_limit counts what you hold and what you have bought together.",
    ),
    "unknown_seat": Entry(
        422,
        "This event has no such seat",
        "Choose from the event's own seat map; the numbers in seat_ids are not on it.",
    ),
    "duplicate_seat": Entry(
        422, "A seat is named twice", "Name every seat once; those in seat_ids are repeated."
    ),
    "unknown_price_type": Entry(
        422,
        "No such price here",
        "Choose one of the price types that the event has for this category.",
    ),
    "seat_unavailable": Entry(
        409,
        "Someone has taken a seat",
        "The seats in seat_ids are no longer free. Choose others; the rest of your choice may be.",
    ),
    "section_sold_out": Entry(
        409,
        "Not enough places are left there",
        "Choose fewer places or another part of the house.",
    ),
    "not_together": Entry(
        409,
        "Not that many side by side",
        "There are places, but not beside each other. Choose fewer, or pick them on the map.",
    ),
    "leaves_single_seat": Entry(
        409,
        "One free seat would be left alone",
        "Move your choice by one seat, so that the seats in seat_ids are not left single.",
    ),
    "attempts_exhausted": Entry(
        409,
        "Too many attempts to pay",
        "Nothing was charged. Release the order and hold the seats again.",
    ),
    "payment_token_required": Entry(
        422, "A payment is needed", "Send the payment_token of the card or method to be charged."
    ),
    "payment_token_unexpected": Entry(
        422, "There is nothing to pay", "Send payment_token null: this order costs nothing."
    ),
    "unknown_payment_token": Entry(
        422,
        "The payment provider does not know this token",
        "Enter the card again; nothing was charged.",
    ),
    "provider_unreachable": Entry(
        503,
        "Payments are not getting through",
        "The payment provider does not answer just now. Nothing was charged and the seats stay "
        "yours until the time to pay runs out: try again after the seconds in Retry-After.",
    ),
    "payment_failed": Entry(
        402,
        "The payment was declined",
        "Nothing was charged and the seats are still yours. Try another card before time runs out.",
    ),
    "order_not_refundable": Entry(
        409,
        "There is nothing to refund",
        "Only paid places that were not refunded yet can be; load the order to see which.",
    ),
    "order_disputed": Entry(
        409,
        "The buyer's bank contests the payment",
        "The bank may take the money back by itself, so a refund might pay twice. Answer the "
        "dispute at the payment provider's pages, and refund once it is decided.",
    ),
    "order_not_confirmed": Entry(
        409,
        "There are no tickets to send",
        "Only a paid order has tickets; load it again to see how it stands.",
    ),
    "ticket_scanned": Entry(
        409,
        "A ticket was used at the gate",
        "Its holder is inside. Refund it with force if that is what you want.",
    ),
    "seat_not_blockable": Entry(
        409,
        "A seat belongs to a buyer",
        "The seats in seat_ids are held or sold: wait for the hold to end, or refund them first.",
    ),
    "wrong_transition": Entry(
        409,
        "The event cannot change that way",
        "Load the event to see its status, and choose a change that it allows.",
    ),
    "invalid_chart": Entry(
        422,
        "The seating chart has faults",
        "Nothing was saved. Mend the faults listed here and send the file again.",
    ),
    "terms_fixed": Entry(
        409,
        "This is fixed since the first order",
        "Change only what buyers have not relied on yet, or make a new event.",
    ),
    "busy": Entry(
        503,
        "Very many people are here now",
        "Nothing was taken or charged by this request. Try again after the seconds in Retry-After.",
    ),
    "outcome_unknown": Entry(
        503,
        "The answer is still being looked for",
        "It may or may not have happened. Load your orders in a minute before you try again.",
    ),
    "internal_error": Entry(
        500,
        "Something broke on our side",
        "It was recorded. Load the order to see where it stands before trying again.",
    ),
}

assert tuple(REFUSALS) == get_args(Code), "the table lists every code once, in order"


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """An expected no. `extra` are further members of the problem, such as seat_ids."""

    __slots__ = ("code", "detail", "extra")

    def __init__(self, code: Code, detail: str | None = None, **extra: Any) -> None:
        self.code: Code = code
        self.detail = detail
        self.extra = extra
        super().__init__(code)

    @property
    def status(self) -> int:
        return REFUSALS[self.code].status

    def problem(self) -> dict[str, Any]:
        """The RFC 9457 members of this refusal."""
        entry = REFUSALS[self.code]
        return {
            "type": f"/docs/refusals#{self.code}",
            "title": entry.title,
            "status": entry.status,
            "code": self.code,
            "detail": self.detail or entry.detail,
            **self.extra,
        }
