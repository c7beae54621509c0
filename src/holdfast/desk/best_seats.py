"""Best available: the best places side by side, found without asking anybody.

Seats have a rank by view (venues/view_rank.py). A window of seats side by side is as good as its
ranks together; the best window of all wins. Standing places are never chosen here.
The search for one wish is kept between requests: runs of seats stand in a heap by what they had to
offer when they were last looked at. Taking seats only makes an offer worse, so only the run on top
is looked at again; a run in which a seat was freed goes back with the best it could ever offer.
So a request costs a handful of runs, not the house.
Method: best-first search with lazily evaluated bounds, as in lazy greedy algorithms (Minoux, 1978).
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from heapq import heapify, heappop, heappush
from typing import Literal

from holdfast.desk.commands import Best
from holdfast.desk.seating import FREE, Seating
from holdfast.refusals import Refusal
from holdfast.venues.floor_plan import ACCESSIBLE, COMPANION, STANDING

Reason = Literal["section_sold_out", "not_together"]
NONE: AbstractSet[int] = frozenset()
SEARCHES_MAX = 32  # wishes remembered per event, about half a megabyte each for 80,000 seats
HEAP_GROWTH_MAX = 4  # a heap this many times its runs is made anew
NOT_LOOKED_AT = -1


def best_seats(
    seating: Seating, best: Best, freed: AbstractSet[int], avoid: AbstractSet[int]
) -> list[int]:
    """The best `quantity` seats side by side. `freed` count as free, `avoid` as taken.

    Refuses section_sold_out where the filters leave too few, not_together where no window fits.
    """
    search = _kept_search(seating, best)
    found = search.find(freed, avoid)
    if found:
        return found
    raise Refusal(*search.reason(freed, avoid))


def _kept_search(seating: Seating, best: Best) -> "BestSearch":
    search = seating.searches.pop(best, None)
    if search is None or search.overgrown:
        search = BestSearch(seating, best)
    seating.searches[best] = search
    while len(seating.searches) > SEARCHES_MAX:
        del seating.searches[next(iter(seating.searches))]
    return search


class BestSearch:
    """The search for one wish in one seating; it lives as long as the seating does."""

    def __init__(self, seating: Seating, best: Best) -> None:
        self._seating = seating
        self._best = best
        self._filter = _Filter(seating, best)
        self._heard = len(seating.freed_runs)
        rank = seating.plan.rank
        # Of every run: the least that a window in it could add up to, and who it is.
        self._bounds = {
            index: min([rank[seat] for seat in run]) * best.quantity
            for index, run in enumerate(seating.plan.runs)
            if self._filter.concerns(run)
        }
        self._heap = [(bound, run, NOT_LOOKED_AT) for run, bound in self._bounds.items()]
        heapify(self._heap)
        self._windows: dict[int, list[int]] = {}
        self._left_over: list[int] = []  # seats enough for the wish, seen open but not together
        self._sold_out = False

    @property
    def overgrown(self) -> bool:
        """Whether it is cheaper to start again."""
        missed = self._heard > len(self._seating.freed_runs)
        return missed or len(self._heap) > HEAP_GROWTH_MAX * (len(self._bounds) + 1)

    def find(self, freed: AbstractSet[int], avoid: AbstractSet[int]) -> list[int]:
        """The best window, in order of seat_id; empty where none fits."""
        self._hear()
        run_of = self._seating.plan.run_of
        changed = {run_of[seat] for seat in (*freed, *avoid)}
        best_rank, window = self._best_unchanged(changed)
        for run in changed & self._bounds.keys():
            rank, other = self._look(run, freed, avoid)
            if other and (not window or rank < best_rank):
                best_rank, window = rank, other
        return sorted(window)

    def _hear(self) -> None:
        """Runs in which a seat was freed may offer more than the heap knows."""
        freed_runs = self._seating.freed_runs
        for run in set(freed_runs[self._heard :]) & self._bounds.keys():
            heappush(self._heap, (self._bounds[run], run, NOT_LOOKED_AT))
            self._sold_out = False
        self._heard = len(freed_runs)

    def _best_unchanged(self, changed: AbstractSet[int]) -> tuple[int, list[int]]:
        """The best window outside these runs: looks again at the top until the top is known."""
        heap, changes = self._heap, self._seating.run_changes
        aside: list[tuple[int, int, int]] = []
        answer: tuple[int, list[int]] = (0, [])
        while heap:
            rank, run, looked_at = heap[0]
            if run in changed:
                aside.append(heappop(heap))
            elif looked_at == changes[run]:
                answer = rank, self._windows[run]
                break
            else:
                heappop(heap)
                rank, window = self._look(run, NONE, NONE)
                if window:
                    self._windows[run] = window
                    heappush(heap, (rank, run, changes[run]))
        for entry in aside:
            heappush(heap, entry)
        return answer

    def _look(
        self, run: int, freed: AbstractSet[int], avoid: AbstractSet[int]
    ) -> tuple[int, list[int]]:
        """The best window of one run and its rank; empty where none fits."""
        rank = self._seating.plan.rank
        quantity = self._best.quantity
        found: list[int] = []
        found_rank = 0
        for stretch in self._filter.stretches(self._seating.plan.runs[run], freed, avoid):
            for start in range(len(stretch) - quantity + 1):
                window = stretch[start : start + quantity]
                window_rank = sum([rank[seat] for seat in window])
                better = not found or window_rank < found_rank
                if better and self._filter.suits(window):
                    found, found_rank = window, window_rank
        return found_rank, found

    def reason(self, freed: AbstractSet[int], avoid: AbstractSet[int]) -> tuple[Reason]:
        """Why nothing was found: too few places, or none side by side.

        A sold out house is asked thousands of times, so what was seen last time is looked at first.
        """
        if not freed and not avoid and self._sold_out:
            return ("section_sold_out",)
        if self._filter.are_open(self._left_over, freed, avoid):
            return ("not_together",)
        self._left_over = []
        found: list[int] = []
        for stretch in self._stretches(freed, avoid):
            found += stretch
            if len(found) >= self._best.quantity and self._filter.suits(found):
                self._left_over = found
                return ("not_together",)
        self._sold_out = not freed and not avoid
        return ("section_sold_out",)

    def _stretches(self, freed: AbstractSet[int], avoid: AbstractSet[int]) -> Iterator[list[int]]:
        for run in self._bounds:
            yield from self._filter.stretches(self._seating.plan.runs[run], freed, avoid)


class _Filter:
    """Which seats may be chosen: free, where it was asked for, and within the price."""

    def __init__(self, seating: Seating, best: Best) -> None:
        self._letters = seating.letters
        self._plan = seating.plan
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

    def concerns(self, run: tuple[int, ...]) -> bool:
        """Whether the run lies where it was asked for."""
        return self._plan.section_of[run[0]] in self._sections

    def stretches(
        self, run: tuple[int, ...], freed: AbstractSet[int] = NONE, avoid: AbstractSet[int] = NONE
    ) -> list[list[int]]:
        """The parts of a run that may be chosen, each without a gap."""
        parts: list[list[int]] = [[]]
        for seat in run:
            if seat not in avoid and self._open(seat, freed):
                parts[-1].append(seat)
            elif parts[-1]:
                parts.append([])
        return [part for part in parts if part]

    def are_open(self, seats: list[int], freed: AbstractSet[int], avoid: AbstractSet[int]) -> bool:
        """Whether there are any such seats, and each may be chosen."""
        return bool(seats) and all(s not in avoid and self._open(s, freed) for s in seats)

    def _open(self, seat: int, freed: AbstractSet[int]) -> bool:
        return (
            (self._letters[seat] == FREE or seat in freed)
            and self._plan.category_of[seat] in self._categories
            and not self._plan.attributes[seat] & self._kept
        )

    def suits(self, seats: list[int]) -> bool:
        """Whether one of them is the place that was asked for, such as one for a wheelchair."""
        return not self._needs or any(self._plan.attributes[s] & self._needs for s in seats)
