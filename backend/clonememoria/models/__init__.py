"""Every table of the product, and nothing else."""

from clonememoria.models.account import Installation, RefreshToken, User
from clonememoria.models.base import Base
from clonememoria.models.clone import Clone
from clonememoria.models.conversation import Conversation, Message
from clonememoria.models.knowledge import (
    Chunk,
    ChunkEmbedding,
    ChunkLexemes,
    Document,
    DocumentFilePart,
    EmbeddingSpace,
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
    "AnswerMode",
    "Base",
    "Chunk",
    "ChunkEmbedding",
    "ChunkLexemes",
    "Clone",
    "Conversation",
    "Document",
    "DocumentFilePart",
    "EmbeddingSpace",
    "Installation",
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
