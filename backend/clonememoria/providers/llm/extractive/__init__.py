"""Answers made of sentences from the prompt's passages: what the dummy model thinks with."""
