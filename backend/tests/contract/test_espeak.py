"""What eSpeak says is speech, and its child processes may die, hang or be left at any time."""

import asyncio
import io
import signal
import subprocess
import sys
import wave
from collections.abc import AsyncIterator, Awaitable, Callable

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from clonememoria.core.config import Settings
from clonememoria.core.errors import ProviderDown, ProviderRejected, ProviderTimeout
from clonememoria.providers.catalog import Providers
from clonememoria.providers.tts import espeak_child, espeak_processes
from clonememoria.providers.tts.base import Speech
from clonememoria.providers.tts.espeak import MAX_PROCESSES, EspeakSpeech
from tests.eventually import eventually

pytest.importorskip("espeakng_loader", reason="needs the extra espeak")

SENTENCE = "Green tea is brewed at eighty degrees, and it must not wait for longer than a minute. "
# Takes long enough to be met while it is spoken: 300 ms for five minutes.
LONG_TEXT = SENTENCE * 60


@pytest.fixture
async def espeak() -> AsyncIterator[EspeakSpeech]:
    speech = EspeakSpeech()
    yield speech
    await speech.aclose()


def samples_of(speech: Speech) -> NDArray[np.float64]:
    """In -1..1."""
    with wave.open(io.BytesIO(speech.audio)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32_768


def share_of_energy(speech: Speech, *, low_hz: float, high_hz: float) -> float:
    samples = samples_of(speech)
    energy = np.abs(np.fft.rfft(samples)) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / speech.sample_rate)
    return float(energy[(hertz > low_hz) & (hertz < high_hz)].sum() / energy.sum())


def children_of(parent: psutil.Process) -> list[psutil.Process]:
    name = espeak_child.__name__
    alive = (c for c in parent.children() if c.status() != psutil.STATUS_ZOMBIE)
    return [child for child in alive if name in child.cmdline()]


Children = Callable[[], Awaitable[list[psutil.Process]]]


@pytest.fixture
def children() -> Children:
    """Those that this test has started."""
    others = children_of(psutil.Process())

    async def started() -> list[psutil.Process]:
        return [child for child in children_of(psutil.Process()) if child not in others]

    return started


