"""Importing a folder: beside a server and alone, twice, and with all that can be wrong with it."""

import asyncio
import dataclasses
import os
import re
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from uuid import UUID

import pytest

from clonememoria.accounts.budgets import Budgets
from clonememoria.console import ImportOrder, carry_out
from clonememoria.core.config import Settings
from clonememoria.knowledge.dependencies import Payer
from clonememoria.knowledge.folder import list_folder
from clonememoria.knowledge.importing import (
    OWN_WORKER,
    Destination,
    FolderImport,
    Outcome,
    UnknownClone,
    named_clone,
)
from clonememoria.knowledge.schemas import Visibility
from clonememoria.knowledge.worker import running_worker
from tests.api.clones import create_clone
from tests.api.documents import documents_url, found_by, read
from tests.conftest import Person, Serve, ServedApp, register

RUN = "from clonememoria.cli import app; app()"
FILES = {
    "hours.md": b"# Hours\n\nOpen at eight.",
    "old/hours.txt": b"# Hours\n\nOpen at eight.",
    "known.txt": b"A visit costs ten.",
    "empty.txt": b"",
    "photo.png": b"\x89PNG\r\n" + bytes(100),
    "spaces.txt": b" \n ",
    "large.txt": b"x" * (1024 * 1024 + 1),
    ".hidden": b"not to be read",
}
REFUSED = ("empty.txt", "photo.png", "large.txt")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"max_upload_mb": 1})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    for name, data in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


class Notebook:
    """Listens, and writes down."""

    def __init__(self) -> None:
        self.heard: list[Outcome] = []
        self.notes: list[str] = []

    def hear(self, outcome: Outcome) -> None:
        self.heard.append(outcome)

    def note(self, sentence: str) -> None:
        self.notes.append(sentence)

    @property
    def fates(self) -> dict[str, str]:
        """The last of each file."""
        return {str(outcome.path): outcome.fate for outcome in self.heard}

    def reason(self, name: str) -> str:
        return next(o.reason for o in reversed(self.heard) if str(o.path) == name)


class Importing:
    """Of a folder into a clone, in the process of a server that may have no worker."""

    def __init__(self, folder: Path, served: ServedApp) -> None:
        self._folder = folder
        self._state = served.app.state

    async def run(
        self, clone_id: str, *, visibility: Visibility = "public", rehearse: bool = False
    ) -> Notebook:
        state, notebook = self._state, Notebook()
        clone = await named_clone(state.database, clone_id)
        payer = Payer(clone, state.database, state.providers.prices, Budgets())
        importing = FolderImport(
            self._folder,
            Destination(payer, visibility, state.settings.max_upload_mb * 1024 * 1024),
            listener=notebook,
            hire=lambda: running_worker(
                database=state.database,
                providers=state.providers,
                settings=state.settings,
                metrics=state.metrics,
            ),
            patience_s=0.5 if not state.settings.worker_inline else 30,
        )
        files = list_folder(self._folder, pattern="*").files
        await (importing.rehearse(files) if rehearse else importing.run(files))
        return notebook


async def test_a_folder_becomes_documents_once(
    folder: Path, ada: Person, served: ServedApp
) -> None:
    clone_id = await create_clone(ada)
    await read(ada, clone_id, FILES["known.txt"].decode())
    importing = Importing(folder, served)
    rehearsal = await importing.run(clone_id, rehearse=True)
    hours = ("hours.md", "old/hours.txt")
    assert sorted(rehearsal.fates[name] for name in hours) == ["added", "skipped"]
    assert rehearsal.fates["known.txt"] == "skipped"
    assert {rehearsal.fates[name] for name in REFUSED} == {"failed"}
    assert len((await ada.http.get(documents_url(clone_id))).json()) == 1

    first = await importing.run(clone_id, visibility="private")
    assert sorted(first.fates[name] for name in hours) == ["completed", "skipped"]
    assert first.fates["known.txt"] == "skipped"
    assert {first.fates[name] for name in (*REFUSED, "spaces.txt")} == {"failed"}
    assert "PNG" in first.reason("photo.png")
    assert "no text" in first.reason("spaces.txt")
    assert "larger than 1 MB" in first.reason("large.txt")
    assert first.notes == []
    listed = (await ada.http.get(documents_url(clone_id))).json()
    # What was refused is in the report alone: a list full of photos helps nobody.
    assert {document["status"] for document in listed} == {"completed", "failed"}
    assert len(listed) == 3
    [imported] = [document for document in listed if document["title"].startswith("hours")]
    assert (imported["visibility"], imported["source_type"]) == ("private", "file")
    assert await found_by(ada, clone_id, "eight") == [imported["id"]]

    second = await importing.run(clone_id)
    assert set(second.fates.values()) == {"skipped", "failed"}
    assert len((await ada.http.get(documents_url(clone_id))).json()) == 3


