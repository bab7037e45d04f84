"""WAV files of 16-bit mono PCM: written, and read as vendors really send them."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clonememoria.core.errors import ProviderMalformed

_BYTES_PER_SAMPLE = 2
_PCM = 1
_PCM_EXTENSIBLE = 0xFFFE
_MIN_RATE, _MAX_RATE = 4_000, 192_000
_HEADER_BYTES = 44
# What a file says that is written while it is sent.
_UNKNOWN_SIZE = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Wav:
    pcm: bytes
    sample_rate: int


def wav_file(pcm: bytes, *, sample_rate: int) -> bytes:
    return _header(sample_rate, file=_HEADER_BYTES - 8 + len(pcm), data=len(pcm)) + pcm


def open_wav_header(*, sample_rate: int) -> bytes:
    """For samples that follow in any number: players read until the end."""
    return _header(sample_rate, file=_UNKNOWN_SIZE, data=_UNKNOWN_SIZE)


def _header(sample_rate: int, *, file: int, data: int) -> bytes:
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        file,
        b"WAVE",
        b"fmt ",
        16,
        _PCM,
        1,
        sample_rate,
        sample_rate * _BYTES_PER_SAMPLE,
        _BYTES_PER_SAMPLE,
        8 * _BYTES_PER_SAMPLE,
        b"data",
        data,
    )


def duration_s(pcm: bytes, *, sample_rate: int) -> float:
    return len(pcm) / _BYTES_PER_SAMPLE / sample_rate


def joined(parts: Sequence[Wav]) -> Wav:
    """One after the other; raise ProviderMalformed where nothing came or the rates differ."""
    if len({part.sample_rate for part in parts}) != 1:
        raise ProviderMalformed
    return Wav(b"".join(part.pcm for part in parts), parts[0].sample_rate)


def read_wav(file: bytes) -> Wav:
    """The samples of a 16-bit mono file; raise ProviderMalformed for anything else.

    A file that is written while it is sent has no true sizes (OpenAI's say 0xFFFFFFFF): the data
    then reaches to the end of the file.
    """
    if file[:4] != b"RIFF" or file[8:12] != b"WAVE":
        raise ProviderMalformed
    chunks = dict(_chunks(file))
    try:
        encoding, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunks[b"fmt "])
        pcm = chunks[b"data"]
    except (KeyError, struct.error):
        raise ProviderMalformed from None
    is_ours = encoding in {_PCM, _PCM_EXTENSIBLE} and channels == 1 and bits == 16
    whole = pcm[: len(pcm) // _BYTES_PER_SAMPLE * _BYTES_PER_SAMPLE]
    if not is_ours or not whole or not _MIN_RATE <= rate <= _MAX_RATE:
        raise ProviderMalformed
    return Wav(whole, rate)


def _chunks(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    start = 12
    while start + 8 <= len(file):
        name, size = struct.unpack_from("<4sI", file, start)
        yield name, file[start + 8 : start + 8 + size]
        # Chunks start at even places.
        start += 8 + size + size % 2
