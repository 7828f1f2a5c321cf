"""Tokens, codes and secrets stay out of logs and messages, at every level."""

from __future__ import annotations

import logging

import pytest

from connectors.linkedin import LinkedIn
from connectors.mastodon import Mastodon
from connectors.x import X
from services.errors import ZwaanError
from services.ports import Account, OutgoingPost
from tests.unit.connectors.conftest import (
    ACCESS,
    NOW,
    REFRESH,
    SECRET,
    Answer,
    ScriptedNetwork,
    says,
)

PLANTED = (ACCESS, REFRESH, SECRET, "planted-code", "planted-verifier")
POST = OutgoingPost(text="hallo")
BROKEN = (Answer(status=500, body=b"<html>"), Answer(status=401), Answer(body=b'{"half'))


def test_planted_secrets_are_never_logged(
    linkedin: LinkedIn,
    x: X,
    mastodon: Mastodon,
    network: ScriptedNetwork,
    *,
    member: Account,
    user: Account,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """With the root logger at DEBUG, good and bad answers alike leave no secret behind."""
    caplog.set_level(logging.DEBUG)
    messages: list[str] = []
    token = {"access_token": ACCESS, "refresh_token": REFRESH, "scope": "tweet.write"}
    network.script(says(token), says({"data": {"id": "42", "username": "sanne"}}))
    x.connect(code="planted-code", verifier="planted-verifier", redirect_uri="https://z.example/c")
    for answer in BROKEN:
        for connector, account in ((linkedin, member), (x, user), (mastodon, user)):
            calls = (
                lambda: connector.publish(account, POST),  # noqa: B023 - called at once
                lambda: connector.reconcile(account, POST, since=NOW),  # noqa: B023
                lambda: list(connector.measure(account, ["1"])),  # noqa: B023
                lambda: connector.connect(  # noqa: B023
                    code="planted-code", verifier="planted-verifier", redirect_uri="https://z/c"
                ),
            )
            for call in calls:
                network.script(answer)
                with pytest.raises(ZwaanError) as caught:
                    call()
                messages.append(f"{caught.value!r} {getattr(caught.value, 'remedy', '')}")
    network.script(BROKEN[0])
    with pytest.raises(ZwaanError) as caught:
        x.refresh(user)
    messages.append(repr(caught.value))
    written = (
        caplog.text
        + "".join(messages)
        + repr((member, user, linkedin, x, mastodon, mastodon._flow))
    )
    for secret in PLANTED:
        assert secret not in written
    assert len(network.received) > len(BROKEN) * 2
