"""Whether two desks stand at the same point of the same sale."""

from holdfast.desk.order import Order
from holdfast.desk.seating import Seating


def assert_equal_seatings(one: Seating, other: Seating) -> None:
    assert one.letters == other.letters
    assert one.counts == other.counts
    assert one.available == other.available
    assert one.event_status == other.event_status
    assert one.orders == other.orders
    assert [owner_id(o) for o in one.owner] == [owner_id(o) for o in other.owner]
    assert one.taken == other.taken
    assert one.next_due() == other.next_due()
    assert one.version == other.version


def owner_id(order: Order | None) -> str | None:
    return order.order_id if order else None
