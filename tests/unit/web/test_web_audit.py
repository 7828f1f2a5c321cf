"""The administrator's page of what was done."""

from __future__ import annotations

from services.database import audit
from services.database.audit import Entry
from services.identity import ambassador_id
from tests.builders import NOW
from tests.unit.web.organisation import ANNA, Organisation, submit, vacancy


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
    away, blocked = "Stopped publishing on a network that is away</a>", "Blocked a word</a>"
    assert everything.index(away) < everything.index(blocked)
    assert "word:synergie" in words
    assert away not in words
    assert away in linkedin
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
    """No administrator sees who declined, changed a voice or paused, for any question."""
    anna = ambassador_id("anna@example.org")
    await _keep(
        organisation,
        *(_entry(f"{kind}.done", "planted", anna) for kind in ("post", "voice", "pace", "account")),
    )
    async with organisation.staff("ada@example.org", "administrator") as browser:
        for query in ("", "?subject=planted", "?action=post.done"):
            page = (await browser.get(f"/administration/audit{query}")).text
            assert "planted</a>" not in page
            assert ".done</a>" not in page


async def test_only_administrators_read_it(organisation: Organisation) -> None:
    """Others are refused as on every page of the administration."""
    async with organisation.staff("mia@example.org", "marketing", "recruiter") as browser:
        assert (await browser.get("/administration/audit")).status_code == 403


async def test_one_act_is_one_line_with_names(organisation: Organisation) -> None:
    """What was done at once is one line, with titles and names in place of ids."""
    about = await organisation.campaign(vacancy())
    await organisation.post(about, ANNA)
    mia = ambassador_id("mia@example.org")
    await _keep(
        organisation,
        _entry("audience.added", about.id, mia, person=ANNA.id),
        *(_entry("dead_letter.dropped", str(n), "command line", topic="t") for n in range(3)),
    )
    async with organisation.staff("ada@example.org", "administrator") as browser:
        page = (await browser.get("/administration/audit")).text
    assert page.count("Gave up a dead letter</a> (3×)") == 1
    assert all(f"subject={number}" in page for number in range(3))
    assert "The command line" in page
    assert f">{about.title}</a>" in page
    assert f"person: {ANNA.name}" in page
    assert f">{about.id}<" not in page


async def test_the_closer_of_a_vacancy_is_shown(organisation: Organisation) -> None:
    """A vacancy that a recruiter opened and closed has a line of theirs for each."""
    about = await organisation.campaign(vacancy())
    async with organisation.staff("rik@example.org", "recruiter", "administrator") as browser:
        await submit(browser, f"/vacancies/{about.id}", f"/vacancies/{about.id}/close")
        page = (await browser.get("/administration/audit?action=campaign.closed")).text
    assert f">{about.title}</a>" in page
    (kept,) = await organisation.read(audit.of, about.id)
    assert (kept.actor, kept.action) == (ambassador_id("rik@example.org"), "campaign.closed")


async def test_nothing_yet_is_not_nothing_of_this_kind(organisation: Organisation) -> None:
    """An audit without entries says something else than a search that found none."""
    async with organisation.staff("ada@example.org", "administrator") as browser:
        empty = (await browser.get("/administration/audit")).text
        searched = (await browser.get("/administration/audit?subject=x")).text
    assert "Nothing was done yet." in empty
    assert "Nothing was done of this kind." in searched
