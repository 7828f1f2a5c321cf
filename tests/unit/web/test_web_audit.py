"""The administrator's page of what was done."""

from __future__ import annotations

from services.domain.identity import ambassador_id
from services.storage import audit
from services.storage.audit import Entry
from tests.builders import NOW
from tests.unit.web.organisation import Organisation


async def _keep(organisation: Organisation, *entries: Entry) -> None:
    async with organisation.database.write() as transaction:
        await audit.add(transaction, entries)


def _entry(action: str, subject: str, actor: str = "publisher", **detail: object) -> Entry:
    return Entry(at=NOW, actor=actor, action=action, subject=subject, detail=detail)


async def test_what_was_done_is_read_by_action_and_subject(organisation: Organisation) -> None:
    """Who, what, about what and how; another action or subject is left out when asked for one."""
    anna = ambassador_id("anna@example.org")
    await _keep(
        organisation,
        _entry("word.blocked", "word:synergie", anna, reason="<b>jargon</b>"),
        _entry("network.away", "linkedin"),
    )
    async with organisation.staff("ada@example.org", "administrator") as browser:
        everything = (await browser.get("/administration/audit")).text
        words = (await browser.get("/administration/audit?action=word.blocked")).text
        linkedin = (await browser.get("/administration/audit?subject=linkedin")).text
    assert "Anna de Wit" in everything
    assert "reason: &lt;b&gt;jargon&lt;/b&gt;" in everything
    assert everything.index("network.away") < everything.index("word:synergie")
    assert "word:synergie" in words
    assert "network.away" not in words
    assert "network.away" in linkedin
    assert "word:synergie" not in linkedin


async def test_a_long_history_has_pages(organisation: Organisation) -> None:
    """Fifty at a time, from each page to the older one, each entry once."""
    await _keep(organisation, *(_entry("template.saved", f"t-{n:03}.") for n in range(120)))
    seen: list[int] = []
    path: str | None = "/administration/audit?action=template.saved"
    async with organisation.staff("ada@example.org", "administrator") as browser:
        while path:
            page = (await browser.get(path)).text
            seen.append(page.count(">t-"))
            _, _, after = page.partition('<a class="button" href="/administration/audit')
            rest = after.partition('"')[0].replace("&amp;", "&")
            path = f"/administration/audit{rest}" if rest else None
    assert seen == [50, 50, 20]


async def test_what_people_decided_is_theirs(organisation: Organisation) -> None:
    """No administrator sees who declined, changed a voice or paused, whatever is asked for."""
    anna = ambassador_id("anna@example.org")
    await _keep(
        organisation,
        *(_entry(f"{kind}.done", "planted", anna) for kind in ("post", "voice", "pace", "account")),
    )
    async with organisation.staff("ada@example.org", "administrator") as browser:
        for query in ("", "?subject=planted", "?action=post.done"):
            page = (await browser.get(f"/administration/audit{query}")).text
            assert ".done</a>" not in page


async def test_only_administrators_read_it(organisation: Organisation) -> None:
    """Others are refused as on every page of the administration."""
    async with organisation.staff("mia@example.org", "marketing", "recruiter") as browser:
        assert (await browser.get("/administration/audit")).status_code == 403
