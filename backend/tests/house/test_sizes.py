"""No file and no function outgrows what a reader can hold in mind."""

import ast

from tests.house.sources import PRODUCT, ROOT, SCRIPTS, TESTS, AnyFunction, python_sources

MAX_PYTHON_LINES = 400
MAX_WEB_LINES = 200
MAX_FUNCTION_LINES = 60
GENERATED = {"schema.d.ts", "routeTree.gen.ts"}


def _body_lines(function: AnyFunction) -> int:
    """Without the signature and the docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_no_python_file_is_too_long() -> None:
    # The migrations too, though their generated functions are long.
    paths = [path for folder in (PRODUCT, TESTS, SCRIPTS) for path in folder.rglob("*.py")]
    lines = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in paths}
    assert {path: n for path, n in lines.items() if n > MAX_PYTHON_LINES} == {}


def test_no_file_of_the_web_ui_is_too_long() -> None:
    frontend = ROOT / "frontend"
    paths = [p for folder in ("src", "e2e") for p in (frontend / folder).rglob("*.ts*")]
    lines = {str(p): p.read_text().count("\n") for p in paths if p.name not in GENERATED}
    assert {path: n for path, n in lines.items() if n > MAX_WEB_LINES} == {}


def test_no_function_is_too_long() -> None:
    long = [
        f"{source.at(function.lineno)} {function.name}"
        for source in python_sources(PRODUCT, TESTS, SCRIPTS)
        for function in source.functions()
        if _body_lines(function) > MAX_FUNCTION_LINES
    ]
    assert long == []
