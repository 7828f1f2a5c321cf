"""``zwaan api-keys``."""

from __future__ import annotations

import pytest

from services.people.api_keys import PREFIX
from tests.integration.shell import Shell


def test_a_key_is_printed_once_listed_and_revoked(shell: Shell) -> None:
    """What is printed at its making is nowhere to be had again."""
    made = shell.run("api-keys", "make", "CMS of Deltaplan", "--scope", "events")
    assert (made.code, made.err) == (0, "")
    assert made.out.startswith(PREFIX)
    listed = shell.run("api-keys", "list").out
    assert made.out.strip() not in listed
    assert "works  events" in listed
    assert "CMS of Deltaplan" in listed
    key_id = listed.split()[0]
    assert shell.run("api-keys", "revoke", key_id).code == 0
    assert "revoked" in shell.run("api-keys", "list").out
    again = shell.run("api-keys", "revoke", key_id)
    assert again.code == 1
    assert "no such key" in again.sentence


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["make", "CMS"], 2),
        (["make", "CMS", "--scope", "everything"], 2),
        (["make", " ", "--scope", "events"], 1),
        (["revoke", "none"], 1),
    ],
)
def test_what_makes_no_sense_is_refused(shell: Shell, arguments: list[str], code: int) -> None:
    """Usage with 2, input with 1, in a sentence."""
    done = shell.run("api-keys", *arguments)
    assert done.code == code
    assert done.err
    assert shell.run("api-keys", "list").out == ""
