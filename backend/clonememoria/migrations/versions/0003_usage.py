"""What answering costs and whom, who did not answer, and how fast a clone speaks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("clones", sa.Column("tts_speed", sa.Float, nullable=False, server_default="1"))
    op.add_column(
        "messages",
        sa.Column("skipped", postgresql.JSONB, nullable=False, server_default="[]"),
    )
    op.create_table(
        "usage_records",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("owner_id", sa.Uuid, nullable=False),
        sa.Column("clone_id", sa.Uuid),
        sa.Column("creator_id", sa.Uuid),
        sa.Column("conversation_id", sa.Uuid),
        sa.Column("message_id", sa.Uuid),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("prompt_tokens", sa.Integer, nullable=False),
        sa.Column("completion_tokens", sa.Integer, nullable=False),
        sa.Column("characters", sa.Integer, nullable=False),
        sa.Column("cost_usd", sa.Float, nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name="fk_usage_records_owner_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_usage_records"),
    )
    op.create_index(
        "ix_usage_records_owner_id_created_at", "usage_records", ["owner_id", "created_at"]
    )
    op.create_index(
        "ix_usage_records_clone_id_created_at", "usage_records", ["clone_id", "created_at"]
    )
    op.create_index("ix_usage_records_conversation_id", "usage_records", ["conversation_id"])
    op.execute("grant select, insert, update, delete on usage_records to clonememoria_app")
    op.execute("alter table usage_records enable row level security")
    op.execute("alter table usage_records force row level security")
    op.execute("create policy own on usage_records using (owner_id = (select app_user()))")
    op.execute("create policy system on usage_records using ((select app_is_system()))")
    # Whoever made a clone sees what its readers spent on it.
    op.execute("""
        create policy of_own_clone on usage_records for select
        using (creator_id = (select app_user()))""")


def downgrade() -> None:
    op.drop_table("usage_records")
    op.drop_column("messages", "skipped")
    op.drop_column("clones", "tts_speed")
