"""Vendors behind small interfaces: language models, embeddings and speech."""
