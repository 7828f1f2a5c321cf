"""What happens to a test whose server is not there."""

from __future__ import annotations

import pytest

from tests.servers.required import required_server

REMEDY = "run `make kafka`."


def test_a_named_server_is_used() -> None:
    """The address in the variable is what the test gets, in CI too."""
    environment = {"ZWAAN_TEST_KAFKA": "127.0.0.1:9092", "CI": "true"}
    address = required_server("ZWAAN_TEST_KAFKA", remedy=REMEDY, environment=environment)
    assert address == "127.0.0.1:9092"


def test_a_laptop_skips_and_says_what_to_do() -> None:
    """Without a server, outside CI, the test is skipped with the remedy."""
    with pytest.raises(pytest.skip.Exception, match="make kafka"):
        required_server("ZWAAN_TEST_KAFKA", remedy=REMEDY, environment={"CI": "false"})


def test_ci_fails_instead_of_skipping() -> None:
    """Without a server in CI the test fails, so that a suite that did not run is seen."""
    with pytest.raises(pytest.fail.Exception, match="ZWAAN_TEST_KAFKA"):
        required_server("ZWAAN_TEST_KAFKA", remedy=REMEDY, environment={"CI": "true"})
