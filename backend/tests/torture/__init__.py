"""Promises under crashes: short forms run with all tests, long ones in `make torture`."""
