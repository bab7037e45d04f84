"""Text of a reply made audible."""
