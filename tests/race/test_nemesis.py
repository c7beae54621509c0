"""A nemesis of some seconds; `make nemesis MINUTES=16` is the long one, which has to reach every
rare branch. Its schedule of troubles is the seed's, and nobody else's."""

from itertools import islice
from pathlib import Path

import pytest

from tests.race.rounds import SEEDS
from tests.race.soak.nemesis import KINDS, nemesis, plan_of, too_little
from tests.race.soak.totals import Totals
from tests.race.soak.trouble import drawn_schedule

pytestmark = [pytest.mark.anyio, pytest.mark.fault, pytest.mark.timeout(300)]

SECONDS = 7.0


@pytest.mark.parametrize("seed", SEEDS)
async def test_buyers_on_a_hot_set_of_seats_are_told_the_truth_while_everything_breaks(
    tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    report, branches = await nemesis(plan_of(seed, SECONDS, shoppers=24, every=0.5), tmp_path)
    with capsys.disabled():
        print(f"\n  {report.totals.line(seed, report.seconds)}; {branches.line()}", end="")
    assert report.faults == []
    assert report.totals.count("pay", "200") > 0
    assert report.totals.troubles.total() > 0


def test_a_run_that_did_too_little_shows_nothing_and_says_so() -> None:
    totals = Totals()
    for kind in KINDS:
        totals.strike(kind)
    totals.answers.update({("hold", "201"): 1_000, ("hold", "busy"): 500, ("pay", "unanswered"): 9})
    assert too_little(totals, 0.1) == [
        "1,000 operations of 1,250",
        "0 troubles in the midst of requests, of 1",
    ]
    with totals.under_way():
        totals.strike(KINDS[0])
        totals.strike(KINDS[0])
    totals.answers["look", "200"] = 250
    assert too_little(totals, 0.1) == []
    del totals.troubles[KINDS[-1]]
    assert too_little(totals, 0.08) == [f"{KINDS[-1]}: none"]


def test_one_seed_is_one_schedule_in_which_nothing_is_left_out() -> None:
    names = ["a worker killed", "a link cut", "PostgreSQL stopped"]
    first, again, other = [list(islice(drawn_schedule(seed, 1.0, names), 6)) for seed in (1, 1, 2)]
    assert first == again != other
    assert sorted(name for _, name in first) == sorted(names * 2)
