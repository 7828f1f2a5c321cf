"""Connecting an account, against the sandbox networks over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from connectors.sandbox import create_sandbox
from services.accounts.store import connections
from services.database import audit
from services.errors import AccessInDoubt
from services.message import message
from services.ports import OutgoingPost
from tests.builders import connection
from tests.unit.connectors.sandbox.serving import Server
from tests.unit.web.organisation import (
    ANNA,
    BEN,
    Organisation,
    open_organisation,
    sandbox_networks,
    submit,
)


@pytest.fixture(scope="module")
def networks() -> Iterator[str]:
    """The address of both networks."""
    server = Server()
    sandbox = create_sandbox(None, public_url=server.url)
    server.application = sandbox
    server.start()
    yield server.url
    server.stop()
    sandbox.close()


@pytest.fixture
async def connected_world(tmp_path: Path, networks: str) -> AsyncIterator[Organisation]:
    async with open_organisation(tmp_path / "zwaan.db", networks_at=networks) as opened:
        yield opened


async def consent(browser: httpx.AsyncClient, network: str, decision: str = "allow") -> str:
    """Go to the network and decide there; returns the address that it sends the browser back to."""
    begin = await browser.get(f"/connect/{network}")
    assert begin.status_code == 303
    async with httpx.AsyncClient() as elsewhere:
        answer = await elsewhere.post(
            begin.headers["Location"],
            data={"decision": decision, "member": "anna@example.org", "name": "Anna de Wit"},
        )
    return answer.headers["Location"]


@pytest.mark.parametrize("network", ["linkedin", "x"])
async def test_consent_connects(connected_world: Organisation, network: str) -> None:
    """After consent the account is stored with sealed tokens, audited, and shown on the profile."""
    async with connected_world.signed_in("anna@example.org") as browser:
        back = await browser.get(await consent(browser, network))
        assert (back.status_code, back.headers["Location"]) == (303, "/profile")
        assert "Koppel opnieuw" in (await browser.get("/profile")).text
    stored = await connected_world.read(connections.get, ANNA.id, network)
    assert stored.handle
    (entry,) = await connected_world.read(audit.of, ANNA.id)
    assert entry.action == "account.connected"


async def test_a_refusal_is_fine(connected_world: Organisation) -> None:
    """A person who says no at the network comes back to a page that says nothing was connected."""
    async with connected_world.signed_in("anna@example.org") as browser:
        back = await browser.get(await consent(browser, "x", decision="deny"))
    assert back.status_code == 400
    assert "er is niets gekoppeld" in back.text
    assert await connected_world.read(connections.get, ANNA.id, "x") is None


async def test_a_callback_counts_once(connected_world: Organisation) -> None:
    """A callback that is opened again is refused, and what was connected stays."""
    async with connected_world.signed_in("anna@example.org") as browser:
        address = await consent(browser, "x")
        await browser.get(address)
        again = await browser.get(address)
    assert again.status_code == 400
    assert "Begin opnieuw" in again.text
    assert await connected_world.read(connections.get, ANNA.id, "x") is not None


@pytest.mark.parametrize("state", ["", "wrong", "é"])
async def test_a_wrong_state_connects_nothing(connected_world: Organisation, state: str) -> None:
    """A callback without the state that this browser began with is refused."""
    async with connected_world.signed_in("anna@example.org") as browser:
        code = parse_qs(urlsplit(await consent(browser, "x")).query)["code"][0]
        answer = await browser.get("/connect/x/callback", params={"code": code, "state": state})
    assert answer.status_code == 400
    assert await connected_world.read(connections.get, ANNA.id, "x") is None


async def test_a_callback_in_another_browser_connects_nothing(
    connected_world: Organisation,
) -> None:
    """A colleague who is led to somebody's callback is not connected to that account."""
    async with connected_world.signed_in("anna@example.org") as browser:
        address = await consent(browser, "linkedin")
    async with connected_world.signed_in("ben@example.org") as other:
        await other.get("/connect/linkedin")
        assert (await other.get(address)).status_code == 400
    assert await connected_world.read(connections.get, BEN.id, "linkedin") is None


async def test_a_callback_of_another_network_connects_nothing(
    connected_world: Organisation,
) -> None:
    """The state of one network is worth nothing at the other's callback."""
    async with connected_world.signed_in("anna@example.org") as browser:
        query = urlsplit(await consent(browser, "x")).query
        assert (await browser.get(f"/connect/linkedin/callback?{query}")).status_code == 400


