"""Who is taken into a batch."""

import asyncio

from holdfast.desk.commands import Choice, Command, ExpireDue, Hold
from holdfast.desk.queue import Queue, Waiting, places_of
from holdfast.ids import EventId, new_order_id


def a_hold() -> Hold:
    choice = Choice(seats=((1, None), (2, None)))
    return Hold(order_id=new_order_id(EventId(1)), session_id="session", choice=choice)


def waiting(since: float, command: Command) -> Waiting:
    future = asyncio.get_running_loop().create_future()
    return Waiting(command, future, since, places_of(command))


def test_money_and_tidying_up_are_taken_whenever_they_came() -> None:
    async def told() -> None:
        queue = Queue()
        now = asyncio.get_running_loop().time()
        hold, tidying = waiting(now + 0.1, a_hold()), waiting(now + 0.1, ExpireDue(limit=100))
        queue.put(hold)
        queue.put(tidying)
        assert queue.take(before=now) == [tidying]
        assert queue.take() == [hold]

    asyncio.run(told())


def test_only_those_who_came_before_the_turn_are_taken_and_the_rest_stays() -> None:
    async def told() -> None:
        queue = Queue()
        now = asyncio.get_running_loop().time()
        first, second = waiting(now, a_hold()), waiting(now + 0.1, a_hold())
        queue.put(first)
        queue.put(second)
        assert queue.take(before=now + 0.05) == [first]
        assert len(queue) == 1
        assert queue.take(before=now + 0.05) == []
        assert queue.take() == [second]

    asyncio.run(told())
