"""WAV files are read as vendors send them, and anything else is refused."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clonememoria.core.errors import ProviderMalformed
from clonememoria.providers.tts.openai import speakable_parts
from clonememoria.providers.tts.sound import is_compressed
from clonememoria.providers.tts.wav import (
    Wav,
    duration_s,
    joined,
    open_wav_header,
    read_wav,
    wav_file,
)

PCM = struct.pack("<4h", 1, -2, 3, -4)


def test_what_is_written_is_read_back() -> None:
    assert read_wav(wav_file(PCM, sample_rate=24_000)) == Wav(PCM, 24_000)
    assert duration_s(PCM, sample_rate=2) == 2.0


def test_a_streamed_file_without_sizes_reaches_to_its_end() -> None:
    assert read_wav(open_wav_header(sample_rate=24_000) + PCM) == Wav(PCM, 24_000)


@pytest.mark.parametrize("size", [0, 0x7FFFF000, 0xFFFFFFFF, len(PCM) + 44])
def test_a_size_that_nobody_knew_says_nothing(size: int) -> None:
    file = wav_file(PCM, sample_rate=24_000)

    assert read_wav(file[:40] + struct.pack("<I", size) + PCM) == Wav(PCM, 24_000)


def test_a_file_that_breaks_off_is_refused() -> None:
    file = wav_file(PCM * 100, sample_rate=24_000)

    with pytest.raises(ProviderMalformed):
        read_wav(file[:-100])


def test_chunks_before_the_sound_are_passed_over() -> None:
    file = wav_file(PCM, sample_rate=24_000)
    listed = file[:36] + b"LIST" + struct.pack("<I", 3) + b"abc\0" + file[36:]

    assert read_wav(listed) == Wav(PCM, 24_000)


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"<html></html>",
        b"ID3\x03 this is an mp3",
        wav_file(b"", sample_rate=24_000),
        wav_file(PCM, sample_rate=1),
        wav_file(PCM, sample_rate=24_000)[:30],
    ],
)
def test_what_is_no_sound_is_refused(file: bytes) -> None:
    with pytest.raises(ProviderMalformed):
        read_wav(file)


PCM_TAG, FLOAT_TAG, EXTENSIBLE_TAG, ALAW_TAG = 1, 3, 0xFFFE, 6


def file_of(data: bytes, *, tag: int, channels: int, bits: int, of: int = PCM_TAG) -> bytes:
    """As another program writes it; an extensible one says further down what it is `of`."""
    frame = channels * bits // 8
    form = struct.pack("<HHIIHH", tag, channels, 8000, 8000 * frame, frame % 65_536, bits)
    if tag == EXTENSIBLE_TAG:
        guid_rest = b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"
        form += struct.pack("<HHIH", 22, bits, 0, of) + guid_rest
    chunks = b"".join(
        name + struct.pack("<I", len(chunk)) + chunk + b"\0" * (len(chunk) % 2)
        for name, chunk in ((b"fmt ", form), (b"data", data))
    )
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def samples_of(file: bytes) -> list[int]:
    pcm = read_wav(file).pcm
    return list(struct.unpack(f"<{len(pcm) // 2}h", pcm))


ENCODINGS = {
    "8 bits": (file_of(b"\x80\xff\x00", tag=PCM_TAG, channels=1, bits=8), [0, 32_512, -32_768]),
    "16 bits": (file_of(PCM, tag=PCM_TAG, channels=1, bits=16), [1, -2, 3, -4]),
    "24 bits": (
        file_of(b"\xff\xff\x7f\x00\x00\x80\x00\x01\x00", tag=PCM_TAG, channels=1, bits=24),
        [32_767, -32_768, 1],
    ),
    "32 bits": (
        file_of(struct.pack("<2i", 65_536, -(2**31)), tag=PCM_TAG, channels=1, bits=32),
        [1, -32_768],
    ),
    "float": (
        file_of(
            struct.pack("<5f", 0.5, -1, 7, float("nan"), float("inf")),
            tag=FLOAT_TAG,
            channels=1,
            bits=32,
        ),
        [16_383, -32_767, 32_767, 0, 32_767],
    ),
    "double": (
        file_of(struct.pack("<2d", 0, 1), tag=FLOAT_TAG, channels=1, bits=64),
        [0, 32_767],
    ),
    "extensible float": (
        file_of(struct.pack("<f", 1), tag=EXTENSIBLE_TAG, channels=1, bits=32, of=FLOAT_TAG),
        [32_767],
    ),
    "stereo": (
        file_of(struct.pack("<4h", 100, 300, 32_767, 32_767), tag=PCM_TAG, channels=2, bits=16),
        [200, 32_767],
    ),
    "a frame cut off": (file_of(PCM[:6], tag=PCM_TAG, channels=2, bits=16), [-1]),
}


@pytest.mark.parametrize(("file", "samples"), ENCODINGS.values(), ids=ENCODINGS)
def test_every_usual_encoding_becomes_16_bit_and_mono(file: bytes, samples: list[int]) -> None:
    assert samples_of(file) == samples
    assert read_wav(file).sample_rate == 8000


NO_SOUND = {
    "no channels": file_of(PCM, tag=PCM_TAG, channels=0, bits=16),
    "channels without end": file_of(PCM, tag=PCM_TAG, channels=65_535, bits=16),
    "no bits": file_of(PCM, tag=PCM_TAG, channels=1, bits=0),
    "odd bits": file_of(PCM, tag=PCM_TAG, channels=1, bits=17),
    "A-law": file_of(PCM, tag=ALAW_TAG, channels=1, bits=8),
    "extensible A-law": file_of(PCM, tag=EXTENSIBLE_TAG, channels=1, bits=8, of=ALAW_TAG),
    "less than one frame": file_of(PCM[:2], tag=PCM_TAG, channels=2, bits=16),
    "no form": wav_file(PCM, sample_rate=8000).replace(b"fmt ", b"tmf "),
    "only empty chunks": b"RIFF\0\0\0\0WAVE" + b"LIST\0\0\0\0" * 1_000_000,
}


@pytest.mark.parametrize("file", NO_SOUND.values(), ids=NO_SOUND)
def test_a_hostile_file_is_refused(file: bytes) -> None:
    with pytest.raises(ProviderMalformed):
        read_wav(file)


@given(st.binary(max_size=80), st.integers(0, 60))
def test_any_bytes_are_sound_or_refused(noise: bytes, kept: int) -> None:
    file = file_of(PCM, tag=EXTENSIBLE_TAG, channels=1, bits=16)[:kept] + noise

    with suppress(ProviderMalformed):
        assert read_wav(file).pcm


def test_compressed_files_are_told_by_their_beginning() -> None:
    assert all(map(is_compressed, (b"ID3\x04", b"\xff\xfb\x90", b"\xff\xf3", b"fLaC", b"OggS")))
    assert not any(map(is_compressed, (b"", b"\xff", b"RIFF", b"<html>", b"{}", b"\0\0")))


def test_parts_of_different_rates_cannot_be_joined() -> None:
    assert joined([Wav(PCM, 8000), Wav(PCM, 8000)]) == Wav(PCM + PCM, 8000)
    with pytest.raises(ProviderMalformed):
        joined([Wav(PCM, 8000), Wav(PCM, 16_000)])


@given(st.text(alphabet="ab .!?。\n", max_size=200))
def test_a_long_text_is_spoken_whole_in_allowed_parts(text: str) -> None:
    parts = list(speakable_parts(text, max_characters=20))

    assert all(0 < len(part) <= 20 for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_text_is_cut_after_sentences() -> None:
    assert list(speakable_parts("One two. Three four. Five.", max_characters=20)) == [
        "One two. Three four.",
        "Five.",
    ]
