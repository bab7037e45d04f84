"""Documents, their original bytes, their chunks, and the vectors of these."""

from uuid import UUID

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, deferred, mapped_column

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
    content: Mapped[str | None] = deferred(mapped_column(Text), raiseload=True)
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


class Chunk(Base):
    __tablename__ = "chunks"
    __table_args__ = (UniqueConstraint("document_id", "chunk_index"),)

    id: Mapped[Id]
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
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
    embedding: Mapped[list[float]] = mapped_column(HALFVEC())


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
