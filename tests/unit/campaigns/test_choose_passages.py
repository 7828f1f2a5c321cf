"""An editor's choice of passages, and the drafts that follow it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.campaigns.change_audience import add_to_audience
from services.campaigns.choose_passages import choose_passages, version_of
from services.campaigns.start_campaign import launch, start_campaigns
from services.campaigns.store import audience, campaigns
from services.database import audit
from services.database.engine import Database
from services.errors import Rejected
from services.events.incoming import LaunchPlan, StoryApproved
from services.events.outgoing import Asked, ShareRequested
from services.people.store import people
from services.people.store.people import Person
from services.post import PostState
from services.posts.store import posts
from services.posts.write_drafts import DraftWriter
from services.voice.current_templates import CurrentTemplates
from tests.builders import NOW, ambassador, campaign, fact, our_templates, story

MIA = Person(
    id="mia", email="mia@example.org", name="Mia", language="nl", roles=frozenset({"marketing"})
)
BODY = (
    "Drie weken lang klopte de sluisdeur in Utrecht niet. Niemand had de tekening van 1974 gelezen. "
    "Toen belde een schipper.\n\n"
    "In maart hing onze nieuwe deur er na elf dagen weer in. De schipper voer als eerste door de sluis."
)
ONE = "In maart hing onze nieuwe deur er na elf dagen weer in."
OWN = "De schipper die belde, kreeg onze eerste doorvaart cadeau."
THIN = "We zijn er trots op. Kom langs."
EVERYBODY = [ambassador(number) for number in range(1, 6)]


async def start(database: Database, content: StoryApproved, wish: str = "review") -> str:
    stated = fact(content)
    stated = replace(stated, event=replace(stated.event, extensions={"launch": wish}))
    async with database.write() as transaction:
        await people.save_ambassadors(transaction, EVERYBODY, now=NOW)
        await people.save_person(transaction, MIA, now=NOW)
        await start_campaigns(transaction, [stated], NOW)
    return campaign(content).id


async def choose(database: Database, campaign_id: str, *texts: str, **named: Any) -> None:
    async with database.write() as transaction:
        found = await campaigns.get(transaction, campaign_id)
        assert found is not None
        await choose_passages(
            transaction,
            campaign_id=campaign_id,
            texts=texts,
            based_on=named.get("based_on", version_of(found.content)),
            by=MIA,
            now=NOW,
        )


async def passages(database: Database, campaign_id: str) -> tuple[str, ...]:
    async with database.read() as transaction:
        found = await campaigns.get(transaction, campaign_id)
    assert found is not None
    return found.content.passages


async def written(database: Database, campaign_id: str) -> list[tuple[str, dict[str, Any]]]:
    """Texts and recipes of the drafts after a launch, by rank."""
    async with database.write() as transaction:
        launched = await launch(
            transaction,
            campaign_id=campaign_id,
            plan=LaunchPlan(),
            by=MIA,
            now=NOW,
            vouched=True,
        )
        assert launched == len(EVERYBODY)
    writer = DraftWriter(
        CurrentTemplates(our_templates()),
        short_link=lambda code: f"https://go.example.org/r/{code}",
    )
    asked = [
        Asked(ambassador_id=each.id, rank=rank, reason="x") for rank, each in enumerate(EVERYBODY)
    ]
    request = fact(ShareRequested(campaign_id=campaign_id, asked=tuple(asked)))
    async with database.write() as transaction:
        await writer.write_drafts(transaction, [request], NOW)
        found = await posts.in_state(transaction, PostState.READY)
        told = [(each.text, each.recipe) for each in found]
    return sorted(told, key=lambda one: one[1]["rank"])


async def test_drafts_tell_what_was_chosen_in_that_order(database: Database) -> None:
    """After the launch each draft holds one of the chosen passages, the first ones in order."""
    campaign_id = await start(database, story(body=BODY))
    await choose(database, campaign_id, OWN, ONE)
    drafts = await written(database, campaign_id)
    told = [recipe["passage"]["text"] for text, recipe in drafts if text]
    assert told[:2] == [OWN, ONE]
    assert set(told) == {OWN, ONE}
    assert all(recipe["passage"]["text"] in text for text, recipe in drafts if text)


async def test_a_thin_story_gives_questions_until_a_passage_is_added(
    database: Database,
) -> None:
    """Looked at first it has a list; as it is its people get a question, with a passage a text."""
    bare = await start(database, story("bare", body=THIN))
    assert [text for text, _ in await written(database, bare)] == [""] * len(EVERYBODY)
    helped = await start(database, story("helped", body=THIN))
    await choose(database, helped, OWN)
    drafts = [text for text, _ in await written(database, helped) if text.strip()]
    assert any(OWN in text for text in drafts)


async def test_a_thin_story_that_asks_at_once_asks_no_one(database: Database) -> None:
    """Without an editor who looks first no one is asked in vain, nor added to its list."""
    campaign_id = await start(database, story(body=THIN), "everybody")
    async with database.write() as transaction:
        assert (await audience.sizes(transaction, campaign_id)).asked == 0
        with pytest.raises(Rejected):
            await add_to_audience(
                transaction,
                campaign_id=campaign_id,
                ambassador_id=EVERYBODY[0].id,
                by=MIA,
                now=NOW,
            )


async def test_a_choice_is_kept_once_and_audited(database: Database) -> None:
    """The same choice again changes nothing; who chose is recorded, with what of it is sensitive."""
    ill = "Mevrouw De Boer was 84 jaar oud en zat drie dagen zonder stroom in huis."
    campaign_id = await start(database, story(body=f"{BODY}\n\n{ill}"))
    before = await passages(database, campaign_id)
    await choose(database, campaign_id, f"  {ONE[:8]}\r\n  {ONE[8:]}\n", ill)
    assert await passages(database, campaign_id) == (ONE, ill)
    await choose(database, campaign_id, *await passages(database, campaign_id), based_on="old")
    async with database.read() as transaction:
        entries = await audit.of(transaction, campaign_id)
    (entry,) = [each for each in entries if each.action == "campaign.passages"]
    assert (entry.actor, entry.subject) == (MIA.id, campaign_id)
    assert entry.detail["passages"] == 2
    assert entry.detail["sensitive"] == ["client"]
    assert before == ()


async def test_a_colleagues_choice_is_not_overwritten(database: Database) -> None:
    """A choice that was made on an older page is refused, and the newer one stays."""
    campaign_id = await start(database, story(body=BODY))
    await choose(database, campaign_id, ONE)
    with pytest.raises(Rejected, match="somebody else"):
        await choose(database, campaign_id, OWN, based_on=version_of(story()))
    assert await passages(database, campaign_id) == (ONE,)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ([], "0 passages"),
        (["Te kort."], "8 characters"),
        (["x" * 301], "301 characters"),
        ([f"Dit is passage nummer {number}." for number in range(21)], "21 passages"),
    ],
)
async def test_what_cannot_be_a_passage_is_refused(
    database: Database, texts: list[str], said: str
) -> None:
    """Nothing is kept of a choice that is empty, too long, too short or too much."""
    campaign_id = await start(database, story(body=BODY))
    with pytest.raises(Rejected, match=said):
        await choose(database, campaign_id, *texts)
    assert await passages(database, campaign_id) == ()


async def test_after_the_launch_nothing_changes(database: Database) -> None:
    """A person who was asked has a text made of it."""
    campaign_id = await start(database, story(body=BODY))
    await written(database, campaign_id)
    with pytest.raises(Rejected, match="launched already"):
        await choose(database, campaign_id, ONE)


async def test_a_story_that_arrives_again_is_no_contradiction(database: Database) -> None:
    """The editor's passages stay when the log delivers the event once more."""
    campaign_id = await start(database, story(body=BODY))
    await choose(database, campaign_id, ONE)
    assert await start(database, story(body=BODY)) == campaign_id
    assert await passages(database, campaign_id) == (ONE,)
    with pytest.raises(Rejected, match="another title"):
        await start(database, story(body=BODY, title="Anders"))