@pytest.mark.parametrize("voice", ["en-us", "en-us+f3", "en-gb", "de", "fr-fr"])
async def test_what_is_heard_is_speech(espeak: EspeakSpeech, voice: str) -> None:
    speech = await espeak.synthesize(SENTENCE, voice=voice)

    samples = samples_of(speech)
    words_per_minute = 60 * len(SENTENCE.split()) / speech.duration_s
    assert speech.sample_rate == 22_050
    assert 100 < words_per_minute < 260
    assert share_of_energy(speech, low_hz=80, high_hz=4000) > 0.8
    assert 0.02 < np.sqrt(np.mean(samples**2)) < 0.5
    # A voice is neither a tone nor noise: it pauses, and gets louder and softer.
    frames = samples[: len(samples) // 441 * 441].reshape(-1, 441)
    loudness = np.sqrt((frames**2).mean(axis=1))
    assert 0.02 < np.mean(loudness < 0.01) < 0.5
    assert loudness.std() > 0.3 * loudness.mean()


async def test_voices_and_texts_sound_different_and_always_the_same(espeak: EspeakSpeech) -> None:
    sounds = {
        (await espeak.synthesize(text, voice=voice)).audio
        for voice in ("en-us", "en-us+f3", "en-us+m3", "en-gb", "de")
        for text in ("Good morning.", "Good evening.", "Good morning.")
    }

    # How a voice starts depends a little on what it said before, so nothing is said of equality.
    assert len(sounds) >= 10


async def test_voices_are_listed_and_may_be_varied(espeak: EspeakSpeech) -> None:
    voices = await espeak.voices()

    assert {"en-us", "en-gb", "de", "fr-fr", "es", "cmn", "hi", "ar"} <= set(voices)
    for voice in ("EN-US+F3", "en", "de+whisper", "chr-US-Qaaa-x-west"):
        assert (await espeak.synthesize("Hello", voice=voice)).duration_s > 0.3


@pytest.mark.parametrize("voice", ["klingon", "", "en-us+nobody", "../en", "en+../f3", "de\ud800"])
async def test_a_voice_that_does_not_exist_is_refused(espeak: EspeakSpeech, voice: str) -> None:
    with pytest.raises(ProviderRejected, match="no such voice"):
        await espeak.synthesize("Hello", voice=voice)

    assert (await espeak.synthesize("Hello", voice="de")).duration_s > 0.3


@pytest.mark.parametrize(
    ("voice", "letters"),
    [
        ("ru", "Чай пьют не спеша. "),
        ("cmn", "绿茶要用八十度的水。"),
        ("ar", "الشاي الأخضر. "),
        ("hi", "हरी चाय। "),
        ("en-us", "🍵👩‍🚀🇯🇵"),
        ("en-us", "a\u0301\u200d\u202e\ufeff\U000e0041"),
        ("en-us", "1234567890"),
        ("en-us", "%&#@~^|{}"),
        ("en-us", "a" * 5000),
        ("en-us", " \n\t"),
    ],
)
async def test_five_thousand_characters_of_any_script_are_spoken(
    children: Children, espeak: EspeakSpeech, voice: str, letters: str
) -> None:
    text = (letters * 5000)[:5000]

    assert (await espeak.synthesize(text, voice=voice)).audio
    assert len(await children()) == 1


async def test_marks_and_orders_in_the_text_are_not_obeyed(espeak: EspeakSpeech) -> None:
    async def seconds(text: str) -> float:
        return (await espeak.synthesize(text, voice="en-us")).duration_s

    plain = await seconds("one two")
    assert await seconds('one <break time="20s"/> two') < plain + 5
    assert await seconds('one <audio src="sound.wav"/> two') > plain
    assert await seconds("one\x00two") == pytest.approx(plain, rel=0.2)
    assert await seconds("one [[h@l'oU]] two") > plain


async def test_a_text_of_hours_is_refused_at_half_an_hour(espeak: EspeakSpeech) -> None:
    with pytest.raises(ProviderRejected, match="more than 30 minutes"):
        await espeak.synthesize(SENTENCE * 400, voice="en-us", speed=0.5)

    assert (await espeak.synthesize("Hello", voice="en-us")).duration_s < 2


async def test_a_child_killed_while_it_speaks_is_down_and_the_next_one_speaks(
    children: Children,
    espeak: EspeakSpeech,
) -> None:
    await espeak.voices()
    (child,) = await children()
    speaking = asyncio.create_task(espeak.synthesize(LONG_TEXT, voice="en-us"))
    await asyncio.sleep(0.02)

    child.kill()

    with pytest.raises(ProviderDown):
        await speaking
    assert (await espeak.synthesize("Hello", voice="en-us")).duration_s > 0.3


async def test_a_child_that_died_meanwhile_is_not_noticed(
    children: Children, espeak: EspeakSpeech
) -> None:
    await espeak.voices()
    (child,) = await children()

    child.kill()
    await eventually(children, lambda children: not children)
    await asyncio.sleep(0.05)

    assert (await espeak.synthesize("Hello", voice="en-us")).duration_s > 0.3


async def test_a_child_that_hangs_is_given_up_and_the_next_one_speaks(
    children: Children, espeak: EspeakSpeech, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(espeak_processes, "ANSWER_TIMEOUT_S", 0.3)
    await espeak.voices()
    (child,) = await children()
    child.suspend()

    with pytest.raises(ProviderTimeout):
        await espeak.synthesize("Hello", voice="en-us")

    assert not child.is_running()
    monkeypatch.setattr(espeak_processes, "ANSWER_TIMEOUT_S", 10)
    assert (await espeak.synthesize("Hello", voice="en-us")).duration_s > 0.3


async def test_a_killed_child_costs_the_guarded_caller_nothing(
    children: Children, settings: Settings
) -> None:
    providers = Providers(settings)
    espeak = providers.tts("espeak")
    await espeak.voices()
    (child,) = await children()
    speaking = asyncio.create_task(espeak.synthesize(LONG_TEXT, voice="en-us"))
    await asyncio.sleep(0.02)

    child.kill()

    assert (await speaking).duration_s > 60
    await providers.aclose()
    assert await children() == []


async def test_whoever_leaves_takes_the_child_along(
    children: Children, espeak: EspeakSpeech
) -> None:
    await espeak.voices()
    speaking = asyncio.create_task(espeak.synthesize(LONG_TEXT, voice="en-us"))
    await asyncio.sleep(0.02)

    speaking.cancel()
    await asyncio.gather(speaking, return_exceptions=True)

    assert await children() == []
    assert (await espeak.synthesize("Hello", voice="en-us")).duration_s > 0.3


async def test_many_at_once_share_a_few_children(children: Children, espeak: EspeakSpeech) -> None:
    texts = [f"Number {number} speaks now." for number in range(20)]

    together = await asyncio.gather(*(espeak.synthesize(text, voice="de") for text in texts))

    assert len(await children()) == MAX_PROCESSES
    for text, speech in zip(texts, together, strict=True):
        alone = await espeak.synthesize(text, voice="de")
        assert speech.duration_s == pytest.approx(alone.duration_s, rel=0.02)


async def test_no_child_outlives_its_parent_not_even_one_that_was_killed() -> None:
    script = (
        "import asyncio, time\n"
        "from clonememoria.providers.tts.espeak import EspeakSpeech\n"
        "async def main():\n"
        "    await EspeakSpeech().voices()\n"
        "    print('speaks', flush=True)\n"
        "    time.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script), stdout=subprocess.PIPE
    )
    assert parent.stdout
    await parent.stdout.readline()
    (child,) = children_of(psutil.Process(parent.pid))

    parent.send_signal(signal.SIGKILL)
    await parent.wait()

    async def is_running() -> bool:
        return child.is_running() and child.status() != psutil.STATUS_ZOMBIE

    await eventually(is_running, lambda runs: not runs)


def test_the_default_voice_is_the_setting_where_espeak_is_the_default() -> None:
    wanted = {"_env_file": None, "tts_default_voice_id": "de+f2"}

    chosen = Settings.model_validate({**wanted, "tts_default_provider": "espeak"})
    other = Settings.model_validate({**wanted, "tts_default_provider": "openai"})

    assert EspeakSpeech.from_settings(chosen).default_voice == "de+f2"
    assert EspeakSpeech.from_settings(other).default_voice == "en-us"
