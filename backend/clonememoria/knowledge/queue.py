"""Jobs for the worker, written in the caller's own transaction; knows nothing of the work itself.

See docs/adr/0006-ingestion-queue.md.
"""

from dataclasses import dataclass
from typing import ClassVar, Final, Self
from uuid import UUID

from asyncpg import Connection
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.core.db import Database, driver_connection

# A document without a job for this long has lost it: its queue row fell to a database crash.
ORPHANED_AFTER_S: Final = 30
STALLED_AFTER_S: Final = 60
LOG_KEPT_H: Final = 24


@dataclass(frozen=True, slots=True)
class Job:
    """What to work on, and in whose name: the worker sees only that owner's rows."""

    entrypoint: ClassVar[str]

    subject_id: UUID
    owner_id: UUID

    def encode(self) -> bytes:
        return f"{self.subject_id} {self.owner_id}".encode()

    @classmethod
    def decode(cls, payload: bytes | None) -> Self:
        subject_id, owner_id = (payload or b"").decode().split()
        return cls(UUID(subject_id), UUID(owner_id))


class IngestJob(Job):
    """Its subject is a document."""

    entrypoint = "ingest"


class ReembedJob(Job):
    """Its subject is a clone."""

    entrypoint = "reembed"


class FillTiersJob(Job):
    """Its subject is a clone."""

    entrypoint = "fill_tiers"


async def enqueue(session: AsyncSession, job: Job) -> None:
    """The job exists if, and only if, the caller's transaction commits."""
    queries = queries_on(await driver_connection(session))
    await queries.enqueue(job.entrypoint, job.encode())


# The row stays locked until the commit, and workers pass over it: so the job begins after that.
_HASTEN = text("""
    update pgqueuer set execute_after = clock_timestamp()
    where entrypoint = :entrypoint and payload = :payload and status = 'queued'
    returning id""")


async def enqueue_once(session: AsyncSession, job: Job) -> None:
    """As `enqueue`, or have a job like it at once that waits already, be it to be retried."""
    like_it = {"entrypoint": job.entrypoint, "payload": job.encode()}
    if (await session.execute(_HASTEN, like_it)).first() is None:
        await enqueue(session, job)


def queries_on(connection: Connection) -> Queries:
    return Queries(AsyncpgDriver(connection))


_STALLED = text("""
    select bool_or(waits_since < clock_timestamp() - make_interval(secs => :patience))
       and not bool_or(status = 'picked'
                       and heartbeat > clock_timestamp() - make_interval(secs => :patience))
    from (
        select *, case status when 'queued' then execute_after else heartbeat end as waits_since
        from pgqueuer where status in ('queued', 'picked')
    ) jobs""")


async def is_stalled(session: AsyncSession) -> bool:
    """Jobs wait, and no worker anywhere has given a sign of life."""
    return bool(await session.scalar(_STALLED, {"patience": STALLED_AFTER_S}))


_LOST_DOCUMENTS = text("""
    select id, owner_id from documents
    where status in ('pending', 'processing')
      and updated_at < clock_timestamp() - make_interval(secs => :age)
      and not exists (
          select from pgqueuer
          where entrypoint = 'ingest'
            and payload = convert_to(documents.id || ' ' || documents.owner_id, 'UTF8'))
    limit 100
    for update skip locked""")

_LOST_REEMBEDDINGS = text("""
    select clone_id, owner_id from reembeddings
    where error_message is null
      and updated_at < clock_timestamp() - make_interval(secs => :age)
      and not exists (
          select from pgqueuer
          where entrypoint = 'reembed'
            and payload = convert_to(clone_id || ' ' || owner_id, 'UTF8'))
    limit 100
    for update skip locked""")


async def requeue_orphans(database: Database) -> int:
    """Give a job to all that waits for one which no longer exists; return how many."""
    documents = await _requeue(database, _LOST_DOCUMENTS, IngestJob)
    return documents + await _requeue(database, _LOST_REEMBEDDINGS, ReembedJob)


async def _requeue(database: Database, lost: TextClause, kind: type[Job]) -> int:
    async with database.as_system() as session:
        orphans = (await session.execute(lost, {"age": ORPHANED_AFTER_S})).all()
        for subject_id, owner_id in orphans:
            await enqueue(session, kind(subject_id, owner_id))
    return len(orphans)


_TRIM = text(
    "delete from pgqueuer_log where created < clock_timestamp() - make_interval(hours => :hours)"
)


async def trim_log(database: Database) -> None:
    """The queue notes each change of each job, and never forgets one by itself."""
    async with database.as_system() as session:
        await session.execute(_TRIM, {"hours": LOG_KEPT_H})
