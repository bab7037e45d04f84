"""Every table of the product, and nothing else."""

from clonememoria.models.account import Installation, RefreshToken, User
from clonememoria.models.base import Base
from clonememoria.models.clone import Clone
from clonememoria.models.conversation import Conversation, Message, StoredSource, StoredUsage
from clonememoria.models.knowledge import (
    Chunk,
    ChunkEmbedding,
    ChunkLexemes,
    Document,
    DocumentFilePart,
    EmbeddingSpace,
)

__all__ = [
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
    "RefreshToken",
    "StoredSource",
    "StoredUsage",
    "User",
]
