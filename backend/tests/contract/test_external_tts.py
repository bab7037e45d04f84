"""Speech by somebody's own HTTP endpoint: what is sent, what is taken, and how it fails."""

import base64
import json
import sys
import traceback
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from pydantic import SecretStr

from clonememoria.core.config import Settings
from clonememoria.core.errors import (
    ProviderDown,
    ProviderError,
    ProviderMalformed,
    ProviderRateLimited,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnauthorized,
    UnknownProvider,
)
from clonememoria.providers.catalog import Providers
from clonememoria.providers.guard import MAX_ATTEMPTS
from clonememoria.providers.tts import external
from clonememoria.providers.tts.base import Speech, TextToSpeech
from tests.fakes import speech_server
from tests.fakes.bodies import audio_bytes
from tests.fakes.speech_server import GZIP, HTML, REDIRECT, Answer, SpeechServer, failure

AUDIO = Path(__file__).parents[1] / "fixtures" / "audio"
HELLO_S = 0.746

needs_decoder = pytest.mark.skipif(find_spec("miniaudio") is None, reason="has no decoder here")


@pytest.fixture(scope="module")
async def running_server() -> AsyncIterator[SpeechServer]:
    async with speech_server.running() as running:
        yield running


@pytest.fixture
def server(running_server: SpeechServer) -> SpeechServer:
    running_server.reset()
    return running_server


@pytest.fixture
async def tts(server: SpeechServer) -> AsyncIterator[TextToSpeech]:
    """With all circuits closed."""
    settings = Settings(
        _env_file=None, tts_api_base_url=server.url, tts_api_key=SecretStr("the key")
    )
    providers = Providers(settings)
    yield providers.tts("external")
    await providers.aclose()


async def say(tts: TextToSpeech, text: str = "Hello") -> Speech:
    return await tts.synthesize(text, voice="anna", speed=1.25)


def test_without_an_address_it_is_not_configured() -> None:
    with pytest.raises(UnknownProvider, match="'external' is not configured here"):
        Providers(Settings(_env_file=None)).tts("external")


async def test_the_request_says_what_to_speak_and_how(
    tts: TextToSpeech, server: SpeechServer
) -> None:
    await say(tts, "Grüner Tee \ud83c")

    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/speak")
    assert request.headers["authorization"] == "Bearer the key"
    assert request.headers["accept-encoding"] == "identity"
    assert json.loads(request.body) == {
        "text": "Grüner Tee �",
        "voice": "anna",
        "voice_id": "anna",
        "speed": 1.25,
        "format": "wav",
    }


async def test_no_key_is_sent_where_none_is_set(server: SpeechServer) -> None:
    settings = Settings(
        _env_file=None, tts_api_base_url=server.url, openai_api_key=SecretStr("sk-of-openai")
    )
    providers = Providers(settings)

    await say(providers.tts("external"))
    await providers.aclose()

    assert "authorization" not in server.requests[0].headers


def as_json(**fields: str) -> Answer:
    return Answer(json.dumps(fields).encode(), "application/json")


WAV = audio_bytes("wav", 0.5)
IN_BASE64 = base64.b64encode(WAV).decode()


@pytest.mark.parametrize(
    "answer",
    [
        Answer(WAV, "audio/wav"),
        Answer(WAV, "text/plain"),
        as_json(audio_base64=IN_BASE64, format="wav"),
        as_json(audio=IN_BASE64),
    ],
    ids=["audio", "mislabelled", "audio_base64", "audio in JSON"],
)
async def test_sound_is_taken_as_bytes_or_in_json(
    tts: TextToSpeech, server: SpeechServer, answer: Answer
) -> None:
    server.plan([answer])

    speech = await say(tts)

    assert speech.duration_s == pytest.approx(0.5)
    assert speech.audio.startswith(b"RIFF")


@needs_decoder
@pytest.mark.parametrize("name", ["hello.mp3", "hello.flac", "hello.ogg"])
async def test_compressed_sound_is_decoded(
    tts: TextToSpeech, server: SpeechServer, name: str
) -> None:
    server.plan([Answer((AUDIO / name).read_bytes(), "audio/mpeg")])

    speech = await say(tts)

    assert speech.duration_s == pytest.approx(HELLO_S, abs=0.01)
    assert speech.sample_rate == 22_050
    assert "miniaudio" not in sys.modules


