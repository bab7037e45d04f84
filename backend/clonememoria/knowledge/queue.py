"""Jobs for the worker, written in the caller's own transaction; knows nothing of the work itself.

See docs/adr/0006-ingestion-queue.md.
"""

from dataclasses import dataclass
from typing import Final, Self
from uuid import UUID

from asyncpg import Connection
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.core.db import Database, driver_connection

INGEST: Final = "ingest"
# A document without a job for this long has lost it: its queue row fell to a database crash.
ORPHANED_AFTER_S: Final = 30
STALLED_AFTER_S: Final = 60


@dataclass(frozen=True, slots=True)
class IngestJob:
    """Which document to process, and in whose name: the worker sees only that owner's rows."""

    document_id: UUID
    owner_id: UUID

    def encode(self) -> bytes:
        return f"{self.document_id} {self.owner_id}".encode()

    @classmethod
    def decode(cls, payload: bytes | None) -> Self:
        document_id, owner_id = (payload or b"").decode().split()
        return cls(UUID(document_id), UUID(owner_id))


async def enqueue(session: AsyncSession, job: IngestJob) -> None:
    """The job exists if, and only if, the caller's transaction commits."""
    queries = queries_on(await driver_connection(session))
    await queries.enqueue(INGEST, job.encode())


def queries_on(connection: Connection) -> Queries:
    return Queries(AsyncpgDriver(connection))


_STALLED = text("""
    select bool_or(waits_since < clock_timestamp() - make_interval(secs => :patience))
       and not bool_or(status = 'picked'
                       and heartbeat > clock_timestamp() - make_interval(secs => :patience))
    from (
        select *, case status when 'queued' then execute_after else heartbeat end as waits_since
        from pgqueuer where entrypoint = :entrypoint and status in ('queued', 'picked')
    ) jobs""")


async def is_stalled(session: AsyncSession) -> bool:
    """Jobs wait, and no worker anywhere has given a sign of life."""
    parameters = {"entrypoint": INGEST, "patience": STALLED_AFTER_S}
    return bool(await session.scalar(_STALLED, parameters))


_ORPHANS = text("""
    select id, owner_id from documents
    where status in ('pending', 'processing')
      and updated_at < clock_timestamp() - make_interval(secs => :age)
      and not exists (
          select from pgqueuer
          where entrypoint = :entrypoint
            and payload = convert_to(documents.id || ' ' || documents.owner_id, 'UTF8'))
    limit 100
    for update skip locked""")


async def requeue_orphans(database: Database) -> int:
    """Give a job to each document that waits for one which no longer exists; return how many."""
    parameters = {"age": ORPHANED_AFTER_S, "entrypoint": INGEST}
    async with database.as_system() as session:
        orphans = (await session.execute(_ORPHANS, parameters)).all()
        for document_id, owner_id in orphans:
            await enqueue(session, IngestJob(document_id, owner_id))
    return len(orphans)
