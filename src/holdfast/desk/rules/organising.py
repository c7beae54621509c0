"""What the organiser does with the house: keep seats back, open, cancel and complete the event."""

from holdfast.desk.commands import BlockSeats, Change, ChangeStatus, Facts, SeatMove, UnblockSeats
from holdfast.desk.order import EventStatus, News, Occasion
from holdfast.desk.rules.ending import EndedHold, end_expired
from holdfast.desk.seating import BLOCKED, FREE, HELD, SOLD, Seating
from holdfast.refusals import Refusal

TRANSITIONS: dict[EventStatus, frozenset[EventStatus]] = {
    EventStatus.DRAFT: frozenset({EventStatus.ON_SALE, EventStatus.CANCELLED}),
    EventStatus.ON_SALE: frozenset({EventStatus.COMPLETED, EventStatus.CANCELLED}),
    EventStatus.SOLD_OUT: frozenset({EventStatus.COMPLETED, EventStatus.CANCELLED}),
    EventStatus.COMPLETED: frozenset(),
    EventStatus.CANCELLED: frozenset(),
}


def block_seats(seating: Seating, facts: Facts, command: BlockSeats) -> Change:
    """Keep free seats off sale; a seat that is blocked already stays so."""
    _check_numbers(seating, command.seat_ids)
    ended: dict[str, EndedHold] = {}
    wrong: list[int] = []
    for seat_id in command.seat_ids:
        letter, owner = seating.letters[seat_id], seating.owner[seat_id]
        if letter == HELD and owner is not None and owner.expires_at <= facts.now:
            ended[owner.order_id] = end_expired(owner)
        elif letter in (HELD, SOLD):
            wrong.append(seat_id)
    if wrong:
        raise Refusal("seat_not_blockable", seat_ids=wrong)
    moves = [
        SeatMove(seat_id, FREE, None, BLOCKED, None)
        for seat_id in command.seat_ids
        if seating.letters[seat_id] != BLOCKED
    ]
    holds = list(ended.values())
    return Change(
        moves=(*[move for hold in holds for move in hold.moves()], *moves),
        orders=tuple([hold.order for hold in holds]),
        taken=tuple([hold.taken() for hold in holds]),
    )


def unblock_seats(seating: Seating, facts: Facts, command: UnblockSeats) -> Change:
    """Put blocked seats on sale; a seat that is free already stays so."""
    del facts
    _check_numbers(seating, command.seat_ids)
    wrong = [s for s in command.seat_ids if seating.letters[s] not in (BLOCKED, FREE)]
    if wrong:
        raise Refusal("seat_not_blockable", seat_ids=wrong)
    return Change(
        moves=tuple(
            [
                SeatMove(seat_id, BLOCKED, None, FREE, None)
                for seat_id in command.seat_ids
                if seating.letters[seat_id] == BLOCKED
            ]
        )
    )


def change_status(seating: Seating, facts: Facts, command: ChangeStatus) -> Change:
    """Open, cancel or complete the event; the same again changes nothing."""
    del facts
    status, wanted = seating.event_status, command.status
    open_already = wanted is EventStatus.ON_SALE and status is EventStatus.SOLD_OUT
    if status is wanted or open_already:
        return Change()
    if wanted not in TRANSITIONS[status]:
        raise Refusal("wrong_transition", status_now=status.value)
    news = ()
    if wanted is EventStatus.CANCELLED:
        news = (News("news_cancelled", Occasion.EVENT_CANCELLED, None, 0),)
    return Change(event_status=wanted, news=news)


def status_by_seats(seating: Seating) -> EventStatus:
    """ON_SALE or SOLD_OUT as the seats have it; any other status stays."""
    if seating.event_status not in (EventStatus.ON_SALE, EventStatus.SOLD_OUT):
        return seating.event_status
    counts = seating.counts
    sold_out = counts[SOLD] > 0 and counts[FREE] == 0 and counts[HELD] == 0
    return EventStatus.SOLD_OUT if sold_out else EventStatus.ON_SALE


def _check_numbers(seating: Seating, seat_ids: tuple[int, ...]) -> None:
    unknown = [s for s in seat_ids if not 0 <= s < seating.plan.seat_count]
    if unknown:
        raise Refusal("unknown_seat", seat_ids=unknown)
    if len(set(seat_ids)) != len(seat_ids):
        raise Refusal(
            "duplicate_seat", seat_ids=sorted({s for s in seat_ids if seat_ids.count(s) > 1})
        )
