"""The only reader of the environment: every setting, its default and its bounds."""

import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

OWN_PREFIX = "CLONEMEMORIA_"
MIN_SECRET_LENGTH = 32


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
    secret_key: SecretStr | None = None

    openai_api_key: SecretStr | None = None
    llm_default_provider: str = "dummy"
    llm_dummy_delay_ms: float = Field(default=0.0, ge=0)
    llm_openai_base_url: str | None = None
    llm_openai_api_key: SecretStr | None = None
    llm_openai_model: str = "gpt-4o-mini"
    llm_first_token_timeout_s: float = Field(default=30.0, gt=0)
    llm_idle_timeout_s: float = Field(default=60.0, gt=0)
    llm_total_timeout_s: float = Field(default=300.0, gt=0)

    embeddings_default_provider: str = "dummy"
    embeddings_openai_base_url: str | None = None
    embeddings_openai_api_key: SecretStr | None = None
    embeddings_openai_model: str = "text-embedding-3-small"

    tts_default_provider: str = "dummy"
    tts_api_base_url: str | None = None
    tts_api_key: SecretStr | None = None
    tts_openai_model: str = "gpt-4o-mini-tts"
    tts_default_voice_id: str | None = None

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

    @field_validator(
        "database_url",
        "secret_key",
        "openai_api_key",
        "llm_openai_api_key",
        "embeddings_openai_api_key",
        "tts_api_key",
        "metrics_token",
    )
    @classmethod
    def _empty_secret_is_unset(cls, value: SecretStr | None) -> SecretStr | None:
        return value if value and value.get_secret_value().strip() else None

    @field_validator("cors_origins", mode="before")
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
            if len(secret) < MIN_SECRET_LENGTH or len(set(secret)) < 8:
                raise ValueError(
                    "CLONEMEMORIA_ENV=production needs a SECRET_KEY of at least "
                    f"{MIN_SECRET_LENGTH} random characters"
                )
        return self

    @property
    def is_production(self) -> bool:
        return self.env == "production"
