"""Sound as servers send it, whatever its format, as samples; decoders run in a child process."""

import asyncio
from importlib.util import find_spec
from typing import Final

from clonememoria.core.errors import ProviderMalformed, ProviderRejected
from clonememoria.providers.child_process import end_child, start_child
from clonememoria.providers.tts.wav import Wav, read_wav

DECODING_TIMEOUT_S: Final = 30.0

# By name: to import the child would load the decoders here.
_CHILD: Final = "clonememoria.providers.tts.sound_child"
_RATE_BYTES: Final = 4

_MAGIC: Final = (b"ID3", b"fLaC", b"OggS")
_MPEG_FRAME: Final = 0xFFE0  # eleven bits


async def read_sound(file: bytes) -> Wav:
    """By what the file is, not by what it was called.

    Raise ProviderMalformed for what is no sound, ProviderRejected for want of a decoder.
    """
    if is_compressed(file):
        return await _decoded(file)
    return await asyncio.to_thread(read_wav, file)


def is_compressed(file: bytes) -> bool:
    """Whether it begins as MP3, FLAC or Ogg do."""
    is_frame = int.from_bytes(file[:2], "big") & _MPEG_FRAME == _MPEG_FRAME
    return file.startswith(_MAGIC) or is_frame


async def _decoded(file: bytes) -> Wav:
    if find_spec("miniaudio") is None:
        raise ProviderRejected(
            "The server sends compressed audio: let it send WAV, or run `make extras` here"
        )
    child = await start_child(_CHILD)
    try:
        async with asyncio.timeout(DECODING_TIMEOUT_S):
            output, _ = await child.communicate(file)
    except TimeoutError:
        raise ProviderMalformed from None
    finally:
        if child.returncode is None:
            await end_child(child)
    if child.returncode or len(output) <= _RATE_BYTES:
        raise ProviderMalformed
    return Wav(output[_RATE_BYTES:], int.from_bytes(output[:_RATE_BYTES], "little"))
