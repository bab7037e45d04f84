"""Speech synthesis, one file per vendor."""
