"""Gates on the source itself, for what no linter checks."""
