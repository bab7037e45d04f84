"""What the fake OpenAI server answers with: JSON, prose, vectors and sound, always the same."""

import array
import base64
import functools
import hashlib
import json
import math
import re
import struct
import time
import zlib
from collections.abc import Sequence

CREATED = 1_700_000_000
_PROSE = (
    "the memory of a person is not a list of facts but a way of answering , and what a clone "
    "should keep is the manner as much as the matter — naïve café 日本語 🙂 . "
)
WORDS = tuple(_PROSE.split(" "))
WORD_JSON = [json.dumps(f"{word} ", ensure_ascii=False).encode() for word in WORDS]

AUDIO_TYPES = {
    "wav": b"audio/wav",
    "pcm": b"audio/pcm",
    "mp3": b"audio/mpeg",
    "opus": b"audio/ogg",
    "aac": b"audio/aac",
    "flac": b"audio/flac",
}
AUDIO_RATE = 24_000
_UNKNOWN_SIZE = b"\xff\xff\xff\xff"


def dumps(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def error_body(status: int, message: str, kind: str = "server_error") -> bytes:
    error = {"message": message, "type": kind, "param": None, "code": str(status)}
    return dumps({"error": error})


def words_of(text: str) -> list[str]:
    return re.findall(r"\S+\s*", text) or [text]


def spoken_tokens(count: int, *, stamped: bool) -> list[str]:
    """Prose, or `<number>.<CLOCK_MONOTONIC in µs>` so that a client can tell each one's delay."""
    if stamped:
        return [stamp(number) for number in range(count)]
    return [f"{WORDS[number % len(WORDS)]} " for number in range(count)]


def stamp(number: int) -> str:
    return f"{number}.{time.monotonic_ns() // 1000} "


def models_body(models: Sequence[str]) -> bytes:
    data = [{"id": m, "object": "model", "created": CREATED, "owned_by": "fake"} for m in models]
    return dumps({"object": "list", "data": data})


def completion_body(model: str, tokens: Sequence[str], *, finish_reason: str) -> bytes:
    message = {"role": "assistant", "content": "".join(tokens), "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": len(tokens),
        "total_tokens": 10 + len(tokens),
    }
    return dumps(
        {
            "id": "chatcmpl-fake",
            "object": "chat.completion",
            "created": CREATED,
            "model": model,
            "choices": [choice],
            "usage": usage,
        }
    )


def embeddings_body(
    texts: Sequence[str], *, model: str, dimensions: int, how: str, as_base64: bool
) -> bytes:
    data = []
    for index, text in enumerate(texts):
        vector = embed_text(text, dimensions, how)
        embedding = base64.b64encode(vector.tobytes()).decode() if as_base64 else vector.tolist()
        data.append({"object": "embedding", "index": index, "embedding": embedding})
    tokens = sum(map(len, texts)) // 4 + 1
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return dumps({"object": "list", "data": data, "model": model, "usage": usage})


@functools.lru_cache(65_536)
def embed_text(text: str, dimensions: int, how: str) -> "array.array[float]":
    """A unit vector that depends on the text alone; `bow`: near for texts that share words."""
    noise = hashlib.shake_128(text.encode("utf-8", "replace")).digest(2 * dimensions)
    integers = array.array("h", noise)
    vector = [float(i) for i in integers] if how == "hash" else _words_over(integers, text)
    norm = math.sqrt(math.fsum(v * v for v in vector)) or 1.0
    return array.array("f", (v / norm for v in vector))


def _words_over(noise: Sequence[int], text: str) -> list[float]:
    """The noise breaks ties, at most 0.05 a component."""
    vector = [i * 1.5e-6 for i in noise]
    for word in re.findall(r"\w+", text.lower()):
        slot = zlib.crc32(word.encode())
        vector[slot % len(vector)] += 1.0
        vector[(slot >> 11) % len(vector)] += 1.0 if slot & 1 else -1.0
    return vector


@functools.lru_cache(64)
def audio_bytes(container: str, seconds: float) -> bytes:
    if container in {"wav", "pcm"}:
        samples = _tone(seconds)
        return samples if container == "pcm" else _wav_header() + samples
    # MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 26.12 ms of silence.
    frame = b"\xff\xfb\x90\x64" + bytes(413)
    return frame * max(1, round(seconds / 0.02612))


def _tone(seconds: float) -> bytes:
    # 600 samples hold 11 whole waves.
    period = [int(8000 * math.sin(2 * math.pi * 440 * i / AUDIO_RATE)) for i in range(600)]
    count = int(AUDIO_RATE * seconds)
    return array.array("h", period * (count // 600 + 1))[:count].tobytes()


def _wav_header() -> bytes:
    """Without true sizes, as OpenAI streams it."""
    form = struct.pack("<IHHIIHH", 16, 1, 1, AUDIO_RATE, 2 * AUDIO_RATE, 2, 16)
    return b"RIFF" + _UNKNOWN_SIZE + b"WAVEfmt " + form + b"data" + _UNKNOWN_SIZE
