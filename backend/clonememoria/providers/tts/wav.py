"""WAV files: written in 16 bit and mono, read in whatever encoding vendors really send."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from clonememoria.core.errors import ProviderMalformed
from clonememoria.providers.tts.base import Speech
from clonememoria.providers.tts.pcm import Encoding, mono_16_bit

_BYTES_PER_SAMPLE = 2
_PCM = 1
_FLOAT = 3
_EXTENSIBLE = 0xFFFE
_MIN_RATE, _MAX_RATE = 4_000, 192_000
# Before the samples; a real file has three or four.
_MAX_CHUNKS: Final = 64
_HEADER_BYTES = 44
# What a file says that is written while it is sent; others say less, but not much.
_UNKNOWN_SIZE = 0xFFFFFFFF
_UNKNOWN_FROM: Final = 0x7F000000


@dataclass(frozen=True, slots=True)
class Wav:
    pcm: bytes
    sample_rate: int


def wav_file(pcm: bytes, *, sample_rate: int) -> bytes:
    header = _header(sample_rate, file=_HEADER_BYTES - 8 + len(pcm), data=len(pcm))
    # A sum would hold the interpreter lock while it copies.
    return b"".join((header, pcm))


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


def spoken(sound: Wav) -> Speech:
    return Speech(
        audio=wav_file(sound.pcm, sample_rate=sound.sample_rate),
        sample_rate=sound.sample_rate,
        duration_s=duration_s(sound.pcm, sample_rate=sound.sample_rate),
    )


def joined(parts: Sequence[Wav]) -> Wav:
    """One after the other; raise ProviderMalformed where nothing came or the rates differ."""
    if len({part.sample_rate for part in parts}) != 1:
        raise ProviderMalformed
    return Wav(b"".join(part.pcm for part in parts), parts[0].sample_rate)


def read_wav(file: bytes) -> Wav:
    """The samples as 16 bit and mono; raise ProviderMalformed for what is no sound.

    A file that is written while it is sent has no true sizes (OpenAI's say 0xFFFFFFFF, others 0):
    the data then reaches to the end of the file. With any other size all of it must be there.
    """
    if file[:4] != b"RIFF" or file[8:12] != b"WAVE":
        raise ProviderMalformed
    form = _Form(_EXTENSIBLE, 0, 0, 0)
    for name, chunk in islice(_chunks(file), _MAX_CHUNKS):
        if name == b"fmt ":
            form = _form(chunk)
        elif name == b"data":
            return _sound(chunk, form)
    raise ProviderMalformed


@dataclass(frozen=True, slots=True)
class _Form:
    encoding: int
    channels: int
    sample_rate: int
    bits: int


def _form(chunk: memoryview) -> _Form:
    try:
        encoding, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunk)
        if encoding == _EXTENSIBLE:
            # The first two bytes of a GUID whose rest is always the same.
            (encoding,) = struct.unpack_from("<H", chunk, 24)
    except struct.error:
        raise ProviderMalformed from None
    return _Form(encoding, channels, rate, bits)


def _sound(data: memoryview, form: _Form) -> Wav:
    if form.encoding not in {_PCM, _FLOAT} or not _MIN_RATE <= form.sample_rate <= _MAX_RATE:
        raise ProviderMalformed
    encoding = Encoding("integer" if form.encoding == _PCM else "float", form.bits)
    try:
        pcm = mono_16_bit(data, encoding=encoding, channels=form.channels)
    except ValueError:
        raise ProviderMalformed from None
    if not pcm:
        raise ProviderMalformed
    return Wav(pcm, form.sample_rate)


def _chunks(file: bytes) -> Iterator[tuple[bytes, memoryview]]:
    view = memoryview(file)
    start = 12
    while start + 8 <= len(file):
        name, size = struct.unpack_from("<4sI", file, start)
        there = len(file) - start - 8
        if name == b"data" and not 0 < size < _UNKNOWN_FROM:
            size = there
        # Some count the header in.
        if size - there > _HEADER_BYTES:
            raise ProviderMalformed
        yield name, view[start + 8 : start + 8 + size]
        # Chunks start at even places.
        start += 8 + size + size % 2
