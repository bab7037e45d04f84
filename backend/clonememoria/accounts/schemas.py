"""What the accounts API takes and gives: the shapes, their bounds and their examples."""

import re
import unicodedata
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints
from pydantic.config import JsonDict

from clonememoria.core.text import Name, storable

# Deliverable or not: an installation at home may well use ada@nas.local, and we send no mail.
PLAUSIBLE_EMAIL: Final = re.compile(r"[^\s@,;:<>()\[\]\"\\]+@[^\s@,;:<>()\[\]\"\\.]+(\.[^\s@.]+)*")
EXAMPLE_PASSWORD: Final = "correct horse battery staple"  # noqa: S105 - it is in the docs
EXAMPLE_USER: Final[JsonDict] = {
    "id": "019367f5-58ea-7c02-b2b5-1b9ff1cf1d2c",
    "email": "ada@example.org",
    "display_name": "Ada",
    "role": "admin",
    "created_at": "2026-01-05T09:30:00Z",
}


def normalized_email(value: str) -> str:
    """One account per address, however its letters were typed."""
    return unicodedata.normalize("NFKC", value).lower()


def _plausible(value: str) -> str:
    # Two addresses that look the same must not be two accounts.
    is_visible = all(unicodedata.category(character) != "Cf" for character in value)
    if not is_visible or not PLAUSIBLE_EMAIL.fullmatch(value):
        raise ValueError("is not an e-mail address")
    return value


def _storable_secret(value: SecretStr) -> SecretStr:
    storable(value.get_secret_value())
    return value


AnyEmail = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254),
    AfterValidator(storable),
    AfterValidator(normalized_email),
]
Email = Annotated[
    AnyEmail, AfterValidator(_plausible), Field(json_schema_extra={"format": "email"})
]
Password = Annotated[SecretStr, Field(max_length=1024), AfterValidator(_storable_secret)]
NewPassword = Annotated[
    SecretStr, Field(min_length=8, max_length=1024), AfterValidator(_storable_secret)
]


class Registration(BaseModel):
    email: Email = Field(examples=["ada@example.org"])
    password: NewPassword = Field(examples=[EXAMPLE_PASSWORD])
    display_name: Name | None = Field(None, examples=["Ada"])


class Credentials(BaseModel):
    email: AnyEmail = Field(examples=["ada@example.org"])
    password: Password = Field(examples=[EXAMPLE_PASSWORD])


class PasswordGrant(BaseModel):
    """The OAuth2 form; what a client sends of it besides name and password has no meaning here."""

    grant_type: Literal["password"] = "password"
    username: AnyEmail = Field(examples=["ada@example.org"])
    password: Password = Field(examples=[EXAMPLE_PASSWORD])


class ProfilePatch(BaseModel):
    display_name: Name = Field(examples=["Ada Lovelace"])


class PasswordChange(BaseModel):
    current_password: Password = Field(examples=[EXAMPLE_PASSWORD])
    new_password: NewPassword = Field(examples=["a longer and better one"])


class User(BaseModel):
    model_config = ConfigDict(from_attributes=True, json_schema_extra={"example": EXAMPLE_USER})

    id: UUID
    email: str
    display_name: str
    role: Literal["admin", "user"]
    created_at: datetime


class SignedIn(BaseModel):
    """`access_token` goes into `Authorization: Bearer …`; `expires_in` counts seconds."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "access_token": "eyJhbGciOiJIUzI1NiIs…",
                "token_type": "bearer",
                "expires_in": 900,
                "user": EXAMPLE_USER,
            }
        }
    )

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - no secret
    expires_in: int
    user: User
