"""What only X can do wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.errors import NeedsPerson, OutcomeUnknown
from services.ports import Image, Network
from services.price import X_PRICES
from tests.contract.networks.stage import (
    PIXEL,
    REDIRECT_URI,
    Consent,
    Member,
    Sandbox,
    fresh_email,
    fresh_post,
)


@pytest.fixture
def name() -> str:
    return "x"


def test_used_up_credits_need_the_administrator(
    network: Network, member: Member, sandbox: Sandbox
) -> None:
    """Without credits nothing is posted, and the remedy names who can add them."""
    sandbox.fault("x", "post.create", "credits_depleted")
    with pytest.raises(NeedsPerson, match="credits") as caught:
        network.publish(member.account, fresh_post())
    assert "administrator" in str(caught.value.remedy)


def test_the_price_is_what_is_billed(network: Network, member: Member, sandbox: Sandbox) -> None:
    """What we say a post costs is what X charges for it."""
    post = fresh_post()
    before = sandbox.billed()
    network.publish(member.account, post)
    assert sandbox.billed() - before == pytest.approx(float(X_PRICES.of(post.text)))


def test_every_other_unit_that_is_billed_is_counted(
    network: Network, consent: Consent, sandbox: Sandbox, counted: Counter[str]
) -> None:
    """What the connector reports to its meter is what X charges for besides posts; what X charges once
    a day counts each time."""
    before = sandbox.billed_units()
    given = consent(fresh_email())
    account = network.connect(
        code=given["code"], verifier=given["verifier"], redirect_uri=REDIRECT_URI
    )
    image = network.upload(account, Image(data=PIXEL, alt="Sanne op de dijk"))
    post = replace(fresh_post(), images=(image,))
    published = network.publish(account, post)
    assert network.reconcile(account, post, since=datetime.now(UTC)) == published
    other = network.publish(account, fresh_post())
    list(network.measure(account, [other.external_id]))
    network.delete(account, published.external_id)
    network.delete(account, published.external_id)
    billed = sandbox.billed_units() - before
    del billed["post_with_url"]
    assert (
        counted
        == billed
        == {
            "user_read": 1,
            "media_metadata": 1,
            "post_read": 2,
            "post_delete": 1,
        }
    )
    list(network.measure(account, [other.external_id, "1"]))
    assert counted["post_read"] == 3


@pytest.mark.parametrize("fault", ["http_503", "drop", "expired_token", "credits_depleted"])
def test_a_duplicate_that_cannot_be_looked_up_is_unknown(
    network: Network, member: Member, sandbox: Sandbox, fault: str
) -> None:
    """The text is there, so "try later" and "refused" would both be wrong; a later look decides."""
    post = fresh_post()
    network.publish(member.account, post)
    sandbox.fault("x", "timeline.read", fault)
    with pytest.raises(OutcomeUnknown):
        network.publish(member.account, post)
    assert len(sandbox.posts("x", member.email)) == 1
