"""Passwords and tokens: how they are made and checked; knows no user, no table and no route."""

import asyncio
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from uuid import UUID

import jwt
from pwdlib import PasswordHash

from clonememoria.core.errors import NotAuthenticated

ISSUER: Final = "clonememoria"
ALGORITHM: Final = "HS256"
REQUIRED_CLAIMS: Final = ("iss", "sub", "sid", "epoch", "typ", "iat", "exp")
# Argon2 takes 64 MiB and a tenth of a second of a core for each: more at once only swap.
HASHES_AT_ONCE: Final = 2

_argon2 = PasswordHash.recommended()


@cache
def _hash_of_nobody() -> str:
    return _argon2.hash(secrets.token_urlsafe())


class Passwords:
    """Hashes off the event loop, a few at a time."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(HASHES_AT_ONCE)
        _hash_of_nobody()

    async def hash(self, password: str) -> str:
        async with self._turn:
            return await asyncio.to_thread(_argon2.hash, password)

    async def is_right(self, password: str, stored_hash: str | None) -> bool:
        """Take the same time for an account that does not exist: its hash is None."""
        async with self._turn:
            matches = await asyncio.to_thread(
                _argon2.verify, password, stored_hash or _hash_of_nobody()
            )
        return matches and stored_hash is not None


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """`session_id` is the family of refresh tokens that this access token belongs to."""

    user_id: UUID
    session_id: UUID
    epoch: int


def signing_key(secret: str, purpose: str) -> bytes:
    """One secret, many keys: what is signed for one purpose is void for every other."""
    return hmac.digest(secret.encode(), purpose.encode(), "sha256")


def sign_access_token(claims: AccessClaims, *, key: bytes, lifetime: timedelta) -> str:
    now = datetime.now(UTC)
    payload = {
        "iss": ISSUER,
        "sub": str(claims.user_id),
        "sid": str(claims.session_id),
        "epoch": claims.epoch,
        "typ": "access",
        "iat": now,
        "exp": now + lifetime,
    }
    return jwt.encode(payload, key, algorithm=ALGORITHM)


def read_access_token(token: str, *, key: bytes) -> AccessClaims:
    """Raise NotAuthenticated unless we signed it, as an access token, and it has not expired."""
    try:
        payload = jwt.decode(
            token,
            key,
            # The token's own header must have no say in how it is verified.
            algorithms=[ALGORITHM],
            issuer=ISSUER,
            options={"require": list(REQUIRED_CLAIMS)},
        )
    # A header of ten thousand brackets is no JSON error to the json module.
    except (jwt.InvalidTokenError, RecursionError) as error:
        raise NotAuthenticated("Your session is not valid or has expired; log in again") from error
    if payload["typ"] != "access":
        raise NotAuthenticated("This is not an access token; log in again")
    return AccessClaims(UUID(payload["sub"]), UUID(payload["sid"]), payload["epoch"])


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """What is stored of a random secret: 256 bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
