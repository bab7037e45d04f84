"""How a fake server behaves, and the ways to tell it; `fake_openai.py` lists them."""

import dataclasses
import functools
import re
from collections.abc import Iterable, Mapping


@dataclasses.dataclass
class Knobs:
    ttft: float = 0.0
    gap: float = 0.0
    n: int = 100
    burst: int = 1
    text: str = "words"
    fault: str = ""
    rate: float = 1.0
    dim: int = 1536
    embed: str = "bow"
    elat: float = 0.0
    eitem: float = 0.0
    alat: float = 0.0
    agap: float = 0.0
    apc: float = 0.06
    models: str = "fake,fake-embed,fake-tts"

    def updated(self, pairs: Iterable[tuple[str, str | float]]) -> "Knobs":
        """A copy; names that are no knobs are passed over."""
        kinds = {field.name: type(getattr(self, field.name)) for field in dataclasses.fields(self)}
        known = {name: kinds[name](value) for name, value in pairs if name in kinds}
        return dataclasses.replace(self, **known)

    @property
    def listed_models(self) -> list[str]:
        return [model for model in self.models.split(",") if model]


NAMES = frozenset(field.name for field in dataclasses.fields(Knobs))

_IN_MODEL = re.compile(
    r"-(ttft|gap|n|burst|dim|elat|eitem|alat|agap)(\d+(?:\.\d+)?)(?=-|$)"
    r"|-(stamp|echo|words|bow|hash)(?=-|$)"
    r"|-fault_([a-z0-9]+(?:\.\d+)?)(?=-|$)"
)


@functools.lru_cache(4096)
def knobs_in_model(model: str) -> tuple[tuple[str, str | float], ...]:
    """`fake-ttft50-n200-fault_drop.5`: so knobs survive a relay in between."""
    pairs: list[tuple[str, str | float]] = []
    for found in _IN_MODEL.finditer(model):
        number, value, word, fault = found.groups()
        if number:
            pairs.append((number, float(value)))
        elif word:
            pairs.append(("embed" if word in {"bow", "hash"} else "text", word))
        else:
            pairs.append(("fault", fault.replace(".", ":")))
    return tuple(pairs)


def knobs_in_header(header: str) -> list[tuple[str, str | float]]:
    """`ttft=50,gap=20`."""
    pairs = (pair.partition("=") for pair in header.split(","))
    return [(name.strip(), value) for name, equals, value in pairs if equals]


@dataclasses.dataclass(frozen=True)
class Fault:
    name: str = ""
    argument: str = ""

    @classmethod
    def parsed(cls, text: str) -> "Fault":
        name, _, argument = text.partition(":")
        return cls("" if name == "ok" else name, argument)

    @property
    def at(self) -> int:
        """The token at which it strikes."""
        return int(self.argument) if self.argument.isdigit() else 1


def as_json(knobs: Knobs) -> Mapping[str, object]:
    return dataclasses.asdict(knobs)
