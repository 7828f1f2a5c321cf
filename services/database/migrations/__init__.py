"""Alembic's environment; each file in ``versions`` is one step of the schema."""
