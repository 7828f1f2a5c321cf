"""A server that a test cannot do without: its address, a skip on a laptop, a failure in CI."""

from __future__ import annotations

from collections.abc import Mapping

import pytest


def required_server(variable: str, *, remedy: str, environment: Mapping[str, str]) -> str:
    """Return the address in ``variable``.

    Without one the test is skipped with ``remedy``, except in CI, where it fails: a suite that did
    not run must not look like one that passed.
    """
    if address := environment.get(variable):
        return address
    message = f"{variable} is not set: {remedy}"
    if environment.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
