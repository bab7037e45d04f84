"""The declarative base, and the columns that every table repeats."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy import DateTime, MetaData, Uuid, func
from sqlalchemy.orm import DeclarativeBase, mapped_column
from uuid_utils.compat import uuid7

# Constraint names are part of the schema: a migration has to be able to drop them.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


Id = Annotated[UUID, mapped_column(Uuid, primary_key=True, default=uuid7)]
Instant = Annotated[
    datetime,
    mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp()),
]
