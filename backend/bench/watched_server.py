"""The product as `clonememoria serve` runs it, with a clock beside it in its event loop.

`GET /lag` tells the longest time, in seconds, that the loop was not free since it was last asked.
"""

from functools import partial
from typing import Final

import uvicorn
import uvloop
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bench.lag import Lag, measured_lag
from clonememoria.app import create_app, drain
from clonememoria.core.config import Settings
from clonememoria.core.logs import configure_logs
from clonememoria.core.server import PunctualProtocol, Server, bind

PATH: Final = "/lag"


async def serve(settings: Settings) -> None:
    sockets = bind(settings.host, settings.port)
    app = create_app(settings)
    config = uvicorn.Config(
        app, http=PunctualProtocol, lifespan="off", log_config=None, access_log=False
    )
    ready = f"http://{settings.host}:{sockets[0].getsockname()[1]}"
    async with measured_lag() as lag:
        # Before all routes of the product: the last of these takes every path, for the web UI.
        app.router.routes.insert(0, Route(PATH, partial(_tell, lag)))
        server = Server(
            config,
            app.router.lifespan_context(app),
            on_ready=partial(print, ready, flush=True),
            drain=partial(drain, app),
        )
        await server.serve(sockets)


async def _tell(lag: Lag, _request: Request) -> PlainTextResponse:
    worst_s, lag.worst_s = lag.worst_s, 0.0
    return PlainTextResponse(str(worst_s))


if __name__ == "__main__":
    configured = Settings(_env_file=None)
    configure_logs(configured.log_level)
    uvloop.run(serve(configured))
