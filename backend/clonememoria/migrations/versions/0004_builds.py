"""Builds of a document's index, texts in parts, kept vectors, web pages, prepared memories."""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC

revision = "0004"
down_revision = "0003"

INDEXED = ("chunks", "chunk_lexemes", "chunk_embeddings")
# Postgres has at most 1 GB for a value, and a driver holds it twice.
TEXT_PART_CHARS = 1_000_000


def upgrade() -> None:
    # Row security binds an owner who is no superuser, too: without this it would move no rows.
    op.execute("select set_config('app.scope', 'system', true)")
    _number_builds()
    _cut_texts()
    _keep_vectors()
    _describe_pages_and_memories()


def _number_builds() -> None:
    """What is indexed now is the first build of its document."""
    op.execute("create sequence builds")
    op.execute("grant usage on sequence builds to clonememoria_app")
    op.add_column("documents", sa.Column("build_id", sa.BigInteger))
    op.execute("alter table documents disable trigger announce")
    op.execute("update documents set build_id = nextval('builds') where chunk_count > 0")
    op.execute("alter table documents enable trigger announce")
    for table in INDEXED:
        op.add_column(table, sa.Column("build_id", sa.BigInteger))
    op.execute("""
        update chunks set build_id = documents.build_id
        from documents where documents.id = document_id""")
    for table in INDEXED[1:]:
        op.execute(f"""
            update {table} set build_id = chunks.build_id
            from chunks where chunks.id = chunk_id""")  # noqa: S608 - names of our own
    for table in INDEXED:
        op.alter_column(table, "build_id", nullable=False)
    op.drop_constraint("uq_chunks_document_id_chunk_index", "chunks")
    op.create_unique_constraint(
        "uq_chunks_build_id_chunk_index", "chunks", ["build_id", "chunk_index"]
    )
    op.create_index("ix_chunks_document_id", "chunks", ["document_id"])
    op.create_table(
        "hidden_builds",
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("document_id", sa.Uuid, nullable=False),
        sa.Column("clone_id", sa.Uuid, nullable=False),
        sa.Column("owner_id", sa.Uuid, nullable=False),
        sa.Column("claim_id", sa.Uuid),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name="fk_hidden_builds_document_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_hidden_builds"),
    )
    op.create_index("ix_hidden_builds_clone_id", "hidden_builds", ["clone_id"])
    op.create_index("ix_hidden_builds_document_id", "hidden_builds", ["document_id"])
    _secure("hidden_builds")


def _cut_texts() -> None:
    op.create_table(
        "document_texts",
        sa.Column("build_id", sa.BigInteger, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("document_id", sa.Uuid, nullable=False),
        sa.Column("owner_id", sa.Uuid, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name="fk_document_texts_document_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("build_id", "part", name="pk_document_texts"),
    )
    op.create_index("ix_document_texts_document_id", "document_texts", ["document_id"])
    # A text that was read before its provider failed belongs to no build yet.
    op.execute("""
        update documents set build_id = nextval('builds')
        where build_id is null and content is not null""")
    op.execute(f"""
        insert into document_texts (build_id, part, document_id, owner_id, text)
        select build_id, part, id, owner_id,
               substr(content, part * {TEXT_PART_CHARS} + 1, {TEXT_PART_CHARS})
        from documents,
             generate_series(0, greatest(0, (length(content) - 1) / {TEXT_PART_CHARS})) as part
        where content is not null and content <> ''""")  # noqa: S608 - a number of our own
    # To compress a text costs as much as to index it: 36 ms a megabyte instead of 5.
    op.execute("alter table document_texts alter column text set storage external")
    op.execute("alter table document_file_parts alter column data set storage external")
    _secure("document_texts")
    op.drop_column("documents", "content")


def _keep_vectors() -> None:
    op.create_table(
        "kept_vectors",
        sa.Column("owner_id", sa.Uuid, nullable=False),
        sa.Column("space_id", sa.Integer, nullable=False),
        sa.Column("text_hash", sa.LargeBinary, nullable=False),
        sa.Column("embedding", HALFVEC, nullable=False),
        sa.Column("used_on", sa.Date, nullable=False, server_default=sa.text("current_date")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name="fk_kept_vectors_owner_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["embedding_spaces.id"], name="fk_kept_vectors_space_id"
        ),
        sa.PrimaryKeyConstraint("owner_id", "space_id", "text_hash", name="pk_kept_vectors"),
    )
    op.create_index("ix_kept_vectors_used_on", "kept_vectors", ["used_on"])
    _secure("kept_vectors")


def _describe_pages_and_memories() -> None:
    op.add_column("documents", sa.Column("seconds_left", sa.Integer))
    op.add_column("documents", sa.Column("canonical_url", sa.Text))
    op.add_column("documents", sa.Column("refresh_interval_hours", sa.Integer))
    op.add_column("documents", sa.Column("checked_at", sa.DateTime(timezone=True)))
    op.add_column("documents", sa.Column("etag", sa.Text))
    op.add_column("documents", sa.Column("last_modified", sa.Text))
    op.add_column("documents", sa.Column("indexed_hash", sa.Text))
    op.create_index(
        "ix_documents_refreshed",
        "documents",
        ["checked_at"],
        postgresql_where=sa.text("refresh_interval_hours is not null"),
    )
    op.add_column("clones", sa.Column("expert_name", sa.Text))
    op.add_column("clones", sa.Column("rag_domain", sa.Text))
    op.add_column("clones", sa.Column("rag_context", sa.Text, nullable=False, server_default=""))
    op.add_column("clones", sa.Column("rag_initialized_at", sa.DateTime(timezone=True)))
    # A clone with documents was prepared before there was a word for it.
    op.execute("""
        update clones set rag_initialized_at = clock_timestamp()
        where rag_enabled and exists (select from documents where clone_id = clones.id)""")


def _secure(table: str) -> None:
    op.execute(f"grant select, insert, update, delete on {table} to clonememoria_app")
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f"create policy own on {table} using (owner_id = (select app_user()))")
    op.execute(f"create policy system on {table} using ((select app_is_system()))")


def downgrade() -> None:
    raise NotImplementedError("texts longer than one value could not be put back together")
