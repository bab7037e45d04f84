"""Providers for CloneMemoria that live in a package of their own."""
