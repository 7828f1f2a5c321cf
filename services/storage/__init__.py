"""The state: one schema on SQLite and PostgreSQL, read and written by functions per noun.

Every function takes a `Transaction`; whoever opens the transaction decides what commits together.
"""
