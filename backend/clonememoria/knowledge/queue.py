"""Jobs for the worker, written in the caller's own transaction; knows nothing of the work itself.

See docs/adr/0006-ingestion-queue.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar, Final, Self
from uuid import UUID

from asyncpg import Connection
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries
from sqlalchemy import text
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


class FirstIngestJob(IngestJob):
    """Of an owner who had nothing in line: each worker has one place more for these."""

    entrypoint = "ingest_first"


class RefreshJob(IngestJob):
    """Of a web page that is due: in a line of its own, which nobody's upload waits for."""

    entrypoint = "refresh"


INGESTION: Final = [IngestJob.entrypoint, FirstIngestJob.entrypoint]


class ReembedJob(Job):
    """Its subject is a clone."""

    entrypoint = "reembed"


class FillTiersJob(Job):
    """Its subject is a clone."""

    entrypoint = "fill_tiers"


class InitializeJob(Job):
    """Its subject is a clone."""

    entrypoint = "initialize"


async def enqueue(session: AsyncSession, *jobs: Job) -> None:
    """The jobs exist if, and only if, the caller's transaction commits."""
    await _insert(session, jobs, priorities=[0] * len(jobs))


async def _insert(session: AsyncSession, jobs: Sequence[Job], *, priorities: list[int]) -> None:
    queries = queries_on(await driver_connection(session))
    await queries.enqueue(
        [job.entrypoint for job in jobs], [job.encode() for job in jobs], priorities
    )


# The rows stay locked until the commit, and workers pass over them: so the jobs begin after that.
_HASTEN = text("""
    update pgqueuer set execute_after = clock_timestamp()
    where status = 'queued' and payload = any(cast(:payloads as bytea[]))
      and entrypoint = any(cast(:entrypoints as text[]))
    returning payload""")


async def enqueue_once(session: AsyncSession, job: Job) -> None:
    """As `enqueue`, or have a job like it at once that waits already, be it to be retried."""
    like_it = {"payloads": [job.encode()], "entrypoints": [job.entrypoint]}
    if (await session.execute(_HASTEN, like_it)).first() is None:
        await enqueue(session, job)


# A document's turn is the present one, and one more for each that its owner has in line: start-time
# fair queueing (Goyal, Vin, Cheng 1996, SIGCOMM). Priorities are turns below zero.
_STANDING = text("""
    select coalesce(
               (select priority from pgqueuer
                where status = 'queued' and entrypoint = any(cast(:entrypoints as text[]))
                  and execute_after <= clock_timestamp()
                order by priority desc limit 1),
               (select min(priority) from pgqueuer
                where status = 'picked' and entrypoint = any(cast(:entrypoints as text[]))),
               0) as present,
           (select count(*) from documents
            where owner_id = :owner_id and status in ('pending', 'processing')
              and id <> all(cast(:ids as uuid[]))) as before""")


async def enqueue_documents(session: AsyncSession, ids: Sequence[UUID], *, owner_id: UUID) -> None:
    """As `enqueue_once`, in turn with the documents of other owners."""
    jobs = [IngestJob(document_id, owner_id) for document_id in ids]
    like_them = {"payloads": [job.encode() for job in jobs], "entrypoints": INGESTION}
    waiting = set(await session.scalars(_HASTEN, like_them))
    new = [job for job in jobs if job.encode() not in waiting]
    if not new:
        return
    standing = {"owner_id": owner_id, "ids": list(ids), "entrypoints": INGESTION}
    present, before = (await session.execute(_STANDING, standing)).one()
    if not before:
        new[0] = FirstIngestJob(new[0].subject_id, owner_id)
    first = present - before
    await _insert(session, new, priorities=[first - place for place in range(len(new))])


