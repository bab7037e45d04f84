"""Every table of the product, and nothing else."""

from clonememoria.models.account import Installation, RefreshToken, User
from clonememoria.models.base import Base
from clonememoria.models.clone import Clone
from clonememoria.models.conversation import Conversation, Message
from clonememoria.models.knowledge import (
    BUILDS,
    Chunk,
    ChunkEmbedding,
    ChunkLexemes,
    Document,
    DocumentFilePart,
    DocumentText,
    EmbeddingSpace,
    HiddenBuild,
    KeptVector,
    Reembedding,
)
from clonememoria.models.usage import UsageRecord
from clonememoria.models.vocabulary import (
    AnswerMode,
    MessageRole,
    MessageStatus,
    ReplyMode,
    SearchMode,
    StoredSkip,
    StoredSource,
    StoredUsage,
)

__all__ = [
    "BUILDS",
    "AnswerMode",
    "Base",
    "Chunk",
    "ChunkEmbedding",
    "ChunkLexemes",
    "Clone",
    "Conversation",
    "Document",
    "DocumentFilePart",
    "DocumentText",
    "EmbeddingSpace",
    "HiddenBuild",
    "Installation",
    "KeptVector",
    "Message",
    "MessageRole",
    "MessageStatus",
    "Reembedding",
    "RefreshToken",
    "ReplyMode",
    "SearchMode",
    "StoredSkip",
    "StoredSource",
    "StoredUsage",
    "UsageRecord",
    "User",
]
