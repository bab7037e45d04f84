"""Which chunks a search may see: those of no build that is hidden. See builds.py."""

from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from clonememoria.models import Chunk, HiddenBuild


def is_shown(clone_id: UUID | InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Of the chunks of this clone."""
    return Chunk.build_id.not_in(select(HiddenBuild.id).where(HiddenBuild.clone_id == clone_id))
