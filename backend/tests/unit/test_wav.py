"""WAV files are read as vendors send them, and anything else is refused."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clonememoria.core.errors import ProviderMalformed
from clonememoria.providers.tts.openai import speakable_parts
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