async def test_an_import_that_is_alone_processes_the_files_itself(
    folder: Path, serve: Serve, settings: Settings
) -> None:
    served = await serve(settings.model_copy(update={"worker_inline": False}))
    eve = await register(served.url, "eve@example.org")
    clone_id = await create_clone(eve)
    notebook = await Importing(folder, served).run(clone_id)
    assert notebook.notes == [OWN_WORKER]
    assert notebook.fates["known.txt"] == "completed"
    await eve.http.aclose()


async def test_a_clone_is_named_by_its_slug_or_id_and_the_unknown_one_is_told_of_the_others(
    ada: Person, bob: Person, served: ServedApp
) -> None:
    database = served.app.state.database
    hearts = [await create_clone(person) for person in (ada, bob)]
    other = await create_clone(ada, slug_name="Dr. Lung")
    assert (await named_clone(database, hearts[0])).id == UUID(hearts[0])
    slug = (await ada.http.get(f"/api/clones/{hearts[0]}")).json()["slug"]
    assert (await named_clone(database, slug)).id == UUID(hearts[0])
    assert (await named_clone(database, "dr. lung")).id == UUID(other)
    with pytest.raises(UnknownClone) as several:
        await named_clone(database, "Dr. Heart")
    named = str(several.value)
    assert ("of ada@" in named, "of bob@" in named, "Lung" in named) == (True, True, False)
    with pytest.raises(UnknownClone, match=r"Dr\. Lung"):
        await named_clone(database, "dr-foot")


async def test_the_report_and_the_exit_code_tell_what_became_of_each_file(
    folder: Path, ada: Person, settings: Settings, *, capsys: pytest.CaptureFixture[str]
) -> None:
    clone_id = await create_clone(ada)
    (folder / "a\x1b[31m.md").write_text("A name that a terminal would obey.")

    async def run(**changes: object) -> tuple[int, str]:
        order = ImportOrder(folder, clone_id, pattern="*", visibility="public", is_rehearsal=False)
        code = await carry_out(dataclasses.replace(order, **changes), settings)  # type: ignore[arg-type]  # any field
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    code, shown = await run(pattern="*.md", is_rehearsal=True)
    assert (code, table_of(shown)["would be added"]) == (0, "2")
    code, shown = await run(pattern="*.md")
    assert (code, table_of(shown)["added"]) == (0, "2")
    assert "\ncompleted a\N{REPLACEMENT CHARACTER}[31m.md\n" in shown
    assert "\nleft out  .hidden: hidden\n" in shown
    code, shown = await run()
    assert (code, table_of(shown)["skipped (already there)"]) == (1, "3")
    assert "photo.png: This file is a PNG image" in " ".join(shown.split())
    code, shown = await run(clone="nobody")
    assert (code, "Dr. Heart" in shown) == (2, True)
    code, shown = await run(folder=folder / "nothing")
    assert (code, shown) == (2, f"There is no folder {folder}/nothing\n")


def table_of(shown: str) -> dict[str, str]:
    """Its labels and counts."""
    rows = re.findall(r"^  (\S.*?\S) {2,}(\d+) ", shown, re.MULTILINE)
    return dict(rows)


async def test_the_command_works_beside_a_server(
    folder: Path, ada: Person, settings: Settings
) -> None:
    clone_id = await create_clone(ada)
    assert settings.database_url
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "CLONEMEMORIA_DATA_DIR": str(settings.data_dir),
    }
    arguments = ("import", str(folder), "--clone", clone_id, "--pattern", "*.md", "--private")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", RUN, *arguments), env=environment, stdout=PIPE, stderr=PIPE
    )
    output, errors = await process.communicate()
    assert (process.returncode, errors, table_of(output.decode())["added"]) == (0, b"", "1")
    [document] = (await ada.http.get(documents_url(clone_id))).json()
    assert (document["title"], document["visibility"]) == ("hours.md", "private")
