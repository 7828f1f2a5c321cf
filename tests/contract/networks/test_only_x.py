"""What only X can do wrong."""

from __future__ import annotations

import pytest

from services.domain.price import X_PRICES
from services.errors import NeedsPerson, OutcomeUnknown
from services.ports import Network
from tests.contract.networks.stage import Member, Sandbox, fresh_post


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
    assert "administrator" in caught.value.remedy


def test_the_price_is_what_is_billed(network: Network, member: Member, sandbox: Sandbox) -> None:
    """What we say a post costs is what X charges for it."""
    post = fresh_post()
    before = sandbox.billed()
    network.publish(member.account, post)
    assert sandbox.billed() - before == pytest.approx(float(X_PRICES.of(post.text)))


@pytest.mark.parametrize("fault", ["http_503", "drop", "expired_token", "credits_depleted"])
def test_a_duplicate_that_cannot_be_looked_up_is_unknown(
    network: Network, member: Member, sandbox: Sandbox, fault: str
) -> None:
    """The text is there, so "try later" and "refused" would both be wrong; a look tells later."""
    post = fresh_post()
    network.publish(member.account, post)
    sandbox.fault("x", "timeline.read", fault)
    with pytest.raises(OutcomeUnknown):
        network.publish(member.account, post)
    assert len(sandbox.posts("x", member.email)) == 1
