"""Faults on demand: which request is hit is decided in `rules`, how it looks in `replies`."""
