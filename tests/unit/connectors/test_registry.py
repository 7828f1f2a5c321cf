"""Networks are found by entry point, ours and those of third parties alike."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import EntryPoint, EntryPoints
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import registry
from connectors.linkedin import LinkedIn
from connectors.mastodon import Mastodon
from connectors.registry import LONGEST, NetworkSettings, build_networks, share_intents
from connectors.x import X
from services.errors import Stop
from services.ports import PostRules


def settings(name: str) -> NetworkSettings:
    return NetworkSettings(name=name, client_id="id", client_secret="planted", version="202609")


def test_shipped_networks_are_registered() -> None:
    """LinkedIn, X and Mastodon come through the same door as any other network."""
    server = replace(settings("mastodon"), api_url="https://mastodon.example")
    networks = build_networks([settings("linkedin"), settings("x"), server])
    assert isinstance(networks["linkedin"], LinkedIn)
    assert isinstance(networks["x"], X)
    assert isinstance(networks["mastodon"], Mastodon)


def test_mastodon_needs_a_server() -> None:
    """There is no Mastodon without an address: a start without one stops and names the setting."""
    with pytest.raises(Stop, match="ZWAAN_MASTODON_URL"):
        build_networks([settings("mastodon")])


def test_a_third_party_adds_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that registers a factory is enough; the registry knows no network by name."""
    point = EntryPoint("other", "connectors.x:X", registry.ENTRY_POINT_GROUP)
    monkeypatch.setattr(registry, "entry_points", EntryPoints([point]).select)
    assert isinstance(build_networks([settings("other")])["other"], X)


def test_an_unknown_network_stops_with_what_is_installed() -> None:
    """A name without a connector is refused at the start, with the names that do exist."""
    with pytest.raises(Stop, match=r"myspace.* \(installed: linkedin, mastodon, x"):
        build_networks([settings("myspace")])


def test_settings_do_not_show_the_secret() -> None:
    """A settings object in a log or traceback shows no secret."""
    assert "planted" not in repr(settings("x"))


def test_empty_addresses_mean_the_real_networks() -> None:
    """Empty addresses are LinkedIn's and X's own, where consent is on the website's host."""
    networks = build_networks([settings("linkedin"), settings("x")])
    starts = {
        name: network.authorization(state="s", redirect_uri="https://zwaan.example/cb").url
        for name, network in networks.items()
    }
    assert starts["linkedin"].startswith("https://www.linkedin.com/oauth/v2/authorization?")
    assert starts["x"].startswith("https://x.com/i/oauth2/authorize?")


def test_connector_without_rules_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that declares no rules stops the start: no text could be written or measured for it."""
    point = EntryPoint("mute", "builtins:repr", registry.ENTRY_POINT_GROUP)
    monkeypatch.setattr(registry, "entry_points", EntryPoints([point]).select)
    with pytest.raises(Stop, match="PostRules"):
        build_networks([settings("mute")])


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"limit": 9, "images": -1}])
def test_rules_with_a_limit_below_one_are_refused(wrong: dict[str, int]) -> None:
    """A limit below one would refuse every text: its author hears so at once."""
    with pytest.raises(ValueError, match="at least 1"):
        PostRules(**wrong)


LINK = "https://go.example.com/r/abc"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=400)


@given(text=TEXTS, network=st.sampled_from(["linkedin", "x"]))
def test_composer_address_carries_the_exact_text(text: str, network: str) -> None:
    """For any text the network reads it from the address as it was written."""
    for intent in share_intents(network, text=text, link=LINK):
        parts = urlsplit(intent.address)
        query = parse_qs(parts.query, keep_blank_values=True, strict_parsing=True)
        assert parts.scheme == "https"
        assert parts.hostname in ("x.com", "www.linkedin.com")
        assert query.get("text", [text]) == [text]
        assert intent.carries_text == ("text" in query)


def test_linkedin_share_has_a_documented_address_too() -> None:
    """LinkedIn's way with the text may end any day; the one with the link alone stays."""
    with_text, link_only = share_intents("linkedin", text=f"Hoi {LINK}", link=LINK)
    assert with_text.carries_text
    assert not link_only.carries_text
    assert link_only.address.endswith(
        "/sharing/share-offsite/?url=https%3A%2F%2Fgo.example.com%2Fr%2Fabc"
    )


def test_too_long_share_address_is_not_offered() -> None:
    """A text whose address is too long is copied instead; the link alone is still offered."""
    (intent,) = share_intents("linkedin", text="é" * LONGEST, link=LINK)
    assert not intent.carries_text


@pytest.mark.parametrize("network", ["mastodon", "", "myspace"])
def test_unknown_network_has_no_share_address(network: str) -> None:
    """A network whose composer we do not know gets no address that might lead nowhere."""
    assert share_intents(network, text="Hoi", link=LINK) == ()
