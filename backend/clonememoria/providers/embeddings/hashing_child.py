"""The process that hashes texts: each request a list of texts, each answer their vectors."""

import os
import struct
import sys
from typing import Final

import msgspec
import numpy as np

from clonememoria.providers.embeddings.hashing import embed_text

LENGTH: Final = struct.Struct("<I")
NICENESS: Final = 10


def serve() -> None:
    """Until the owner closes the pipe, or is gone."""
    # Documents are in no hurry where somebody waits for an answer.
    os.nice(NICENESS)
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while head := requests.read(LENGTH.size):
        texts = msgspec.msgpack.decode(requests.read(*LENGTH.unpack(head)), type=list[bytes])
        answers.write(np.stack([embed_text(text.decode()) for text in texts]).tobytes())
        answers.flush()


if __name__ == "__main__":
    serve()
