"""The key that signs sessions: from the settings, or made once and kept in the data folder."""

import os
import secrets
from pathlib import Path

from clonememoria.core.config import Settings


def secret_key(settings: Settings) -> str:
    if settings.secret_key:
        return settings.secret_key.get_secret_value()
    path = settings.data_dir / "secret_key"
    _create_once(path)
    return path.read_text().strip()


def _create_once(path: Path) -> None:
    """Two processes that start together must end with the same key: link is atomic."""
    if path.exists():
        return
    draft = path.with_name(f".secret_key.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(48))
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