async def test_without_a_decoder_compressed_sound_is_refused_with_advice(
    tts: TextToSpeech, server: SpeechServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    server.plan([Answer((AUDIO / "hello.mp3").read_bytes())])

    with pytest.raises(ProviderRejected, match="let it send WAV"):
        await say(tts)


FAULTS = {
    "401": (failure(401), ProviderUnauthorized),
    "403": (failure(403), ProviderUnauthorized),
    "404": (failure(404), ProviderRejected),
    "429": (failure(429, extra="retry-after: 0\r\n"), ProviderRateLimited),
    "500": (failure(500), ProviderDown),
    "503": (failure(503), ProviderDown),
    "redirect": (REDIRECT, ProviderRejected),
    "refused": ("refuse", ProviderDown),
    "cut off": ("cut", ProviderDown),
    "packed": (GZIP, ProviderMalformed),
    "HTML": (HTML, ProviderMalformed),
    "empty": (Answer(b"", "audio/wav"), ProviderMalformed),
    "no sound": (as_json(error="sk-canary-key"), ProviderMalformed),
    "no base64": (as_json(audio="sk-canary-key!"), ProviderMalformed),
    "broken JSON": (Answer(b'{"audio": "UklG'), ProviderMalformed),
    "JSON of another kind": (Answer(b'{"audio": 5}'), ProviderMalformed),
    "broken MP3": (Answer(b"ID3 sk-canary-key"), ProviderMalformed),
    "Opus": (Answer((AUDIO / "hello.opus").read_bytes()), ProviderMalformed),
}


@pytest.mark.parametrize(("fault", "expected"), FAULTS.values(), ids=FAULTS)
async def test_a_fault_ends_in_its_error_after_three_tries_at_most(
    tts: TextToSpeech,
    server: SpeechServer,
    fault: Answer | str,
    expected: type[ProviderError],
) -> None:
    if expected is ProviderMalformed and find_spec("miniaudio") is None:
        pytest.skip("has no decoder here")
    server.plan([fault] * (MAX_ATTEMPTS + 2))

    with pytest.raises(ProviderError) as failed:
        await say(tts)

    assert type(failed.value) is expected
    assert "canary" not in "".join(traceback.format_exception(failed.value))
    is_final = issubclass(expected, ProviderRejected)
    assert len(server.requests) == (1 if is_final else MAX_ATTEMPTS)


async def test_a_server_that_hangs_is_given_up_after_one_try(server: SpeechServer) -> None:
    settings = Settings(_env_file=None, tts_api_base_url=server.url, tts_timeout_s=0.3)
    providers = Providers(settings)
    server.plan(["hang"])

    with pytest.raises(ProviderTimeout):
        await say(providers.tts("external"))
    await providers.aclose()

    assert len(server.requests) == 1


async def test_a_server_that_is_not_there_is_down() -> None:
    settings = Settings(_env_file=None, tts_api_base_url="http://127.0.0.1:9/speak")
    providers = Providers(settings)

    with pytest.raises(ProviderDown):
        await say(providers.tts("external"))
    await providers.aclose()


async def test_a_server_that_recovers_meanwhile_is_not_noticed(
    tts: TextToSpeech, server: SpeechServer
) -> None:
    server.plan([failure(500), "cut"])

    assert (await say(tts)).duration_s > 0.2


async def test_a_body_without_end_is_not_read_to_it(
    tts: TextToSpeech, server: SpeechServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clonememoria.providers.http.MAX_BODY_BYTES", 1000)
    monkeypatch.setattr(external, "MAX_BODY_BYTES", 1000)
    server.plan([Answer(WAV, "audio/wav")] * MAX_ATTEMPTS)

    with pytest.raises(ProviderMalformed):
        await say(tts)


@pytest.mark.parametrize(
    "listed",
    [b'["anna", "default", "bert"]', b'[{"id": "anna", "name": "Anna"}, {"id": "bert"}]'],
)
async def test_voices_are_those_that_the_server_lists(
    tts: TextToSpeech, server: SpeechServer, listed: bytes
) -> None:
    server.voices = Answer(listed, "application/json")

    assert await tts.voices() == ["default", "anna", "bert"]
    assert server.requests[-1].path == "/speak/voices"


@pytest.mark.parametrize("answer", [failure(404), failure(500), HTML, GZIP, Answer(b'{"a": 1}')])
async def test_a_server_that_lists_no_voices_has_the_default_one(
    tts: TextToSpeech, server: SpeechServer, answer: Answer
) -> None:
    server.voices = answer

    assert await tts.voices() == ["default"]


@pytest.mark.parametrize("fault", ["refuse", "hang"])
async def test_a_server_that_is_not_there_does_not_look_healthy(
    tts: TextToSpeech, server: SpeechServer, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(external, "VOICES_TIMEOUT_S", 0.3)
    server.voices = fault

    with pytest.raises(ProviderDown):
        await tts.voices()


async def test_the_default_voice_is_the_setting(server: SpeechServer) -> None:
    settings = Settings(_env_file=None, tts_api_base_url=server.url, tts_default_voice_id="bert")
    providers = Providers(settings)

    assert await providers.tts("external").voices() == ["bert"]
    await providers.aclose()
