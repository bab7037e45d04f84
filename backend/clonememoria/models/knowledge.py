"""Documents, their original bytes, their chunks, and the vectors of these."""

from datetime import date, datetime
from uuid import UUID

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    Sequence,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from clonememoria.models.base import Base, Id, Instant


class Document(Base):
    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("clone_id", "content_hash"),
        Index(
            "ix_documents_unfinished",
            "updated_at",
            postgresql_where=text("status in ('pending', 'processing')"),
        ),
        Index(
            "ix_documents_refreshed",
            "checked_at",
            postgresql_where=text("refresh_interval_hours is not null"),
        ),
    )

    id: Mapped[Id]
    clone_id: Mapped[UUID] = mapped_column(ForeignKey("clones.id", ondelete="CASCADE"))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(Text)
    source_type: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text, default="document")
    mime_type: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    size_bytes: Mapped[int]
    content_hash: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, default="pending")
    stage: Mapped[str] = mapped_column(Text, default="queued")
    progress_percentage: Mapped[int] = mapped_column(default=0)
    error_message: Mapped[str | None] = mapped_column(Text)
    page_count: Mapped[int | None]
    chunk_count: Mapped[int] = mapped_column(default=0)
    visibility: Mapped[str] = mapped_column(Text, default="public")
    # Starts of processing, raised before the work: a file that kills its worker stops at three.
    attempts: Mapped[int] = mapped_column(default=0)
    # Of the latest start: one that went before it may still run, and must write nothing.
    claim_id: Mapped[UUID | None]
    # What the chunks are found by besides their own text: re-embedding needs no file.
    indexed_title: Mapped[str | None] = mapped_column(Text)
    # Whose text and chunks are this document's: of the version before, while a new one is read.
    build_id: Mapped[int | None] = mapped_column(BigInteger)
    # From rates measured on the way; null where there is nothing to say.
    seconds_left: Mapped[int | None]
    # Of web pages: their own name for themselves, and what asking again needs to know.
    canonical_url: Mapped[str | None] = mapped_column(Text)
    refresh_interval_hours: Mapped[int | None]
    checked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    etag: Mapped[str | None] = mapped_column(Text)
    last_modified: Mapped[str | None] = mapped_column(Text)
    # The content_hash of what answers: a page may have been fetched, and not been read yet.
    indexed_hash: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]


class DocumentFilePart(Base):
    """The original upload in pieces of 1 MiB: no row is large, and any worker can read it."""

    __tablename__ = "document_file_parts"

    document_id: Mapped[UUID] = mapped_column(
        ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True
    )
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    owner_id: Mapped[UUID]
    data: Mapped[bytes] = mapped_column(LargeBinary)


BUILDS = Sequence("builds", metadata=Base.metadata)


class HiddenBuild(Base):
    """A row here hides the chunks of a build from every search: it grows, or waits to be removed.

    The claim that writes it is null once nobody does.
    """

    __tablename__ = "hidden_builds"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    document_id: Mapped[UUID] = mapped_column(
        ForeignKey("documents.id", ondelete="CASCADE"), index=True
    )
    clone_id: Mapped[UUID] = mapped_column(index=True)
    owner_id: Mapped[UUID]
    claim_id: Mapped[UUID | None]


class DocumentText(Base):
    """What was read of a document, in parts of a million characters, as offsets count."""

    __tablename__ = "document_texts"

    build_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document_id: Mapped[UUID] = mapped_column(
        ForeignKey("documents.id", ondelete="CASCADE"), index=True
    )
    owner_id: Mapped[UUID]
    text: Mapped[str] = mapped_column(Text)


class Chunk(Base):
    __tablename__ = "chunks"
    __table_args__ = (UniqueConstraint("build_id", "chunk_index"),)

    id: Mapped[Id]
    document_id: Mapped[UUID] = mapped_column(
        ForeignKey("documents.id", ondelete="CASCADE"), index=True
    )
    build_id: Mapped[int] = mapped_column(BigInteger)
    clone_id: Mapped[UUID] = mapped_column(index=True)
    owner_id: Mapped[UUID]
    chunk_index: Mapped[int]
    content: Mapped[str] = mapped_column(Text)
    heading_path: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    page_number: Mapped[int | None]
    char_start: Mapped[int]
    char_end: Mapped[int]
    token_count: Mapped[int]


class ChunkLexemes(Base):
    """The words of a chunk, apart from its text: ranking reads all of a clone's, and only these.

    With the text in the same row the words went out of line, and ranking 10,000 chunks took
    99 ms instead of 12.
    """

    __tablename__ = "chunk_lexemes"

    chunk_id: Mapped[UUID] = mapped_column(
        ForeignKey("chunks.id", ondelete="CASCADE"), primary_key=True
    )
    clone_id: Mapped[UUID] = mapped_column(index=True)
    owner_id: Mapped[UUID]
    build_id: Mapped[int] = mapped_column(BigInteger)
    length: Mapped[int]
    lexemes: Mapped[str] = mapped_column(TSVECTOR)


class EmbeddingSpace(Base):
    """Vectors can be compared within one space, and never across two."""

    __tablename__ = "embedding_spaces"
    __table_args__ = (UniqueConstraint("provider", "model", "dimensions"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    dimensions: Mapped[int]
    created_at: Mapped[Instant]


class ChunkEmbedding(Base):
    """A vector of a chunk in one space. The column has no dimension of its own: spaces differ."""

    __tablename__ = "chunk_embeddings"
    __table_args__ = (Index("ix_chunk_embeddings_clone_id_space_id", "clone_id", "space_id"),)

    chunk_id: Mapped[UUID] = mapped_column(
        ForeignKey("chunks.id", ondelete="CASCADE"), primary_key=True
    )
    space_id: Mapped[int] = mapped_column(ForeignKey("embedding_spaces.id"), primary_key=True)
    clone_id: Mapped[UUID]
    owner_id: Mapped[UUID]
    build_id: Mapped[int] = mapped_column(BigInteger)
    embedding: Mapped[list[float]] = mapped_column(HALFVEC())


class KeptVector(Base):
    """What a text became in a space: the same text costs its owner no second call.

    No text is here, and nothing is searched here: a vector is found by the hash of its text alone.
    """

    __tablename__ = "kept_vectors"

    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    space_id: Mapped[int] = mapped_column(ForeignKey("embedding_spaces.id"), primary_key=True)
    text_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    embedding: Mapped[list[float]] = mapped_column(HALFVEC())
    used_on: Mapped[date] = mapped_column(server_default=func.current_date(), index=True)


class Reembedding(Base):
    """Of a clone whose settings ask for another embedding than the one that serves."""

    __tablename__ = "reembeddings"

    clone_id: Mapped[UUID] = mapped_column(
        ForeignKey("clones.id", ondelete="CASCADE"), primary_key=True
    )
    owner_id: Mapped[UUID]
    provider: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    claim_id: Mapped[UUID | None]
    # Starts since vectors were last stored, raised before the work.
    attempts: Mapped[int] = mapped_column(default=0)
    progress_percentage: Mapped[int] = mapped_column(default=0)
    # Set when it was given up: the old vectors go on serving.
    error_message: Mapped[str | None] = mapped_column(Text)
    updated_at: Mapped[Instant]
