"""The project's own files as the gates see them: parsed Python, and paths that read well."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
PRODUCT = ROOT / "backend" / "clonememoria"
TESTS = ROOT / "backend" / "tests"
SCRIPTS = ROOT / "scripts"

AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One Python file; `at` is where something is, in a form that editors open."""

    path: Path
    text: str
    tree: ast.Module

    def at(self, line: int) -> str:
        return f"{self.path.relative_to(ROOT)}:{line}"

    def functions(self) -> Iterator[AnyFunction]:
        return (node for node in ast.walk(self.tree) if isinstance(node, AnyFunction))


def python_sources(*folders: Path) -> list[Source]:
    """Without the released migrations: they are history, written once by a generator."""
    paths = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    paths = [path for path in paths if path.parent != PRODUCT / "migrations" / "versions"]
    return [Source(path, text := path.read_text(), ast.parse(text)) for path in paths]
