"""CloneMemoria: give a person's knowledge a voice."""

__version__ = "0.1.0"
