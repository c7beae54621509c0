"""The controls: what a process does wrong on purpose, so that the harness has something to find.

Each takes one guard out of the running program, as if somebody had written it so. The product knows
nothing of this.
"""

from collections.abc import Callable
from typing import Any, Final

from holdfast.checkout.pay import Checkout
from holdfast.desk.desk import Desk
from holdfast.outbox import Relay


def charge_before_it_is_written_down() -> None:
    """The provider is asked first, and the attempt committed when it has answered."""
    begin_and_charge = Checkout._pay

    async def charge_first(self: Checkout, event_id: Any, begin: Any, token: Any) -> Any:
        if token is not None:
            async with self._database.pool.acquire() as connection:
                await connection.execute(_CHARGE_OF_NOBODY, begin.order_id)
        return await begin_and_charge(self, event_id, begin, token)

    Checkout._pay = charge_first  # type: ignore[method-assign]


_CHARGE_OF_NOBODY = """
INSERT INTO test_provider.charge (
    payment_id, status, amount, refunded_amount, currency, created_at, updated_at
)
SELECT
    'p_' || substr(order_id, 3) || '_' || payment_count + 1, 'AUTHORIZED', total_amount, 0,
    currency, created_at, created_at
FROM orders
WHERE order_id = $1
ON CONFLICT (payment_id) DO NOTHING
"""


def tick_off_before_it_is_done() -> None:
    """An errand is ticked off, and then carried out."""
    ask = Relay._at_provider

    async def done_first(self: Relay, errand: Any) -> None:
        await self._done(errand)
        await ask(self, errand)

    Relay._at_provider = done_first  # type: ignore[method-assign]


def answer_before_the_commit() -> None:
    """The desk answers when everything is written, and commits then."""
    transact, answer = Desk._transact, Desk._answer

    async def answer_first(self: Desk, connection: Any, turn: Any, opening: Any) -> Any:
        return await transact(self, _Hasty(connection, lambda: answer(self, turn)), turn, opening)

    def answer_once(self: Desk, turn: Any) -> None:
        if not turn.committing:  # refusals, of which nothing is committed
            answer(self, turn)

    Desk._transact = answer_first  # type: ignore[method-assign]
    Desk._answer = answer_once  # type: ignore[method-assign]


class _Hasty:
    """A connection that answers everybody before it passes a COMMIT on."""

    def __init__(self, connection: Any, answer: Callable[[], None]) -> None:
        self._connection = connection
        self._answer = answer

    async def execute(self, query: str, *values: object) -> str:
        await self._answer_first(query)
        return await self._connection.execute(query, *values)

    async def execute_and_fly(self, query: str, calls: Any) -> Any:
        await self._answer_first(query)
        return await self._connection.execute_and_fly(query, calls)

    async def _answer_first(self, query: str) -> None:
        if query.startswith("COMMIT"):
            self._answer()
            # Whoever was answered goes on before the COMMIT is on its way.
            await self._connection.fetchval("SELECT 1")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


CONTROLS: Final[dict[str, Callable[[], None]]] = {
    "charge before it is written down": charge_before_it_is_written_down,
    "tick off before it is done": tick_off_before_it_is_done,
    "answer before the commit": answer_before_the_commit,
}
