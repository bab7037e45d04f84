"""What every registered provider must keep, whoever the vendor is."""
