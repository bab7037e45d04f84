"""The processor time of a server, its readers and its Postgres: it holds on a busy machine, too."""

from collections.abc import Iterable
from dataclasses import dataclass

import psutil

from bench.stage import Stage


@dataclass(frozen=True, slots=True)
class ProcessorTime:
    server_s: float
    readers_s: float
    postgres_s: float

    def since(self, before: "ProcessorTime") -> "ProcessorTime":
        return ProcessorTime(
            self.server_s - before.server_s,
            self.readers_s - before.readers_s,
            self.postgres_s - before.postgres_s,
        )


def spent(stage: Stage) -> ProcessorTime:
    """Since each of them was started."""
    server = psutil.Process(stage.server.pid)
    lines = (stage.data_dir / "postgres" / "postmaster.pid").read_text().splitlines()
    postgres = psutil.Process(int(lines[0]))
    return ProcessorTime(
        server_s=server.cpu_times().user + server.cpu_times().system,
        readers_s=_seconds(server.children(recursive=True)),
        postgres_s=_seconds([postgres, *postgres.children(recursive=True)]),
    )


def _seconds(processes: Iterable[psutil.Process]) -> float:
    """With what each had of children that are gone."""
    return sum(sum(process.cpu_times()[:4]) for process in processes if process.is_running())