async def test_a_used_code_says_what_to_do(connected_world: Organisation) -> None:
    """A code that the network does not accept is a page with a way to begin again."""
    async with connected_world.signed_in("anna@example.org") as browser:
        begin = await browser.get("/connect/x")
        state = parse_qs(urlsplit(begin.headers["Location"]).query)["state"][0]
        answer = await browser.get(
            "/connect/x/callback", params={"code": "nonsense", "state": state}
        )
    assert answer.status_code == 409
    assert 'href="/connect/x"' in answer.text


async def test_a_network_that_is_away_says_so(organisation: Organisation) -> None:
    """When the network cannot be reached nothing is connected, and the page says to wait."""
    async with organisation.signed_in("anna@example.org") as browser:
        begin = await browser.get("/connect/x")
        state = parse_qs(urlsplit(begin.headers["Location"]).query)["state"][0]
        answer = await browser.get("/connect/x/callback", params={"code": "c", "state": state})
    assert answer.status_code == 503
    assert "geeft nu geen antwoord" in answer.text


async def test_an_unknown_network_is_not_found(organisation: Organisation) -> None:
    """A network that this installation does not speak to is 404."""
    async with organisation.signed_in("anna@example.org") as browser:
        assert (await browser.get("/connect/myspace")).status_code == 404


async def test_a_connection_that_ends_is_said_where_it_matters(organisation: Organisation) -> None:
    """Inbox and profile say it from a fortnight before, and after the end; else they are quiet."""
    async with organisation.signed_in("anna@example.org") as browser:
        for days, said in ((15, ""), (13, "eindigt op"), (-1, "is geëindigd")):
            ends = organisation.clock + timedelta(days=days)
            async with organisation.database.write() as transaction:
                await connections.save(transaction, connection(ANNA, expires_at=ends))
            for page in ("/inbox", "/profile"):
                text = (await browser.get(page)).text
                assert ("Koppel LinkedIn opnieuw" in text) == bool(said)
                assert said in text


async def test_a_connection_that_works_no_more_is_said_where_it_matters(
    organisation: Organisation,
) -> None:
    """Inbox and profile say so in the reader's language, and how to go on."""
    held = connection(ANNA)
    async with organisation.database.write() as transaction:
        await connections.save(transaction, held)
        await connections.mark_needs_person(
            transaction,
            ANNA.id,
            "linkedin",
            message("linkedin.revoked", "Your LinkedIn connection was revoked"),
            tokens=held.tokens,
        )
    async with organisation.signed_in("anna@example.org") as browser:
        for page in ("/inbox", "/profile"):
            text = (await browser.get(page)).text
            assert "Koppel LinkedIn opnieuw" in text
            assert "Je koppeling met LinkedIn is ingetrokken." in text


async def test_disconnecting_withdraws_at_the_network(connected_world: Organisation) -> None:
    """After disconnecting, the network refuses the old token as well."""
    async with connected_world.signed_in("anna@example.org") as browser:
        await browser.get(await consent(browser, "x"))
        account = await connected_world.parts.accounts.open(ANNA.id, "x")
        answer = await submit(browser, "/profile", "/profile/disconnect/x")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/profile")
    assert await connected_world.read(connections.get, ANNA.id, "x") is None
    network = connected_world.parts.networks["x"]
    with pytest.raises(AccessInDoubt):
        network.publish(account, OutgoingPost(text="Nog even."))


async def test_an_unreachable_network_is_said_after_disconnecting(
    organisation: Organisation,
) -> None:
    """The tokens are gone here; the page says to look in the network's own settings as well."""
    await organisation.connect(ANNA, "x")
    async with organisation.signed_in("anna@example.org") as browser:
        answer = await submit(browser, "/profile", "/profile/disconnect/x")
    assert "X heeft niet bevestigd" in answer.text
    assert await organisation.read(connections.get, ANNA.id, "x") is None


async def test_only_our_own_sandbox_receives_the_name(organisation: Organisation) -> None:
    """The sandbox's consent page offers the account of who asks; a real network hears no name."""
    async with organisation.signed_in("anna@example.org") as browser:
        away = (await browser.get("/connect/linkedin")).headers["Location"]
        organisation.with_parts(networks=sandbox_networks(organisation.parts.base_url))
    async with organisation.signed_in("anna@example.org") as browser:
        own = (await browser.get("/connect/linkedin")).headers["Location"]
    assert "anna" not in away.lower()
    assert own.endswith("&login_hint=anna%40example.org&name_hint=Anna+de+Wit")


@pytest.mark.parametrize("renewable", [True, False])
async def test_only_a_connection_that_ends_says_when(
    organisation: Organisation, *, renewable: bool
) -> None:
    """An access that is refreshed by itself is no date to worry about; one that ends says when."""
    async with organisation.database.write() as transaction:
        held = connection(ANNA, "x", renewable=renewable)
        await connections.save(transaction, held)
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await browser.get("/profile")).text
    assert ("Geldig tot" in page) is not renewable
