"""Serves the built web UI: its files, and its one page under every address not of the API."""

import re
from http import HTTPStatus
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

# By the path alone: a program must not take a page for an answer, whatever it accepts.
NO_PAGE: Final = re.compile(r"/(api|v1|health|metrics|docs|redoc|openapi\.json|assets)(/.*)?")
# The schema's page is a file of its own, whose address has no slash at its end.
PAGES: Final = {"docs": "docs/index.html"}
# Their names hold a hash of what is in them.
HASHED: Final = "assets/"
FOR_EVER: Final = "public, max-age=31536000, immutable"


def mount_web_ui(app: FastAPI, folder: Path) -> None:
    """Asked last, when no route has matched."""
    if folder.is_dir():
        app.router.default = _WebUi(directory=folder)


class _WebUi(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await self._file(PAGES.get(path, path), scope)
        response.headers["Cache-Control"] = FOR_EVER if path.startswith(HASHED) else "no-cache"
        return response

    async def _file(self, path: str, scope: Scope) -> Response:
        has_page = not NO_PAGE.fullmatch(scope["path"])
        try:
            return await super().get_response(path, scope)
        except HTTPException as error:
            if not has_page:
                raise HTTPException(HTTPStatus.NOT_FOUND) from error
            if error.status_code != HTTPStatus.NOT_FOUND:
                raise
        return await super().get_response("index.html", scope)
