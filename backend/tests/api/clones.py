"""Making clones for tests that are about something else."""

from tests.conftest import Person


async def create_clone(owner: Person, *, slug_name: str = "Dr. Heart", **fields: object) -> str:
    """The id of a new clone."""
    answer = await owner.http.post("/api/clones", json={"name": slug_name, **fields})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
