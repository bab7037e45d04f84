"""A document as the product reads it: in a child process, all of what it yields at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile, gettempdir

from clonememoria.knowledge.filetype import Kind
from clonememoria.knowledge.parsing import DEFAULT_LIMITS, Limits, Reader, Subject
from clonememoria.knowledge.readout import Batch, Reading, TextPart


@dataclass(frozen=True)
class Read:
    text: str
    batches: Sequence[Batch]
    reading: Reading

    @property
    def title(self) -> str | None:
        return self.reading.found_title

    @property
    def warnings(self) -> tuple[str, ...]:
        return self.reading.warnings


async def parse(data: bytes, *, kind: Kind, limits: Limits = DEFAULT_LIMITS) -> Read:
    reader = Reader(Path(gettempdir()), limits)
    with TemporaryFile() as file:
        file.write(data)
        try:
            async with reader.reading(Subject(file, len(data), kind, "")) as frames:
                found = [frame async for frame in frames]
        finally:
            await reader.aclose()
    return Read(
        text="".join(frame.text for frame in found if isinstance(frame, TextPart)),
        batches=[frame for frame in found if isinstance(frame, Batch)],
        reading=next(frame for frame in found if isinstance(frame, Reading)),
    )
