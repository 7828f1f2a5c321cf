"""Keys by which other systems get in: shown once, kept as a hash, for what they open, until revoked."""

from __future__ import annotations

import re

import httpx
import pytest
import sqlalchemy as sa

from services.database import audit
from services.database.schema import api_keys as table
from services.people.api_keys import PREFIX, make_key
from services.people.store import access
from tests.builders import NOW
from tests.unit.web.organisation import Organisation, submit
from tests.unit.web.test_web_events_api import event

KEYS = "/administration/keys"


async def made(organisation: Organisation, *scopes: str) -> tuple[str, str]:
    """The id of a new key, and what its holder sends."""
    async with organisation.database.write() as transaction:
        key, secret = await make_key(
            transaction, "Dashboard", scopes, actor="command line", now=NOW
        )
    return key.id, secret


async def ask(organisation: Organisation, secret: str, path: str, **sent: object) -> httpx.Response:
    """From elsewhere, where no one is known."""
    organisation.with_parts(is_laptop=False)
    async with organisation.client(Authorization=f"Bearer {secret}") as client:
        if sent:
            return await client.post(path, json=sent)
        return await client.get(path)


async def test_an_administrator_makes_a_key_and_sees_it_once(organisation: Organisation) -> None:
    """The page that answers has the key; no later page has it, the database only its hash, and the
    audit who made and revoked which."""
    async with organisation.staff("ada@example.org", "administrator") as browser:
        answer = await submit(browser, KEYS, KEYS, name="Power BI", figures="yes")
        (secret,) = re.findall(rf"<code>({PREFIX}[\w-]+)</code>", answer.text)
        assert answer.headers["Cache-Control"] == "no-store"
        assert (await ask(organisation, secret, "/api/v1/figures")).status_code == 200
        page = await browser.get(KEYS)
        assert "Power BI" in page.text
        assert secret not in page.text
        (key,) = await organisation.read(access.all_keys)
        assert key.scopes == ("figures",)
        await submit(browser, KEYS, f"{KEYS}/{key.id}/revoke")
        assert "Revoke<" not in (await browser.get(KEYS)).text
        assert (await ask(organisation, secret, "/api/v1/figures")).status_code == 401
        again = await submit(browser, KEYS, f"{KEYS}/{key.id}/revoke")
        assert again.status_code == 404
        shown = (await browser.get(f"/administration/audit?subject={key.id}")).text
    assert "Made an API key" in shown
    assert "Revoked an API key" in shown
    rows = await organisation.read(lambda transaction: transaction.execute(sa.select(table)))
    kept = await organisation.read(audit.recent, kinds=("api_key",), limit=10)
    assert len(kept) == 2
    assert secret not in f"{rows.all()} {kept}"


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"figures": "yes"}, "a key needs a name"),
        ({"name": " ", "events": "yes"}, "a key needs a name"),
        ({"name": "x" * 101, "events": "yes"}, "a key needs a name"),
        ({"name": "a\x00b", "events": "yes"}, "a key needs a name"),
        ({"name": "CMS"}, "a key has to open something"),
        ({"name": "<b>CMS</b>", "everything": "yes"}, "a key has to open something"),
    ],
)
async def test_a_form_that_is_not_whole_makes_no_key(
    organisation: Organisation, form: dict[str, str], sentence: str
) -> None:
    """The page says what is missing, and keeps what was typed."""
    async with organisation.staff("ada@example.org", "administrator") as browser:
        answer = await submit(browser, KEYS, KEYS, **form)
    assert answer.status_code == 422
    assert sentence in answer.text.lower() or sentence.capitalize() in answer.text
    assert "<b>CMS" not in answer.text
    assert await organisation.read(access.all_keys) == []


async def test_a_key_opens_what_its_scopes_say(organisation: Organisation) -> None:
    """One for events sends events and reads no figure, and the other way round; neither opens what
    is the operator's."""
    _, for_events = await made(organisation, "events")
    _, for_figures = await made(organisation, "figures")
    assert (await ask(organisation, for_events, "/api/v1/events", **event())).status_code == 202
    for path in ("/api/v1/figures", "/api/v1/figures.csv", "/api/v1/stats"):
        assert (await ask(organisation, for_figures, path)).status_code == 200
        refused = await ask(organisation, for_events, path)
        assert (refused.status_code, refused.json()["code"]) == (403, "api.no-scope")
        assert 'scope="figures"' in refused.headers["WWW-Authenticate"]
    refused = await ask(organisation, for_figures, "/api/v1/events", **event())
    assert (refused.status_code, refused.json()["code"]) == (403, "api.no-scope")
    for secret in (for_events, for_figures):
        assert (await ask(organisation, secret, "/metrics")).status_code == 404
        replayed = await ask(organisation, secret, "/api/v1/dead-letters/1/replay", x=1)
        assert replayed.status_code == 401
    assert (await ask(organisation, for_figures, "/api/v1/figures?by=post")).status_code == 403


@pytest.mark.parametrize(
    "change", [str.upper, str.swapcase, lambda key: key[:-1], lambda key: f"{key}x"]
)
async def test_another_key_opens_nothing(organisation: Organisation, change: object) -> None:
    """Neither does one that is nearly right, nor the hash that is stored."""
    _, secret = await made(organisation, "figures")
    assert callable(change)
    for wrong in (change(secret), PREFIX, "", "zwaan_é"):
        organisation.with_parts(is_laptop=False)
        async with organisation.client() as client:
            answer = await client.get(
                "/api/v1/figures", headers={"Authorization": f"Bearer {wrong}".encode()}
            )
        assert (answer.status_code, answer.json()["code"]) == (401, "api.needs-key")
    stored = await organisation.read(
        lambda transaction: transaction.scalar(sa.select(table.c.sha256))
    )
    for wrong in (stored, PREFIX + stored):
        assert (await ask(organisation, wrong, "/api/v1/figures")).status_code == 401


async def test_only_administrators_see_keys(organisation: Organisation) -> None:
    """Marketing and recruiters are refused."""
    async with organisation.staff("mia@example.org", "marketing", "recruiter") as browser:
        assert (await browser.get(KEYS)).status_code == 403
