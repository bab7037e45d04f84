"""What a new installation starts with: a clone to talk to, with real documents."""
