"""What one running app counts and times, for Prometheus; knows neither who counts nor who reads."""

from typing import Annotated, Final, cast

from fastapi import Depends, Request
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

# Answers from the database take milliseconds, those of a model seconds.
SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
SHORT_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class ProviderMetrics:
    """Told of every call to a vendor."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.provider_calls = Counter(
            "clonememoria_provider_calls",
            "Calls to vendors, by how they went: ok, left, or the code of the error.",
            ["kind", "provider", "outcome"],
            registry=registry,
        )
        self.provider_seconds = Histogram(
            "clonememoria_provider_call_duration_seconds",
            "Time until a vendor's first token, or its whole answer, or its failure.",
            ["kind", "provider"],
            buckets=SECONDS,
            registry=registry,
        )
        self.provider_tokens = Counter(
            "clonememoria_provider_tokens",
            "Tokens that vendors counted.",
            ["provider", "direction"],
            registry=registry,
        )
        self.provider_cost_usd = Counter(
            "clonememoria_provider_cost_usd",
            "What replies and speech cost, by the table of prices.",
            ["provider"],
            registry=registry,
        )

    def provider_called(
        self, kind: str, provider: str, *, outcome: str, seconds: float | None
    ) -> None:
        self.provider_calls.labels(kind, provider, outcome).inc()
        if seconds is not None:
            self.provider_seconds.labels(kind, provider).observe(seconds)

    def provider_used(self, provider: str, *, prompt_tokens: int, completion_tokens: int) -> None:
        self.provider_tokens.labels(provider, "prompt").inc(prompt_tokens)
        self.provider_tokens.labels(provider, "completion").inc(completion_tokens)


class Metrics(ProviderMetrics):
    """A registry of its own: two apps of one process, as in the tests, do not add up."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        super().__init__(self.registry)
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "clonememoria_http_requests",
            "Requests, by the template of their route.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.request_seconds = Histogram(
            "clonememoria_http_request_duration_seconds",
            "Time until the headers of the answer; a stream goes on after them.",
            ["method", "route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.replies = Counter(
            "clonememoria_chat_replies",
            "Replies that ended, by how they were made and how they ended.",
            ["mode", "status"],
            registry=self.registry,
        )
        self.tokens = Counter(
            "clonememoria_chat_tokens", "Tokens streamed to readers.", registry=self.registry
        )
        self.first_token_seconds = Histogram(
            "clonememoria_chat_first_token_seconds",
            "Time from the question to the first token of its reply.",
            buckets=SECONDS,
            registry=self.registry,
        )
        self.retrieval_seconds = Histogram(
            "clonememoria_retrieval_seconds",
            "Time to find the passages for a question, its embedding included.",
            buckets=SHORT_SECONDS,
            registry=self.registry,
        )
        self.documents = Counter(
            "clonememoria_documents_processed",
            "Documents that left processing, by outcome.",
            ["outcome"],
            registry=self.registry,
        )


def metrics_of(request: Request) -> Metrics:
    return cast(Metrics, request.app.state.metrics)


AppMetrics = Annotated[Metrics, Depends(metrics_of)]
