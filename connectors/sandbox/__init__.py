"""The sandbox networks: LinkedIn and X as our connectors meet them, in one ASGI application.

`app.create_sandbox` builds it. Each network has a folder of its own, whose ``routes.py`` is the
table of what it answers; `exchange` carries a request to a handler and back; `state` is what the
networks remember; `faults`, `clock` and `audience` are what a test or a demo may steer, through
the addresses in `control`. Facts about the networks come from their public documentation as of
November 2026 and are cited where they are used.
"""
