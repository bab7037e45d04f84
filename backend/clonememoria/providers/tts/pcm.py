"""Samples in the encodings that WAV files have, turned into 16 bit and mono; knows no files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

MAX_CHANNELS: Final = 8

Int16s = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Encoding:
    """How one sample is written, little-endian; 8 bits are unsigned."""

    kind: Literal["integer", "float"]
    bits: int


def mono_16_bit(data: bytes | memoryview, *, encoding: Encoding, channels: int) -> bytes:
    """The mean of all channels, without a frame that broke off.

    Raise ValueError for encodings and numbers of channels that nobody sends.
    """
    widen = _TO_16_BIT.get(encoding)
    if widen is None or not 1 <= channels <= MAX_CHANNELS:
        raise ValueError(f"{channels} channels of {encoding}")
    frame_bytes = channels * encoding.bits // 8
    whole = data[: len(data) // frame_bytes * frame_bytes]
    if channels == 1 and encoding == _OURS:
        return bytes(whole)
    return _mixed(widen(whole), channels).astype("<i2").tobytes()


def _mixed(samples: Int16s, channels: int) -> Int16s:
    if channels == 1:
        return samples
    sums = samples.reshape(-1, channels).sum(axis=1, dtype=np.int32)
    mixed: Int16s = (sums // channels).astype(np.int16)
    return mixed


def _of_8_bit(data: bytes | memoryview) -> Int16s:
    samples: Int16s = (np.frombuffer(data, np.uint8).astype(np.int16) - 128) * 256
    return samples


def _of_16_bit(data: bytes | memoryview) -> Int16s:
    return np.frombuffer(data, "<i2")


def _of_24_bit(data: bytes | memoryview) -> Int16s:
    upper = np.frombuffer(data, np.uint8).reshape(-1, 3)[:, 1:]
    return np.ascontiguousarray(upper).reshape(-1).view("<i2")


def _of_32_bit(data: bytes | memoryview) -> Int16s:
    return np.frombuffer(data, "<i2")[1::2]


def _of_floats(kind: str) -> Callable[[bytes | memoryview], Int16s]:
    def to_16_bit(data: bytes | memoryview) -> Int16s:
        values = np.clip(np.nan_to_num(np.frombuffer(data, kind)), -1.0, 1.0)
        samples: Int16s = (values * 32_767).astype(np.int16)
        return samples

    return to_16_bit


_OURS: Final = Encoding("integer", 16)
_TO_16_BIT: Final[Mapping[Encoding, Callable[[bytes | memoryview], Int16s]]] = {
    Encoding("integer", 8): _of_8_bit,
    _OURS: _of_16_bit,
    Encoding("integer", 24): _of_24_bit,
    Encoding("integer", 32): _of_32_bit,
    Encoding("float", 32): _of_floats("<f4"),
    Encoding("float", 64): _of_floats("<f8"),
}
