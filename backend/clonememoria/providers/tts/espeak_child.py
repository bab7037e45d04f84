"""The child process that speaks: eSpeak NG by ctypes, requests on stdin, sound on stdout.

The library is GPL-3, not thread-safe, and keeps its state in globals: it is loaded nowhere else.
"""

import ctypes
import os
import resource
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO, Final, Literal

import espeakng_loader
import msgspec

# Half an hour is 80 MB of samples.
MAX_SPEECH_S: Final = 1800
MEMORY_BYTES: Final = 512 * 1024 * 1024
# How many bytes of msgpack follow.
HEAD: Final = struct.Struct(">I")

# speak_lib.h
_SYNCHRONOUS: Final = 2
_BUFFER_MS: Final = 1000
_OK: Final = 0
_RATE: Final = 1
_BY_CHARACTER: Final = 1
# Without the flag for SSML: marks in the text are text.
_UTF8: Final = 1

_BYTES_PER_SAMPLE: Final = 2
_MIN_WORD_BYTES: Final = 1000


class Say(msgspec.Struct, frozen=True):
    text: str
    voice: str
    words_per_minute: int


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    sample_rate: int
    voices: list[str]


class Sound(msgspec.Struct, frozen=True, tag="sound"):
    pcm: bytes


class Done(msgspec.Struct, frozen=True, tag="done"):
    pass


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    reason: Literal["unknown_voice", "too_long"]


Answer = Ready | Sound | Done | Refused


def framed(message: Say | Answer) -> bytes:
    payload = msgspec.msgpack.encode(message)
    return HEAD.pack(len(payload)) + payload


class _Voice(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class Espeak:
    """Gives the sound to `take` while it speaks, a second at a time."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
        self._left_bytes = 0
        self._data = Path(espeakng_loader.get_data_path())
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self.sample_rate: int = self._library.espeak_Initialize(
            _SYNCHRONOUS, _BUFFER_MS, str(self._data).encode(), 0
        )
        if self.sample_rate <= 0:
            raise OSError("eSpeak NG does not start")
        # Kept here, because the library keeps no reference.
        self._callback = _Callback(self._on_sound)
        self._library.espeak_SetSynthCallback(self._callback)
        self._library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
        self._by_language, self._by_file = self._voices()
        self._variants = {path.name.lower(): path.name for path in self._data.glob("voices/!v/*")}

    @property
    def voices(self) -> list[str]:
        return sorted(self._by_language)

    def say(self, request: Say) -> Done | Refused:
        voice = self._identifier(request.voice)
        if voice is None or self._library.espeak_SetVoiceByName(voice.encode()) != _OK:
            return Refused("unknown_voice")
        self._library.espeak_SetParameter(_RATE, request.words_per_minute, 0)
        self._speak(request.text, max_bytes=MAX_SPEECH_S * self.sample_rate * _BYTES_PER_SAMPLE)
        return Done() if self._left_bytes >= 0 else Refused("too_long")

    def _speak(self, text: str, *, max_bytes: int) -> None:
        self._left_bytes = max_bytes
        data = text.encode()
        size = ctypes.c_size_t(len(data) + 1)
        self._library.espeak_Synth(data, size, 0, _BY_CHARACTER, 0, _UTF8, None, None)

    def _on_sound(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, _: object) -> int:
        """Anything but 0 ends the synthesis."""
        self._left_bytes -= count * _BYTES_PER_SAMPLE
        if self._left_bytes < 0:
            return 1
        # At the end it is called without samples.
        if count > 0:
            self._take(ctypes.string_at(samples, count * _BYTES_PER_SAMPLE))
        return 0

    def _identifier(self, voice: str) -> str | None:
        """`en-us+f3` as the library calls it: `gmw/en-US+f3`. It takes what it does not know."""
        language, plus, variant = voice.lower().partition("+")
        base = self._by_language.get(language) or self._by_file.get(language)
        if not plus or base is None:
            return base
        name = self._variants.get(variant)
        return name and f"{base}+{name}"

    def _voices(self) -> tuple[dict[str, str], dict[str, str]]:
        """Identifiers by language (`en-gb`) and by the name of their file (`en`)."""
        by_language: dict[str, str] = {}
        by_file: dict[str, str] = {}
        for identifier, language in self._listed():
            if self._can_speak(identifier, language):
                by_language.setdefault(language.lower(), identifier)
                by_file[identifier.rpartition("/")[2].lower()] = identifier
        return by_language, by_file

    def _listed(self) -> Iterator[tuple[str, str]]:
        listed = self._library.espeak_ListVoices(None)
        for voice in iter(listed):
            if not voice:
                return
            # A byte with the language's rank comes first.
            yield voice.contents.identifier.decode(), voice.contents.languages[1:].decode()

    def _can_speak(self, identifier: str, language: str) -> bool:
        """Some voices are listed although their dictionary is missing: those stay silent."""
        if (self._data / f"{language.partition('-')[0].lower()}_dict").exists():
            return True
        take, self._take = self._take, lambda _: None
        self._library.espeak_SetVoiceByName(identifier.encode())
        self._speak("Hello", max_bytes=_MIN_WORD_BYTES)
        self._take = take
        return self._left_bytes < 0


def main() -> None:
    _limit()
    # The library may print, and what it prints is no frame.
    output = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)

    def send(answer: Answer) -> None:
        _write(output, framed(answer))

    requests: SimpleQueue[Say] = SimpleQueue()
    threading.Thread(target=_read, args=(requests,), daemon=True).start()
    espeak = Espeak(take=lambda pcm: send(Sound(pcm)))
    send(Ready(espeak.sample_rate, espeak.voices))
    while True:
        send(espeak.say(requests.get()))


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _read(requests: "SimpleQueue[Say]") -> None:
    """A thread of its own, so that the child ends with its parent even while it is speaking."""
    source = sys.stdin.buffer
    while len(head := source.read(HEAD.size)) == HEAD.size:
        requests.put(msgspec.msgpack.decode(source.read(*HEAD.unpack(head)), type=Say))
    os._exit(0)


def _write(output: BinaryIO, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[output.write(left) :]


if __name__ == "__main__":
    main()
