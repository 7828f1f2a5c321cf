"""``python -m streams.command_line``: the ``zwaan`` command without its console script."""

from streams.command_line.main import run

run()
