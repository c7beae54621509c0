"""Free seats that a choice would leave alone, which nobody wants to buy."""

from holdfast.desk.seating import FREE, Seating


def left_single(seating: Seating, chosen: set[int], freed: frozenset[int] | set[int]) -> list[int]:
    """Free seats that the choice would newly leave alone between taken seats or run ends.

    A seat that could not have been avoided, because its whole stretch of free seats is one longer
    than the choice in it, is not held against the buyer.
    """
    letters = seating.letters
    single: list[int] = []
    for run in {seating.plan.run_of[s]: seating.plan.run(s) for s in chosen}.values():
        before = [letters[s] == FREE or s in freed for s in run]
        after = [free and s not in chosen for free, s in zip(before, run, strict=True)]
        for place, seat in enumerate(run):
            if _alone(after, place) and not _alone(before, place):
                stretch = _stretch(before, place)
                chosen_there = sum(1 for p in stretch if run[p] in chosen)
                if len(stretch) - chosen_there > 1:
                    single.append(seat)
    return single


def _alone(free: list[bool], place: int) -> bool:
    left = place > 0 and free[place - 1]
    right = place + 1 < len(free) and free[place + 1]
    return free[place] and not left and not right


def _stretch(free: list[bool], place: int) -> range:
    start, end = place, place + 1
    while start > 0 and free[start - 1]:
        start -= 1
    while end < len(free) and free[end]:
        end += 1
    return range(start, end)
