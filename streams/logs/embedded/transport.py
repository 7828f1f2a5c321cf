"""The embedded log as a transport of Faust, under the scheme ``embedded``.

Registered by the entry point ``embedded`` of the group ``faust.transports`` (pyproject.toml).
"""

from __future__ import annotations

from typing import ClassVar

from faust.transport import base

from streams.logs.embedded.consumer import Consumer as EmbeddedConsumer
from streams.logs.embedded.producer import Producer as EmbeddedProducer


class Transport(base.Transport):  # type: ignore[misc]
    """Made by Faust for ``broker="embedded:///absolute/path"``."""

    Consumer: ClassVar[type] = EmbeddedConsumer
    Producer: ClassVar[type] = EmbeddedProducer

    driver_version = "1"
