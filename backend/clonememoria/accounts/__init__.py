"""People: sign-up, log-in, sessions and tokens."""
