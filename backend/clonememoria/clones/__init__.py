"""Personas: who they are, how they speak, which providers they use."""
