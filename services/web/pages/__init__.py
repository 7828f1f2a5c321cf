"""Pages for people, one module per group."""
