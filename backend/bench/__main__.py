"""`make bench`: the product against bare parts on this machine, in one run, as ratios."""

import argparse
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Final

import uvloop
from rich.console import Console

from bench import (
    beside_chat,
    breaker,
    documents,
    espeak,
    first_token,
    ingestion,
    local_embeddings,
    memory,
    pdf,
    provider_relay,
    relaying,
    retrieval,
)
from bench.result import Result, print_results
from bench.stage import Stage, running_stage

PARTS: Final[Mapping[str, Callable[[Stage], AsyncIterator[Result]]]] = {
    "first-token": first_token.measure,
    "retrieval": retrieval.measure,
    "ingestion": ingestion.measure,
    "pdf": pdf.measure,
    "documents": documents.measure,
    "beside-chat": beside_chat.measure,
    "memory": memory.measure,
    "provider-relay": provider_relay.measure,
    "relaying": relaying.measure,
    "espeak": espeak.measure,
    "local-embeddings": local_embeddings.measure,
    "breaker": breaker.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="measure this part alone")
    uvloop.run(_run(parser.parse_args().only or list(PARTS)))


async def _run(names: Sequence[str]) -> None:
    console = Console(stderr=True)
    results = []
    with console.status("starting") as status:
        async with running_stage() as stage:
            for name in names:
                status.update(f"measuring {name}")
                results += [result async for result in PARTS[name](stage)]
    print_results(results)


if __name__ == "__main__":
    main()