async def enqueue_distinct(session: AsyncSession, jobs: Sequence[Job]) -> int:
    """As `enqueue`, but for those that wait already or are at work; return how many are new."""
    queries = queries_on(await driver_connection(session))
    ids = await queries.enqueue(
        [job.entrypoint for job in jobs],
        [job.encode() for job in jobs],
        [0] * len(jobs),
        dedupe_key=[f"{job.entrypoint} {job.subject_id}" for job in jobs],
        on_conflict="skip",
    )
    return sum(job_id is not None for job_id in ids)


def queries_on(connection: Connection) -> Queries:
    return Queries(AsyncpgDriver(connection))


_STALLED = text("""
    select exists (select from pgqueuer
                   where status = 'queued' and execute_after < silence.since
                      or status = 'picked' and heartbeat < silence.since)
       and not exists (select from pgqueuer
                       where status = 'picked' and heartbeat > silence.since)
       and not exists (select from pgqueuer_log
                       where created > silence.since and status <> 'queued')
    from (select clock_timestamp() - make_interval(secs => :patience) as since) silence""")


async def is_stalled(session: AsyncSession, *, patience_s: float = STALLED_AFTER_S) -> bool:
    """Jobs wait, and no worker anywhere has given a sign of life."""
    return bool(await session.scalar(_STALLED, {"patience": patience_s}))


_LOST_DOCUMENTS = text("""
    select owner_id, id from documents
    where status in ('pending', 'processing')
      and updated_at < clock_timestamp() - make_interval(secs => :age)
      and not exists (
          select from pgqueuer
          where entrypoint in ('ingest', 'ingest_first', 'refresh')
            and payload = convert_to(documents.id || ' ' || documents.owner_id, 'UTF8'))
    order by owner_id, id
    for update skip locked""")

_LOST_REEMBEDDINGS = text("""
    select clone_id, owner_id from reembeddings
    where error_message is null
      and updated_at < clock_timestamp() - make_interval(secs => :age)
      and not exists (
          select from pgqueuer
          where entrypoint = 'reembed'
            and payload = convert_to(clone_id || ' ' || owner_id, 'UTF8'))
    for update skip locked""")

# Also of a clone that was made while no job could be stored, and of those older than these jobs.
_LOST_INITIALIZATIONS = text("""
    select id, creator_id from clones
    where rag_enabled and rag_initialized_at is null
      and updated_at < clock_timestamp() - make_interval(secs => :age)
      and not exists (
          select from pgqueuer
          where entrypoint = 'initialize'
            and payload = convert_to(clones.id || ' ' || creator_id, 'UTF8'))
    for update skip locked""")

_LOST: Final = (
    (_LOST_REEMBEDDINGS, ReembedJob),
    (_LOST_INITIALIZATIONS, InitializeJob),
)


# Two sweeps at the same time would give two jobs to each.
_SWEEP_ALONE = text("select pg_advisory_xact_lock(hashtextextended('requeue orphans', 0))")


async def requeue_orphans(database: Database) -> int:
    """Give a job to all that waits for one which no longer exists; return how many."""
    async with database.as_system() as session:
        await session.execute(_SWEEP_ALONE)
        count = await _requeue_documents(session)
        for lost, kind in _LOST:
            orphans = (await session.execute(lost, {"age": ORPHANED_AFTER_S})).all()
            if orphans:
                await enqueue(session, *(kind(*orphan) for orphan in orphans))
            count += len(orphans)
    return count


async def _requeue_documents(session: AsyncSession) -> int:
    orphans = (await session.execute(_LOST_DOCUMENTS, {"age": ORPHANED_AFTER_S})).all()
    for owner_id, owned in groupby(orphans, key=lambda orphan: orphan.owner_id):
        await enqueue_documents(session, [orphan.id for orphan in owned], owner_id=owner_id)
    return len(orphans)


_TRIM = text(
    "delete from pgqueuer_log where created < clock_timestamp() - make_interval(hours => :hours)"
)


async def trim_log(database: Database) -> None:
    """The queue notes each change of each job, and never forgets one by itself."""
    async with database.as_system() as session:
        await session.execute(_TRIM, {"hours": LOG_KEPT_H})
