"""The only reader of the environment: every setting, its default and its bounds."""

import os
import re
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    Field,
    IPvAnyNetwork,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

OWN_PREFIX = "CLONEMEMORIA_"
MIN_SECRET_LENGTH = 32
MIN_SECRET_VARIETY = 8
# Words of examples and tutorials. A random secret holds one of them once in a million years.
KNOWN_SECRETS: Final = re.compile(
    "change.?me|change.?this|change.?in|your.?(own|key|256)|secret|example|placeholder|insecure"
    "|password|replace.?me|default|development|0123456789|1234567890|abcdefgh|qwerty",
    re.IGNORECASE,
)
POSTGRES_URL: Final = re.compile(r"postgres(ql)?(\+\w+)?://")
REDIS_URL: Final = re.compile(r"(rediss?://[^/?#\s]+(/\d*)?|unix:///[^?\s]+)(\?\S*)?")


class Settings(BaseSettings):
    """Values come from the environment, then `.env`, then the defaults below."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", env_ignore_empty=True, populate_by_name=True
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    data_dir: Path = Field(default=Path(".data"), validation_alias="CLONEMEMORIA_DATA_DIR")
    env: Literal["development", "production"] = Field(
        default="development", validation_alias="CLONEMEMORIA_ENV"
    )
    database_url: SecretStr | None = None
    redis_url: SecretStr | None = None
    secret_key: SecretStr | None = None

    openai_api_key: SecretStr | None = None
    llm_default_provider: str = "dummy"
    llm_dummy_delay_ms: float = Field(default=0.0, ge=0)
    llm_openai_base_url: str | None = None
    llm_openai_api_key: SecretStr | None = None
    llm_openai_model: str = "gpt-4o-mini"
    llm_anthropic_base_url: str | None = None
    llm_anthropic_api_key: SecretStr | None = None
    llm_anthropic_model: str = "claude-sonnet-4-6"
    llm_fallbacks: Annotated[list[str], NoDecode] = []
    llm_first_token_timeout_s: float = Field(default=30.0, gt=0)
    llm_idle_timeout_s: float = Field(default=60.0, gt=0)
    llm_total_timeout_s: float = Field(default=300.0, gt=0)
    llm_max_concurrency: int = Field(default=1000, ge=1)

    embeddings_default_provider: str = "dummy"
    embeddings_openai_base_url: str | None = None
    embeddings_openai_api_key: SecretStr | None = None
    embeddings_openai_model: str = "text-embedding-3-small"
    embeddings_fallbacks: Annotated[list[str], NoDecode] = []
    embeddings_query_timeout_s: float = Field(default=5.0, gt=0)
    embeddings_max_concurrency: int = Field(default=16, ge=1)

    tts_default_provider: str = "dummy"
    tts_api_base_url: str | None = None
    tts_api_key: SecretStr | None = None
    tts_openai_model: str = "gpt-4o-mini-tts"
    tts_default_voice_id: str | None = None
    tts_timeout_s: float = Field(default=60.0, gt=0)
    tts_max_concurrency: int = Field(default=16, ge=1)
    tts_cache_mb: int = Field(default=64, ge=0)

    provider_circuit_open_s: float = Field(default=30.0, gt=0)
    provider_retry_after_max_s: float = Field(default=30.0, ge=0)
    prices_file: Path | None = None

    rag_enabled: bool = True
    cors_origins: Annotated[list[str], NoDecode] = []
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    metrics_token: SecretStr | None = None
    worker_inline: bool = True
    worker_concurrency: int = Field(default=2, ge=1, le=64)
    allow_signup: bool = True
    sample_clone: bool = True
    access_token_minutes: int = Field(default=15, ge=1)
    refresh_token_days: int = Field(default=30, ge=1)
    forwarded_allow_ips: str = ""
    rate_limit_login_per_minute: int = Field(default=20, ge=1)
    rate_limit_chat_per_minute: int = Field(default=120, ge=1)
    max_upload_mb: int = Field(default=50, ge=1, le=1024)
    url_allowed_networks: Annotated[list[IPvAnyNetwork], NoDecode] = []
    budget_tokens_per_day: int = Field(default=0, ge=0)
    budget_usd_per_month: float = Field(default=0.0, ge=0, allow_inf_nan=False)

    @field_validator(
        "database_url",
        "redis_url",
        "secret_key",
        "openai_api_key",
        "llm_openai_api_key",
        "llm_anthropic_api_key",
        "embeddings_openai_api_key",
        "tts_api_key",
        "metrics_token",
    )
    @classmethod
    def _empty_secret_is_unset(cls, value: SecretStr | None) -> SecretStr | None:
        return value if value and value.get_secret_value().strip() else None

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        url = value.get_secret_value()
        if not POSTGRES_URL.match(url) or not _has_sane_port(url):
            # Without the value: it holds a password.
            raise ValueError("is not of the form postgresql://user:password@host:port/name")
        return value

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        url = value.get_secret_value()
        if not REDIS_URL.fullmatch(url) or not _has_sane_port(url):
            # Without the value: it holds a password.
            raise ValueError("is not of the form redis://user:password@host:port/0")
        return value

    @field_validator(
        "llm_openai_base_url",
        "llm_anthropic_base_url",
        "embeddings_openai_base_url",
        "tts_api_base_url",
    )
    @classmethod
    def _is_http(cls, value: str | None) -> str | None:
        if value and not (re.match(r"https?://[^/\s@]+(/|$)", value) and _has_sane_port(value)):
            # No name and password in it: the SDKs cannot send them, and an address is no secret.
            raise ValueError("is not of the form http://host:port/path")
        return value

    @field_validator(
        "cors_origins",
        "llm_fallbacks",
        "embeddings_fallbacks",
        "url_allowed_networks",
        mode="before",
    )
    @classmethod
    def _split_at_commas(cls, value: str | list[str]) -> list[str]:
        parts = value.split(",") if isinstance(value, str) else value
        return [part.strip().rstrip("/") for part in parts if part.strip()]

    @model_validator(mode="after")
    def _refuse_unknown_own_names(self) -> Self:
        known = {str(f.validation_alias) for f in type(self).model_fields.values()}
        unknown = sorted(n for n in os.environ if n.startswith(OWN_PREFIX) and n not in known)
        if unknown:
            raise ValueError(f"unknown settings in the environment: {', '.join(unknown)}")
        return self

    @model_validator(mode="after")
    def _refuse_unsafe_production(self) -> Self:
        if self.env == "production":
            secret = self.secret_key.get_secret_value() if self.secret_key else ""
            is_short = len(secret) < MIN_SECRET_LENGTH or len(set(secret)) < MIN_SECRET_VARIETY
            if is_short or KNOWN_SECRETS.search(secret):
                raise ValueError(
                    "CLONEMEMORIA_ENV=production needs a SECRET_KEY of at least "
                    f"{MIN_SECRET_LENGTH} random characters, such as `openssl rand -hex 32` makes"
                )
        return self

    @property
    def is_production(self) -> bool:
        return self.env == "production"


def problems_of(error: ValidationError) -> list[str]:
    """One line for each setting that is wrong, by its name in the environment."""
    return [
        f"{_variable(str(found['loc'][0]))}: {found['msg']}".replace("Value error, ", "")
        if found["loc"]
        else found["msg"].removeprefix("Value error, ")
        for found in error.errors(include_input=False, include_url=False)
    ]


def _variable(field: str) -> str:
    return field if field.startswith(OWN_PREFIX) else field.upper()


def _has_sane_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False
