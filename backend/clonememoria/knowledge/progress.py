"""How far the processing of a document is, from what is done and counted; estimates no more."""

import time
from dataclasses import dataclass, field
from typing import Final, Literal

Stage = Literal["queued", "parsing", "chunking", "embedding", "indexing", "done"]

PERCENT_READ: Final = 10
PERCENT_EMBEDDED: Final = 95
# A rate measured over less says little.
MEASURED_S: Final = 1.0


@dataclass(slots=True)
class Progress:
    """Written to the database beside the work, not by it. `total` is known once all is cut."""

    stage: Stage = "parsing"
    embedded: int = 0
    total: int | None = None
    _embedding_since: float = field(default=0.0, repr=False)

    def begin(self) -> None:
        self.stage, self.embedded, self.total = "parsing", 0, None

    def reach(self, stage: Stage) -> None:
        if stage == "embedding" and self.stage != stage:
            self._embedding_since = time.monotonic()
        self.stage = stage

    @property
    def percentage(self) -> int:
        if self.stage == "parsing":
            return 0
        if not self.total:
            return PERCENT_READ
        return PERCENT_READ + (PERCENT_EMBEDDED - PERCENT_READ) * self.embedded // self.total

    @property
    def seconds_left(self) -> int | None:
        """None until there is a rate to tell it from."""
        elapsed_s = time.monotonic() - self._embedding_since
        if not self.total or not self.embedded or elapsed_s < MEASURED_S:
            return None
        return round(elapsed_s * (self.total - self.embedded) / self.embedded)
