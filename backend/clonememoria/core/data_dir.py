"""The folder of the embedded database and the generated secret: made, and tried, before either."""

import tempfile
from pathlib import Path

from clonememoria.core.config import Settings
from clonememoria.core.errors import CannotStart


def prepare_data_dir(settings: Settings) -> None:
    """Raise CannotStart where nothing can be kept; do nothing where nothing will be."""
    if not (settings.database_url and settings.secret_key):
        _prepare(settings.data_dir)


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return
    except OSError as error:
        reason = f"CLONEMEMORIA_DATA_DIR={folder} cannot be used: {error.strerror}"
        raise CannotStart(reason) from error
