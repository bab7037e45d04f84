"""Other people's services, stood in for by real servers with faults on demand."""
