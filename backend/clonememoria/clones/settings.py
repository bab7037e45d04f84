"""What a clone uses to think, find and speak: defaults filled in, changes checked."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.clones import schemas
from clonememoria.core.errors import InvalidInput, UnknownProvider
from clonememoria.models import Clone, Reembedding
from clonememoria.providers.catalog import Providers
from clonememoria.providers.llm.base import LanguageModel
from clonememoria.providers.registry import Kind
from clonememoria.providers.tts.base import TextToSpeech

# Called in the transaction of the change, which holds the clone, with the clone as it is now.
Reembed = Callable[[AsyncSession, Clone], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Role:
    """The two columns by which a clone chooses a provider and, of this, a model or voice."""

    kind: Kind
    provider: str
    choice: str


LLM: Final = _Role("llm", "llm_provider", "llm_model")
EMBEDDING: Final = _Role("embeddings", "embedding_provider", "embedding_model")
TTS: Final = _Role("tts", "tts_provider", "tts_voice_id")
ROLES: Final = (LLM, EMBEDDING, TTS)
MAX_NAMED_VOICES: Final = 20
PLAIN: Final = ("temperature", "max_tokens", "tts_speed")
RETRIEVAL_COLUMNS: Final = {
    "top_k": "retrieval_top_k",
    "mode": "retrieval_mode",
    "answer_mode": "answer_mode",
}


def llm_of(clone: Clone, providers: Providers) -> tuple[LanguageModel, str]:
    """The language model that answers for this clone, and its model; raise UnknownProvider."""
    llm = providers.llm(clone.llm_provider or providers.default("llm"))
    return llm, clone.llm_model or llm.default_model


def voice_of(clone: Clone, providers: Providers) -> tuple[TextToSpeech, str]:
    """What speaks for this clone, and with which voice; raise UnknownProvider."""
    tts = providers.tts(clone.tts_provider or providers.default("tts"))
    return tts, clone.tts_voice_id or tts.default_voice


async def check_voice(tts: TextToSpeech, voice: str, *, field: tuple[str, ...]) -> None:
    """Raise InvalidInput for a voice that this provider cannot have."""
    if tts.has_open_voices or voice == tts.default_voice:
        return
    voices = await tts.voices()
    if voice not in voices:
        more = ", …" if len(voices) > MAX_NAMED_VOICES else ""
        raise InvalidInput(
            f"The provider {tts.name!r} has no voice {voice[:50]!r}; "
            f"choose one of: {', '.join(voices[:MAX_NAMED_VOICES])}{more}",
            field=field,
        )


def effective_settings(
    clone: Clone, providers: Providers, reembedding: Reembedding | None = None
) -> schemas.CloneSettings:
    llm = clone.llm_provider or providers.default("llm")
    tts = clone.tts_provider or providers.default("tts")
    has_llm, has_tts = llm in providers.configured("llm"), tts in providers.configured("tts")
    return schemas.CloneSettings(
        llm_provider=llm,
        llm_model=llm_of(clone, providers)[1] if has_llm else clone.llm_model,
        temperature=clone.temperature,
        max_tokens=clone.max_tokens,
        embedding_provider=clone.embedding_provider,
        embedding_model=clone.embedding_model,
        tts_provider=tts,
        tts_voice_id=voice_of(clone, providers)[1] if has_tts else clone.tts_voice_id,
        tts_speed=clone.tts_speed,
        retrieval=schemas.Retrieval.model_validate(
            {field: getattr(clone, column) for field, column in RETRIEVAL_COLUMNS.items()}
        ),
        inherited=[
            column
            for role in (LLM, TTS)
            for column in (role.provider, role.choice)
            if getattr(clone, column) is None
        ],
        reembedding=reembedding and _change_of(clone, reembedding),
    )


def _change_of(clone: Clone, reembedding: Reembedding) -> schemas.Reembedding:
    return schemas.Reembedding(
        serving_provider=clone.serving_provider,
        serving_model=clone.serving_model,
        progress_percentage=reembedding.progress_percentage,
        error_message=reembedding.error_message,
    )


def is_about_embedding(columns: Mapping[str, object]) -> bool:
    return EMBEDDING.provider in columns or EMBEDDING.choice in columns


def columns_for_new(fields: schemas.SettingsFields, providers: Providers) -> dict[str, object]:
    """What was sent, and an embedding; raise UnknownProvider naming the allowed ones."""
    provider = providers.default(EMBEDDING.kind)
    undecided: dict[str, object] = {EMBEDDING.provider: provider, EMBEDDING.choice: None}
    columns = undecided | _sent_columns(fields, providers)
    columns = _with_embedding_model(columns, str(columns[EMBEDDING.provider]), providers)
    return columns | {
        "serving_provider": columns[EMBEDDING.provider],
        "serving_model": columns[EMBEDDING.choice],
    }


def columns_for_change(
    fields: schemas.SettingsFields, clone: Clone, providers: Providers
) -> dict[str, object]:
    """What was sent, and what follows from it; raise UnknownProvider naming the allowed ones."""
    columns = _sent_columns(fields, providers)
    for role in ROLES:
        default = providers.default(role.kind)
        present = getattr(clone, role.provider) or default
        if (columns.get(role.provider, present) or default) != present:
            # A model of the old provider means nothing to the new one.
            columns.setdefault(role.choice, None)
    provider = columns.get(EMBEDDING.provider, clone.embedding_provider)
    return _with_embedding_model(columns, str(provider), providers)


def _sent_columns(fields: schemas.SettingsFields, providers: Providers) -> dict[str, object]:
    names = [*PLAIN, *(name for role in ROLES for name in (role.provider, role.choice))]
    columns: dict[str, object] = {
        name: getattr(fields, name) for name in names if name in fields.model_fields_set
    }
    for field in fields.retrieval.model_fields_set:
        columns[RETRIEVAL_COLUMNS[field]] = getattr(fields.retrieval, field)
    if EMBEDDING.provider in columns:
        columns[EMBEDDING.provider] = columns[EMBEDDING.provider] or providers.default("embeddings")
    for role in ROLES:
        _check_provider(role, columns.get(role.provider), providers)
    return columns


def _check_provider(role: _Role, name: object, providers: Providers) -> None:
    allowed = providers.configured(role.kind)
    if name is not None and name not in allowed:
        raise UnknownProvider(
            f"{name!r} does not exist or is not configured here; choose one of: "
            + ", ".join(allowed),
            field=("body", role.provider),
        )


def _with_embedding_model(
    columns: dict[str, object], provider: str, providers: Providers
) -> dict[str, object]:
    if columns.get(EMBEDDING.choice, "") is None:
        columns[EMBEDDING.choice] = providers.embeddings(provider).default_model
    return columns
