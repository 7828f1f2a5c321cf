"""Structured logs on standard error: for people, or as JSON lines."""

from __future__ import annotations

import logging
import sys
import time

import structlog

# These write tokens at DEBUG (networks.md, "X": pin both loggers at INFO).
_NEVER_BELOW_INFO = ("tweepy", "requests_oauthlib", "oauthlib", "urllib3")
# Faust and its parts tell much at INFO that says nothing to an operator of Zwaan.
_WARNINGS_ONLY = (
    "faust",
    "mode",
    "aiokafka",
    "uvicorn",
    "asyncio",
    "alembic",
    "streams.logs.embedded",
    "streams.logs.kafka",
)

# Its faults come back as errors of ours, which are said once and in a sentence.
_SILENT = ("kafka",)

#: Seconds. While the broker is away aiokafka says so thirty times a second.
_SAID_ONCE_IN = 10.0


class _NotAgainSoon(logging.Filter):
    """Lets aiokafka say the same thing, with any values, once in a while."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith("aiokafka"):
            return True
        template, now = str(record.msg), time.monotonic()
        if now - self._said.get(template, -_SAID_ONCE_IN) < _SAID_ONCE_IN:
            return False
        self._said[template] = now
        return True


def configure_logging(*, level: str, as_json: bool) -> None:
    """Route structlog and the standard library's loggers through one formatter."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if as_json
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                # Not the pretty one: it prints local variables, and those may hold tokens.
                exception_formatter=structlog.dev.plain_traceback,
            )
        ]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_NotAgainSoon())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _NEVER_BELOW_INFO:
        logging.getLogger(name).setLevel(max(logging.INFO, root.level))
    for name in _WARNINGS_ONLY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
