"""What a call to a vendor costs, from a table that is a file; never guesses what is not in it."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from clonememoria.core.config import Settings
from clonememoria.core.errors import CannotStart

OUR_TABLE: Final = Path(__file__).with_name("prices.toml")
A_MILLION: Final = 1_000_000
# Of English text.
CHARACTERS_PER_TOKEN: Final = 4
UNITS: Final = frozenset({"input", "output", "characters"})
# Not any longer name: gpt-4o-mini costs a sixteenth of gpt-4o.
VERSION: Final = re.compile(r"(-(\d{4}-\d{2}-\d{2}|\d{8}|latest)|@\d+)$")


@dataclass(frozen=True, slots=True)
class Price:
    """USD for a million of: tokens in, tokens out, spoken characters."""

    input: float = 0.0
    output: float = 0.0
    characters: float = 0.0


FREE: Final = Price()


def estimated_tokens(texts: Iterable[str]) -> int:
    """For where the vendor has not counted, or not told."""
    return sum(map(len, texts)) // CHARACTERS_PER_TOKEN + 1


@dataclass(frozen=True, slots=True)
class Prices:
    """`of_models` is by provider and model; `free` are the providers that cost nothing."""

    of_models: Mapping[tuple[str, str], Price]
    free: frozenset[str] = frozenset()

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Raise CannotStart where PRICES_FILE cannot be read."""
        ours = _Table(OUR_TABLE)
        if settings.prices_file is None:
            return cls(ours.prices(), ours.free())
        theirs = _Table(settings.prices_file)
        return cls({**ours.prices(), **theirs.prices()}, ours.free() | theirs.free())

    def of(self, provider: str, model: str) -> Price | None:
        """Also of a model with a date or a length in its name; None where nobody knows."""
        if provider in self.free:
            return FREE
        exact = self.of_models.get((provider, model))
        return exact or self.of_models.get((provider, VERSION.sub("", model)))

    def is_priced(self, provider: str, model: str) -> bool:
        return self.of(provider, model) is not None

    def cost_usd(
        self,
        provider: str,
        model: str,
        *,
        prompt_tokens: int = 0,
        completion_tokens: int = 0,
        characters: int = 0,
    ) -> float:
        """0.0 where there is no price: see `is_priced`."""
        price = self.of(provider, model) or FREE
        millionths = (
            prompt_tokens * price.input
            + completion_tokens * price.output
            + characters * price.characters
        )
        return millionths / A_MILLION


class _Table:
    """One file; whatever is wrong in it is told with its line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._text = path.read_text("utf-8")
            self._content = tomllib.loads(self._text)
        except OSError as error:
            raise self._bad(error.strerror or "cannot be read") from None
        except ValueError as error:  # TOML that is none, or bytes that are no UTF-8
            raise self._bad(str(error)) from None

    def free(self) -> frozenset[str]:
        names = self._content.get("free", [])
        if not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
            raise self._bad("is not a list of names of providers", of="free")
        return frozenset(names)

    def prices(self) -> dict[tuple[str, str], Price]:
        vendors = {key: v for key, v in self._content.items() if key not in {"free", "as_of"}}
        return {
            (vendor, model): self._price(model, entry)
            for vendor, models in vendors.items()
            for model, entry in self._models(vendor, models).items()
        }

    def _models(self, vendor: str, models: object) -> dict[str, object]:
        if not isinstance(models, dict):
            raise self._bad("is not a provider: write [provider], then its models", of=vendor)
        return models

    def _price(self, model: str, entry: object) -> Price:
        if isinstance(entry, dict):
            amounts = {unit: v for unit, v in entry.items() if unit in UNITS and _is_amount(v)}
            if len(amounts) == len(entry):
                return Price(**amounts)
        raise self._bad(
            'is not of the form "model" = { input = 0.15, output = 0.60 }, the name in quotes',
            of=model,
        )

    def _bad(self, problem: str, *, of: str | None = None) -> CannotStart:
        where = f"line {self._line_of(of)}: {of} " if of else ""
        return CannotStart(f"PRICES_FILE={self._path}: {where}{problem}")

    def _line_of(self, key: str) -> int:
        mentions = re.compile(rf'^\s*\[?\s*["\']?{re.escape(key)}\b')
        lines = self._text.splitlines()
        return next((n for n, line in enumerate(lines, 1) if mentions.match(line)), 1)


def _is_amount(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value < A_MILLION
