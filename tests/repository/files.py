"""The files of the repository, and what is written in them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "holdfast"
WRITTEN = {".py", ".sql", ".ts", ".svelte", ".css", ".html", ".md", ".toml", ".json", ".txt", ".sh"}


@cache
def committed() -> tuple[Path, ...]:
    """Every text file that is committed, or would be; without git, what lies in the folders."""
    try:
        listing = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, text=True, check=True, timeout=30,
        ).stdout.splitlines()  # fmt: skip
        paths = [ROOT / name for name in listing]
    except (OSError, subprocess.SubprocessError):
        folders = ("src", "storefront/src", "tests", "docs", "benchmarks")
        paths = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    named = [p for p in paths if p.suffix in WRITTEN or p.name in ("Makefile", "LICENSE")]
    return tuple(path for path in sorted(named) if path.is_file())


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def product() -> Iterator[Path]:
    """The product's own Python files."""
    return (path for path in sorted(PACKAGE.rglob("*.py")))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path), filename=str(path))


def name(path: Path) -> str:
    """How a person names the file: from the root of the repository."""
    return path.relative_to(ROOT).as_posix()


def module(path: Path) -> str:
    """The dotted name of a product file."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """The dotted names that a file imports, modules and what is taken from them; what is imported
    for the type checker alone is left out."""
    found: set[str] = set()
    unreal = {id(node) for block in _for_types(path) for node in ast.walk(block)}
    for node in ast.walk(tree(path)):
        if id(node) in unreal:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def _for_types(path: Path) -> list[ast.If]:
    return [
        node
        for node in ast.walk(tree(path))
        if isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    ]


def strings(path: Path) -> Iterator[str]:
    """The string literals of a file, docstrings left out."""
    docstrings: set[int] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                docstrings.add(id(first.value))
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.Constant) or id(node) in docstrings:
            continue
        if isinstance(node.value, str):
            yield node.value
