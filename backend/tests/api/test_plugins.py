"""A package of somebody else's is installed, and its providers are there as ours are."""

import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from clonememoria.core.config import Settings
from clonememoria.core.errors import CannotStart
from clonememoria.providers.registry import VENDORS, Registry, Vendor
from tests.api.clones import create_clone
from tests.api.documents import read
from tests.conftest import Person
from tests.house.sources import ROOT

EXAMPLE = ROOT / "docs" / "examples" / "clonememoria-parrot"


@pytest.fixture(scope="session")
def site_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example in it, installed as any package is."""
    target = tmp_path_factory.mktemp("site-packages")
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--target", str(target)]
    subprocess.run([*command, "--no-deps", "--no-build-isolation", str(EXAMPLE)], check=True)
    return target


@pytest.fixture(autouse=True)
def installed(site_packages: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(site_packages))
    yield
    for name in [name for name in sys.modules if name.startswith("clonememoria_parrot")]:
        monkeypatch.delitem(sys.modules, name)


async def test_a_clone_is_built_on_the_providers_of_a_package(ada: Person) -> None:
    clone = await create_clone(
        ada, llm_provider="parrot", embedding_provider="letters", tts_provider="beeps"
    )
    await read(ada, clone, "Parrots live for eighty years.")

    answer = (await ada.http.post(f"/api/chat/{clone}", json={"content": "Who is it?"})).json()
    found = await ada.http.post(f"/api/clones/{clone}/search", json={"query": "rats prot"})
    speech = (await ada.http.post(f"/api/chat/tts/{clone}", json={"text": "One two."})).json()

    assert (answer["message"], answer["provider"], answer["model"]) == (
        "Who is it? ",
        "parrot",
        "grey",
    )
    assert found.json()["results"][0]["dense_score"] > 0.5
    assert (speech["provider"], speech["sample_rate"]) == ("beeps", 16_000)
    assert speech["duration_seconds"] == pytest.approx(0.4)
    assert b64decode(speech["audio_base64"])[:4] == b"RIFF"


async def test_they_are_listed_and_tested_as_ours_are(ada: Person) -> None:
    listed = (await ada.http.get("/api/providers")).json()
    tests = [
        (await ada.http.post(f"/api/providers/{kind}/{name}/test")).status_code
        for kind, name in (("llm", "parrot"), ("embedding", "letters"), ("tts", "beeps"))
    ]

    parrot = next(provider for provider in listed["llm"] if provider["name"] == "parrot")
    assert (parrot["configured"], parrot["circuit"], parrot["models"]) == (
        True,
        "closed",
        ["grey"],
    )
    assert tests == [200, 200, 200]


def test_no_package_answers_in_the_name_of_another(settings: Settings) -> None:
    imposter = Vendor("openai", "somebody.else:Model")

    with pytest.raises(CannotStart, match="Two installed packages have a provider 'openai'"):
        Registry([*VENDORS["llm"], imposter], settings)
