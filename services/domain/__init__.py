"""Pure rules of employee advocacy: no I/O, no clock, no randomness of their own."""
