"""What the sandbox networks remember, in one SQLite file."""
