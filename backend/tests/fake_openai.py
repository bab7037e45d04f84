"""A fast, deterministic, fault-injecting stand-in for an OpenAI-compatible API.

    cd backend && python -m tests.fake_openai --port 22001 --ttft 50 --gap 20 --tokens 200

Serves  POST /v1/chat/completions  (streamed and whole)
        POST /v1/embeddings        (float and base64)
        POST /v1/audio/speech      (wav, pcm, mp3; chunked)
        GET  /v1/models
        GET  /_fake/stats          counters and the last requests seen
        POST /_fake/reset          counters, faults and knobs back to the start
        POST /_fake/config         {"ttft": 50, "gap": 20, ...}   knobs for every later request
        POST /_fake/faults         {"path": "/v1/chat/completions", "faults": ["500", "drop:5"]}
                                   consumed one a request, in order; then all is well again

Knobs, later ones winning: command line; /_fake/config; the model name, so that they survive a relay
in between ("fake-ttft50-gap20-n200-stamp"); the header "x-fake: ttft=50,gap=20".

    ttft       ms before the first token (or before a whole answer starts)
    gap        ms between tokens; 0 writes as fast as the socket takes them
    n          how many tokens
    burst      tokens written per step (1; more of them arrive in one TCP segment)
    text       words: fixed prose | echo: the last user message, word by word
               stamp: "<number>.<CLOCK_MONOTONIC in µs> ", so that a client on the same machine can
               tell the delay of each token
    fault      see below
    rate       share of requests the fault hits (1.0), drawn from a seeded generator
    dim        embedding dimension, where the request names none
    embed      bow: hashed bag of words, so that similar texts are near | hash: unrelated vectors
    elat       ms an embeddings call takes, plus  eitem  ms for each input
    models     comma-separated ids that /v1/models lists; any model name is served, listed or not
    alat       ms before the first audio byte;  agap  ms between audio chunks
    apc        seconds of audio per character

Faults:
    401 403 404 500 502 503   that status with an OpenAI error body (any 4xx or 5xx)
    400:words 503:s   any of them with these words in its text, with Retry-After: s
    429[:s]           429 with Retry-After: s (1);  429:no  without it
    307[:url]         any 3xx, with that Location
    hang              the request is read, nothing is ever answered
    slow:ms           the status line comes ms late
    refuse            the connection is closed without a byte
    drop:k            k tokens, then the connection is closed without the end of the chunked body
    reset:k           k tokens, then a TCP reset
    stall:k           k tokens, then silence, the connection stays open
    malformed:k       token k is no JSON
    nul:k             token k has a NUL in it
    surrogate:k       token k has half of a surrogate pair in it
    huge:k            token k is of 10 MB
    errevent:k        k tokens, then data: {"error": ...}
    nodone            no [DONE] at the end
    nousage           no count of tokens at the end
    nofinish          no finish_reason chunk
    empty             a stream of no tokens
    split             the body is cut at odd places: inside JSON, inside UTF-8, one byte alone
    crlf              events end in CRLF CRLF, with comments and "event:" lines between them
    notjson           200 with an HTML body
    gzip              200 with a packed body that nobody asked for
    bomb              the same, of 0.3 MB that unpack to 300
"""

import argparse
import asyncio
import dataclasses
from collections.abc import Sequence
from contextlib import suppress

from tests.fakes.knobs import Knobs
from tests.fakes.openai_server import running


def main(arguments: Sequence[str] | None = None) -> None:
    given = _parser().parse_args(arguments)
    chosen = ((field.name, getattr(given, field.name)) for field in dataclasses.fields(Knobs))
    knobs = Knobs().updated((name, value) for name, value in chosen if value is not None)
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(knobs, host=given.host, port=given.port, seed=given.seed))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=22001)
    parser.add_argument("--tokens", dest="n", type=int)
    parser.add_argument("--seed", type=int, default=0)
    for field in dataclasses.fields(Knobs):
        if field.name != "n":
            parser.add_argument(f"--{field.name}", type=type(field.default))
    return parser


async def _serve(knobs: Knobs, *, host: str, port: int, seed: int) -> None:
    async with running(knobs, host=host, port=port, seed=seed) as fake:
        print(f"fake_openai on {fake.base_url}", flush=True)
        await fake.server.serve_forever()


if __name__ == "__main__":
    main()
