"""Embedding models, one file per vendor."""
