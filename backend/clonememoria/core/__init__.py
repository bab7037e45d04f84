"""The floor everything stands on: settings, errors, database sessions, security, logs."""
