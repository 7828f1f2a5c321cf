"""What only LinkedIn can do wrong."""

from __future__ import annotations

import pytest

from services.errors import NeedsPerson, Rejected
from services.ports import Image, Network
from tests.contract.networks.stage import Member, Sandbox, fresh_post


@pytest.fixture
def name() -> str:
    return "linkedin"


def test_an_upload_address_on_another_host_is_refused(
    network: Network, member: Member, sandbox: Sandbox
) -> None:
    """The image and the token do not go to a host that is not configured."""
    sandbox.fault("linkedin", "image.initialize", "foreign_upload_url")
    with pytest.raises(Rejected, match="not configured"):
        network.upload(member.account, Image(data=b"image", alt=""))
    assert sandbox.journal("linkedin", "image.upload") == []


def test_an_ended_version_needs_the_administrator(
    network: Network, member: Member, sandbox: Sandbox
) -> None:
    """A version that LinkedIn ended is named, with what to set."""
    sandbox.fault("linkedin", "post.create", "version_sunset")
    with pytest.raises(NeedsPerson, match="202609") as caught:
        network.publish(member.account, fresh_post())
    assert "administrator" in str(caught.value.remedy)
