"""What calls cost: by the exact model, by its dated name, and never by a guess."""

from pathlib import Path

import pytest

from clonememoria.core.config import Settings
from clonememoria.core.errors import CannotStart
from clonememoria.providers.prices import Prices


def prices(path: Path | None = None, text: str = "") -> Prices:
    if path:
        path.write_text(text, "utf-8")
    return Prices.from_settings(Settings(_env_file=None, prices_file=path))


def test_tokens_in_and_out_are_charged_at_their_own_price() -> None:
    cost = prices().cost_usd(
        "openai", "gpt-4o-mini", prompt_tokens=1_000_000, completion_tokens=500_000
    )
    assert cost == pytest.approx(0.15 + 0.30)


def test_speech_is_charged_by_the_character() -> None:
    assert prices().cost_usd("openai", "tts-1", characters=2_000) == pytest.approx(0.03)


@pytest.mark.parametrize(
    ("provider", "model", "same_as"),
    [
        ("openai", "gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("anthropic", "claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("anthropic", "claude-3-5-haiku-latest", "claude-3-5-haiku"),
        ("openai", "text-embedding-3-large@1024", "text-embedding-3-large"),
    ],
)
def test_a_dated_name_has_the_price_of_its_model(provider: str, model: str, same_as: str) -> None:
    assert prices().of(provider, model) == prices().of(provider, same_as)
    assert prices().is_priced(provider, model)


def test_a_dated_version_may_have_a_price_of_its_own() -> None:
    dated, present = (prices().of("openai", m) for m in ("gpt-4o-2024-05-13", "gpt-4o"))
    assert dated
    assert present
    assert dated.input == 2 * present.input


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "llama3.2:3b"),
        ("openai", "gpt-4o-audio-preview"),
        ("openai", "gpt-4o-min"),
        ("anthropic", "gpt-4o-mini"),
        ("somebody", "gpt-4o-mini"),
    ],
)
def test_a_model_without_a_price_costs_nothing_and_says_so(provider: str, model: str) -> None:
    assert prices().cost_usd(provider, model, prompt_tokens=1_000_000) == 0.0
    assert not prices().is_priced(provider, model)


@pytest.mark.parametrize("provider", ["dummy", "local", "espeak"])
def test_what_runs_here_is_known_to_be_free(provider: str) -> None:
    assert prices().is_priced(provider, "any")
    assert prices().cost_usd(provider, "any", characters=1_000_000) == 0.0


def test_a_file_of_ones_own_adds_and_overrides(tmp_path: Path) -> None:
    own = """
        free = ["cellar"]
        [openai]
        "gpt-4o-mini" = { input = 1, output = 2.5 }
        "llama3.2:3b" = { input = 0.01 }
    """
    table = prices(tmp_path / "prices.toml", own)
    assert table.cost_usd("openai", "gpt-4o-mini", completion_tokens=1_000_000) == 2.5
    assert table.is_priced("openai", "llama3.2:3b")
    assert table.is_priced("openai", "gpt-4o")
    assert table.is_priced("cellar", "red")
    assert table.is_priced("dummy", "dummy")


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("[openai]\nx = = 3", "line 2", "Invalid value"),
        ("[openai]\ngpt-4.1 = { input = 2 }", "line 2: gpt-4 ", "in quotes"),
        ('[openai]\n\n"m" = { input = -1 }', "line 3: m ", "is not of the form"),
        ('[openai]\n"m" = { input = nan }', "line 2: m ", "is not of the form"),
        ('[openai]\n"m" = { input = "2" }', "line 2: m ", "is not of the form"),
        ('[openai]\n"m" = { inputs = 2 }', "line 2: m ", "is not of the form"),
        ('[openai]\n"m" = 3', "line 2: m ", "is not of the form"),
        ("\nopenai = 3", "line 2: openai ", "is not a provider"),
        ("free = 3", "line 1: free ", "is not a list"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(
    tmp_path: Path, text: str, line: str, problem: str
) -> None:
    path = tmp_path / "prices.toml"
    with pytest.raises(CannotStart) as refusal:
        prices(path, text)
    assert f"PRICES_FILE={path}" in str(refusal.value)
    assert line in str(refusal.value)
    assert problem in str(refusal.value)


def test_a_missing_or_binary_file_is_refused(tmp_path: Path) -> None:
    missing, binary = tmp_path / "none.toml", tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (missing, binary, tmp_path):
        with pytest.raises(CannotStart, match=f"PRICES_FILE={path}: "):
            Prices.from_settings(Settings(_env_file=None, prices_file=path))
