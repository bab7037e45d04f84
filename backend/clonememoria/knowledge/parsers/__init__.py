"""One module per format: bytes in, text with pages out; pure, and run in a child process."""
