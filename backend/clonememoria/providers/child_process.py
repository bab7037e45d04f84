"""How a provider runs foreign or heavy code: in a Python process that gets none of our keys."""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import clonememoria
from clonememoria.core.errors import ProviderDown

# What waits in the pipe's buffer before the child has to pause.
READ_AHEAD_BYTES: Final = 1 << 20

_ENVIRONMENT: Final = {
    "PYTHONPATH": str(Path(clonememoria.__file__).parents[1]),
    "PYTHONUTF8": "1",
    "MALLOC_ARENA_MAX": "2",
}


async def start_child(module: str) -> asyncio.subprocess.Process:
    """Raise ProviderDown where the system starts no more processes."""
    try:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", module),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=READ_AHEAD_BYTES,
            env=_ENVIRONMENT,
            start_new_session=True,
        )
    except OSError:
        raise ProviderDown from None


async def end_child(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
