"""The rules of the house that no linter has: one place for each kind of decision."""

import ast
import re
from itertools import chain

from clonememoria.core.config import Settings
from tests.house.sources import PRODUCT, TESTS, python_sources

COMMITS_IN = {PRODUCT / "core" / "db.py", PRODUCT / "migrations" / "schema.py"}
SETTINGS_IN = PRODUCT / "core" / "config.py"
# The worker's loop and the stream of a reply: both log the traceback and tell the user.
MAX_BLIND_EXCEPTS = 2
ASSERTION = re.compile(r"\b(?:assert|raises|warns|expect)\b|\b_?(?:assert|check|expect)_\w+\(")


def test_transactions_end_in_few_places() -> None:
    strays = [
        source.at(node.lineno)
        for source in python_sources(PRODUCT)
        if source.path not in COMMITS_IN
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr in ("commit", "rollback")
    ]
    assert strays == []


def test_every_exception_is_caught_in_two_places_only() -> None:
    blind = [
        source.at(number)
        for source in python_sources(PRODUCT)
        for number, line in enumerate(source.text.splitlines(), start=1)
        if "noqa: BLE001" in line
    ]
    assert len(blind) <= MAX_BLIND_EXCEPTS, blind


def test_every_silenced_warning_says_why() -> None:
    silent = [
        source.at(number)
        for source in python_sources(PRODUCT)
        for number, line in enumerate(source.text.splitlines(), start=1)
        if re.search(r"#\s*(?:noqa: [\w, ]+|type: ignore\[[\w, -]+\])\s*$", line)
    ]
    assert silent == []


def test_every_setting_is_read_somewhere() -> None:
    readers = (s.text for s in python_sources(PRODUCT) if s.path != SETTINGS_IN)
    words = set(chain.from_iterable(re.findall(r"\w+", text) for text in readers))
    own = SETTINGS_IN.read_text()
    names = Settings.model_fields
    dead = [name for name in names if name not in words and f"self.{name}" not in own]
    assert dead == []


def test_every_test_asserts_something() -> None:
    idle = [
        f"{source.at(function.lineno)} {function.name}"
        for source in python_sources(TESTS)
        for function in source.functions()
        if function.name.startswith("test_") and not ASSERTION.search(ast.unparse(function))
    ]
    assert idle == []
