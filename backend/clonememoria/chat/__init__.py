"""One turn of a conversation, from the question to the last token."""
