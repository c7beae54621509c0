"""Best available: the best places side by side, found without asking anybody.

Seats have a rank by view (venues/view_rank.py). A window of seats side by side is as good as its
ranks together; the best window of the best run wins. Runs are tried from the best on and the search
ends as soon as no later run can win. Standing places are never chosen here.
Method: best-first search with a bound, as for any minimum over ordered candidates.
"""

from holdfast.desk.commands import Best
from holdfast.desk.seating import FREE, Seating
from holdfast.refusals import Refusal
from holdfast.venues.floor_plan import ACCESSIBLE, COMPANION, STANDING


def best_seats(seating: Seating, best: Best, freed: set[int], avoid: set[int]) -> list[int]:
    """The best `quantity` seats side by side. `freed` count as free, `avoid` as taken.

    Refuses section_sold_out where the filters leave too few, not_together where no window fits.
    """
    open_seats = _Filter(seating, best, freed, avoid)
    quantity = best.quantity
    rank = seating.plan.rank
    found: list[int] = []
    found_rank = 0
    seen = 0
    suited = False
    for best_rank, run in seating.runs_by_view():
        if found and best_rank * quantity >= found_rank:
            break
        for stretch in open_seats.stretches(run):
            seen += len(stretch)
            suited = suited or open_seats.suits(stretch)
            for start in range(len(stretch) - quantity + 1):
                window = stretch[start : start + quantity]
                window_rank = sum([rank[seat] for seat in window])
                better = not found or window_rank < found_rank
                if better and open_seats.suits(window):
                    found, found_rank = window, window_rank
    if found:
        return sorted(found)
    if seen < quantity or not suited:
        raise Refusal("section_sold_out", section_ids=sorted(best.section_ids))
    raise Refusal("not_together")


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


class _Filter:
    """Which seats may be chosen: free, where it was asked for, and within the price."""

    def __init__(self, seating: Seating, best: Best, freed: set[int], avoid: set[int]) -> None:
        self._letters = seating.letters
        self._plan = seating.plan
        self._freed = freed
        self._avoid = avoid
        self._sections = best.section_ids or frozenset(seating.plan.section_ids)
        self._categories = {
            index for index, name in enumerate(seating.plan.categories)
            if self._affordable(seating, best, name)
        }  # fmt: skip
        # Places for wheelchairs and companions are kept for those who ask for them.
        self._needs = ACCESSIBLE if best.accessible else 0
        self._kept = STANDING if best.accessible else STANDING | ACCESSIBLE | COMPANION

    def _affordable(self, seating: Seating, best: Best, category: str) -> bool:
        if best.categories and category not in best.categories:
            return False
        quote = seating.terms.prices.quote(category, best.price_type)
        return quote is not None and (best.max_price is None or quote.total <= best.max_price)

    def stretches(self, run: tuple[int, ...]) -> list[list[int]]:
        """The parts of a run that may be chosen, each without a gap."""
        plan = self._plan
        if plan.section_of[run[0]] not in self._sections:
            return []
        parts: list[list[int]] = [[]]
        for seat in run:
            if self._open(seat):
                parts[-1].append(seat)
            elif parts[-1]:
                parts.append([])
        return [part for part in parts if part]

    def _open(self, seat: int) -> bool:
        free = self._letters[seat] == FREE or seat in self._freed
        return (
            free
            and seat not in self._avoid
            and self._plan.category_of[seat] in self._categories
            and not self._plan.attributes[seat] & self._kept
        )

    def suits(self, seats: list[int]) -> bool:
        """Whether one of them is the place that was asked for, such as one for a wheelchair."""
        return not self._needs or any(self._plan.attributes[s] & self._needs for s in seats)
