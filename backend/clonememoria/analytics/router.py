"""The routes of operation, outside /api: whether the product works, and its figures."""

import secrets
from http import HTTPStatus
from typing import Annotated, Final, cast

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from prometheus_client.exposition import choose_encoder

from clonememoria.analytics.counts import count_all
from clonememoria.analytics.health import health_of, rag_health_of, readiness_of
from clonememoria.analytics.schemas import Counts, Health, Liveness, RagHealth, Readiness
from clonememoria.clones.dependencies import AppProviders
from clonememoria.core.errors import NotAuthenticated
from clonememoria.core.metrics import AppMetrics
from clonememoria.core.openapi import Responses, problems
from clonememoria.core.web import AppDatabase, AppRedis, AppSettings
from clonememoria.knowledge.worker import Worker

router = APIRouter()

PROMETHEUS_TYPES: Final = ("text/plain", "application/openmetrics-text")
RETRY_AFTER_S: Final = "2"


def worker_if_inline(request: Request) -> Worker | None:
    return cast(Worker | None, getattr(request.app.state, "worker", None))


InlineWorker = Annotated[Worker | None, Depends(worker_if_inline)]


def _unavailable(model: type[Health | Readiness | RagHealth]) -> Responses:
    return {503: {"model": model, "description": "Not now; `Retry-After` says when to ask again"}}


def _mark_unavailable(response: Response) -> None:
    response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    response.headers["Retry-After"] = RETRY_AFTER_S


@router.get("/health", responses=_unavailable(Health))
async def read_health(response: Response, database: AppDatabase, worker: InlineWorker) -> Health:
    """Whether the product works; 503 where its database is gone."""
    health = await health_of(database, worker)
    if health.database == "disconnected":
        _mark_unavailable(response)
    return health


@router.get("/health/live")
async def read_liveness() -> Liveness:
    """Whether the process answers; restart it when it does not."""
    return Liveness()


@router.get("/health/ready", responses=_unavailable(Readiness))
async def read_readiness(
    response: Response, database: AppDatabase, worker: InlineWorker
) -> Readiness:
    """Whether to send requests here: database, newest schema, and a worker for documents."""
    readiness = await readiness_of(database, worker)
    if readiness.status != "ready":
        _mark_unavailable(response)
    return readiness


@router.get("/health/rag", responses=_unavailable(RagHealth))
async def read_rag_health(
    *, response: Response, database: AppDatabase, providers: AppProviders, redis: AppRedis
) -> RagHealth:
    """How questions are answered: retrieval, the default providers, and every breaker."""
    health = await rag_health_of(database, providers, redis)
    if health.retrieval == "unavailable":
        _mark_unavailable(response)
    return health


metrics_token = HTTPBearer(auto_error=False, description="METRICS_TOKEN, where it is set.")


def may_read_metrics(
    sent: Annotated[HTTPAuthorizationCredentials | None, Depends(metrics_token)],
    settings: AppSettings,
) -> None:
    if settings.metrics_token is None:
        return
    token = settings.metrics_token.get_secret_value().encode()
    if sent is None or not secrets.compare_digest(sent.credentials.encode("latin-1"), token):
        raise NotAuthenticated("Send METRICS_TOKEN as a Bearer token to read the metrics")


@router.get(
    "/metrics",
    response_model=Counts,
    dependencies=[Depends(may_read_metrics)],
    responses={
        200: {
            "description": "Counts; the text of Prometheus where it is accepted",
            "content": {
                "text/plain": {
                    "example": 'clonememoria_http_requests_total{method="GET",'
                    'route="/api/clones",status="200"} 7.0'
                }
            },
        },
        **problems(401, 503),
    },
)
async def read_metrics(
    database: AppDatabase,
    metrics: AppMetrics,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Counts | Response:
    """Figures for Prometheus, where `Accept` has text/plain or OpenMetrics; else what is stored."""
    if not any(kind in accept for kind in PROMETHEUS_TYPES):
        return await count_all(database)
    encode, content_type = choose_encoder(accept)
    return Response(encode(metrics.registry), media_type=content_type)
