"""Making clones for tests that are about something else."""

from tests.conftest import Person
from tests.eventually import eventually


async def create_clone(owner: Person, *, slug_name: str = "Dr. Heart", **fields: object) -> str:
    """The id of a new clone."""
    answer = await owner.http.post("/api/clones", json={"name": slug_name, **fields})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def prepared(owner: Person, clone_id: object) -> dict[str, object]:
    """The clone, when its memory is: from then on nothing of it changes by itself."""

    async def look() -> dict[str, object]:
        found: dict[str, object] = (await owner.http.get(f"/api/clones/{clone_id}")).json()
        return found

    return await eventually(look, lambda clone: clone["rag_status"] == "ready")
