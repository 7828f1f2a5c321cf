"""What a library repeats is said once in a while."""

from __future__ import annotations

import logging

import pytest

from streams.logging import configure_logging


def test_repeated_aiokafka_messages_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    """The same message with other values is left out; another one, and another logger's, is not."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        configure_logging(level="INFO", as_json=False)
        for number in range(50):
            logging.getLogger("aiokafka.conn").error("Unable to connect to node %s", number)
            logging.getLogger("services").error("said %s times", number)
        logging.getLogger("aiokafka").error("something else")
    finally:
        root.handlers[:], root.level = handlers, level
    said = capsys.readouterr().err
    assert said.count("Unable to connect") == 1
    assert said.count("times") == 50
    assert said.count("something else") == 1
