"""Documents in, passages out: upload, ingestion, chunks and retrieval."""
