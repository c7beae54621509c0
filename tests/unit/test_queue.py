"""Who is taken into a batch."""

import asyncio

from holdfast.desk.commands import Choice, Hold
from holdfast.desk.queue import Queue, Waiting, places_of
from holdfast.ids import EventId, new_order_id


def waiting(since: float) -> Waiting:
    choice = Choice(seats=((1, None), (2, None)))
    hold = Hold(order_id=new_order_id(EventId(1)), session_id="session", choice=choice)
    return Waiting(hold, asyncio.get_running_loop().create_future(), since, places_of(hold))


def test_only_those_who_came_before_the_turn_are_taken_and_the_rest_stays() -> None:
    async def told() -> None:
        queue = Queue()
        now = asyncio.get_running_loop().time()
        first, second = waiting(now), waiting(now + 0.1)
        queue.put(first)
        queue.put(second)
        assert queue.take(before=now + 0.05) == [first]
        assert len(queue) == 1
        assert queue.take(before=now + 0.05) == []
        assert queue.take() == [second]

    asyncio.run(told())
