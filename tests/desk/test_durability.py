"""Nothing new is sold where a failover would lose it; what was begun is brought to its end."""

from types import SimpleNamespace

import pytest

from holdfast.desk.commands import Command, ExpireDue
from holdfast.desk.durability import Durability, DurabilityWatch, Standby
from holdfast.refusals import Refusal
from tests.cast import PaperDesk, a_payment, a_settle, authorized, seats


def watch(
    standby: Standby | None, *, replicas: bool = True, accepted: bool = False
) -> DurabilityWatch:
    """One that has found this standby, or None: has not looked yet."""
    database = SimpleNamespace(replicas=SimpleNamespace(named=replicas))
    found = DurabilityWatch(database, accepted)  # type: ignore[arg-type]
    if standby is not None:
        found.durability = Durability(True, "on", standby, accepted)
    return found


def selling() -> list[Command]:
    desk = PaperDesk()
    order = desk.hold(seats(0))
    return [desk.a_hold(seats(1)), a_payment(order)]


def ending() -> list[Command]:
    desk = PaperDesk()
    order = desk.pay(desk.hold(seats(0)))
    payment = desk.payment(order.order_id)
    return [ExpireDue(limit=1), a_settle(payment, authorized(payment))]


@pytest.mark.parametrize("standby", ["asynchronous", "none", None])
def test_where_a_failover_would_lose_sales_nothing_new_is_sold(standby: Standby | None) -> None:
    for command in selling():
        with pytest.raises(Refusal) as refusal:
            watch(standby).allow(command)
        assert refusal.value.code == "sale_closed"
    for command in ending():
        watch(standby).allow(command)


@pytest.mark.parametrize(
    "found",
    [watch("synchronous"), watch("asynchronous", accepted=True), watch("none", replicas=False)],
    ids=["synchronous", "accepted", "no replicas"],
)
def test_what_is_safe_or_accepted_is_sold(found: DurabilityWatch) -> None:
    for command in (*selling(), *ending()):
        found.allow(command)
