"""The child process that decodes MP3, FLAC and Ogg Vorbis: a file on stdin, samples on stdout."""

import resource
import struct
import sys
from typing import Final

import miniaudio

# The sample rate, before the samples: 16 bit and mono.
HEAD: Final = struct.Struct("<I")
# A minute of FLAC can hold hours of silence.
MAX_PCM_BYTES: Final = 80 * 1024 * 1024
MEMORY_BYTES: Final = 512 * 1024 * 1024
CPU_S: Final = 20
EXIT_MALFORMED: Final = 2

_FRAMES_AT_ONCE: Final = 65_536
_INFO: Final = {b"fLaC": miniaudio.flac_get_info, b"OggS": miniaudio.vorbis_get_info}


def main() -> int:
    _limit()
    try:
        _unpack(sys.stdin.buffer.read())
    except miniaudio.DecodeError:
        return EXIT_MALFORMED
    return 0


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _unpack(file: bytes) -> None:
    rate = _INFO.get(file[:4], miniaudio.mp3_get_info)(file).sample_rate
    sys.stdout.buffer.write(HEAD.pack(rate))
    left = MAX_PCM_BYTES
    for samples in miniaudio.stream_memory(
        file, nchannels=1, sample_rate=rate, frames_to_read=_FRAMES_AT_ONCE
    ):
        left -= 2 * len(samples)
        if left < 0:
            raise miniaudio.DecodeError("longer than any speech")
        sys.stdout.buffer.write(samples.tobytes())


if __name__ == "__main__":
    sys.exit(main())
