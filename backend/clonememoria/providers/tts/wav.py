"""WAV files of 16-bit mono PCM: written, and read as vendors really send them."""

import struct

_BYTES_PER_SAMPLE = 2


def wav_file(pcm: bytes, *, sample_rate: int) -> bytes:
    """Mono, 16 bit, little endian."""
    pcm = pcm[: len(pcm) // _BYTES_PER_SAMPLE * _BYTES_PER_SAMPLE]
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + len(pcm),
        b"WAVE",
        b"fmt ",
        16,
        1,
        1,
        sample_rate,
        sample_rate * _BYTES_PER_SAMPLE,
        _BYTES_PER_SAMPLE,
        8 * _BYTES_PER_SAMPLE,
        b"data",
        len(pcm),
    )
    return header + pcm


def duration_s(pcm: bytes, *, sample_rate: int) -> float:
    return len(pcm) / _BYTES_PER_SAMPLE / sample_rate
