"""A soak of some seconds; `make soak MINUTES=15` is the long one."""

from pathlib import Path

import pytest

from tests.race.rounds import SEEDS
from tests.race.soak.run import Plan, soak

pytestmark = [pytest.mark.anyio, pytest.mark.fault, pytest.mark.timeout(300)]


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_short_sale_in_which_everything_breaks_keeps_every_promise(
    tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = Plan(
        seed=seed,
        seconds=7,
        shoppers=24,
        hold_seconds=2,
        trouble_seconds=2,
        houses=(("theatre", 120), ("arena", 400)),
        kill_everything=False,
    )
    report = await soak(plan, tmp_path)
    with capsys.disabled():
        print(f"\n  {report.totals.line(seed, report.seconds)}", end="")
    assert report.faults == []
    assert report.totals.count("pay", "200") > 0
    assert report.totals.troubles["workers killed"] > 0
