"""A campaign's list of people, and what they did before, on every database."""

from __future__ import annotations

from datetime import timedelta

from services.campaigns.rules.matching import Ground, Strength
from services.campaigns.rules.selection import History, added_by, select_audience
from services.campaigns.store import audience, campaigns
from services.campaigns.store.audience import Found, Standing
from services.campaigns.store.sharing_history import asked_lately, histories, often_asked
from services.database.engine import Database
from services.people.store import people
from services.post import PostState
from services.posts.store import posts
from tests.builders import NOW, ambassador, campaign, organise, story, vacancy

EVERYBODY = [
    ambassador(1, name="Zoë", team="", region=""),
    ambassador(2, name="Anna"),
    ambassador(3, name="100 % Bert", region=""),
    ambassador(4, name="Cas", crafts=("koken",), role="Kok", team="", region="Utrecht"),
]
OUTSIDER = ambassador(5, name="Dirk", crafts=(), role="", team="", region="")
VACANCY = campaign(vacancy())


async def propose(database: Database) -> None:
    """Everybody who fits is on the list, and the outsider by hand."""
    async with database.write() as transaction:
        await people.save_ambassadors(transaction, [*EVERYBODY, OUTSIDER], now=NOW)
        await campaigns.add(transaction, VACANCY)
        found = select_audience(VACANCY.id, VACANCY.content, EVERYBODY)
        await audience.invite(transaction, VACANCY.id, found, asked_at=None)
        rank = await audience.next_rank(transaction, VACANCY.id)
        added = added_by("Rik", OUTSIDER.id, "nl", rank=rank)
        await audience.invite(transaction, VACANCY.id, [added], asked_at=None)


async def test_a_list_is_read_as_it_was_written(database: Database) -> None:
    """By hand first, then by strength and name; what is stored of a match comes back whole."""
    await propose(database)
    async with database.read() as transaction:
        listed = await audience.listed(
            transaction, VACANCY.id, Standing.PROPOSED, offset=0, limit=10
        )
        second = await audience.listed(
            transaction, VACANCY.id, Standing.PROPOSED, offset=1, limit=1
        )
        stored = await audience.proposed(transaction, VACANCY.id)
        sizes = await audience.sizes(transaction, VACANCY.id)
        assert (
            await audience.listed(transaction, VACANCY.id, Standing.ASKED, offset=0, limit=10) == []
        )
        assert (await audience.sizes(transaction, VACANCY.id)).asked == 0
    assert [(each.name, each.strength) for each in listed] == [
        ("Dirk", None),
        ("100 % Bert", Strength.STRONG),
        ("Anna", Strength.STRONG),
        ("Cas", Strength.GOOD),
        ("Zoë", Strength.GOOD),
    ]
    assert second == listed[1:2]
    assert stored[:-1] == select_audience(VACANCY.id, VACANCY.content, EVERYBODY)
    assert (stored[-1].rank, stored[-1].reasons[0].ground) == (4, Ground.ADDED)
    assert (sizes.proposed, sizes.asked, sizes.removed) == (5, 0, 0)
    assert sizes.strengths == {Strength.STRONG: 2, Strength.GOOD: 2, None: 1}


async def test_people_move_between_standings(database: Database) -> None:
    """Off the list, back on it, and asked: after that nothing takes them off."""
    await propose(database)
    anna, zoe = EVERYBODY[1].id, EVERYBODY[0].id
    async with database.write() as transaction:
        assert await audience.set_removed(transaction, VACANCY.id, anna, removed=True)
        assert await audience.set_removed(transaction, VACANCY.id, zoe, removed=True)
        assert await audience.set_removed(transaction, VACANCY.id, zoe, removed=False)
        assert not await audience.set_removed(transaction, VACANCY.id, "nobody", removed=True)
        listed = await audience.proposed(transaction, VACANCY.id)
        assert anna not in {each.ambassador_id for each in listed}
        await audience.ask(transaction, VACANCY.id, listed, now=NOW)
        assert not await audience.set_removed(transaction, VACANCY.id, zoe, removed=True)
        sizes = await audience.sizes(transaction, VACANCY.id)
        assert (sizes.proposed, sizes.asked, sizes.removed) == (0, 4, 1)
        assert await audience.everybody_listed(transaction, VACANCY.id) == {
            person.id for person in (*EVERYBODY, OUTSIDER)
        }
        assert (await audience.sizes(transaction, VACANCY.id)).asked == 4
        assert await audience.next_rank(transaction, VACANCY.id) == 5
        assert await audience.next_rank(transaction, "c-none") == 0


async def test_weak_fits_move_together(database: Database) -> None:
    """On the list and off it, but those who were asked often; others stay where they are."""
    weak = [
        ambassador(number, name=f"Weak {number}", crafts=(), role="", team="", region="")
        for number in (7, 8)
    ]
    await propose(database)
    async with database.write() as transaction:
        await organise(transaction, weak[:1], [campaign(story("s-1")), campaign(story("s-2"))])
        await people.save_ambassadors(transaction, weak, now=NOW)
        found = select_audience(VACANCY.id, VACANCY.content, weak, first_rank=9)
        await audience.invite(transaction, VACANCY.id, found, asked_at=None, removed=True)
        often = often_asked(VACANCY.id, NOW + timedelta(days=1))
        assert await audience.possible_beside(transaction, VACANCY.id, often) == 1
        move = audience.set_possible_removed
        assert await move(transaction, VACANCY.id, removed=False, often=often) == 1
        (beside,) = await audience.listed(transaction, VACANCY.id, Standing.REMOVED, limit=9)
        assert beside.name == "Weak 7"
        assert await move(transaction, VACANCY.id, removed=True) == 1
        sizes = await audience.sizes(transaction, VACANCY.id)
        assert (sizes.proposed, sizes.removed) == (5, 2)


async def test_a_search_takes_signs_literally(database: Database) -> None:
    """A per cent sign finds who has one; capitals do not matter; strangers have no standing."""
    await propose(database)
    async with database.write() as transaction:
        await people.save_ambassadors(transaction, [ambassador(6, name="Elsa")], now=NOW)
    async with database.read() as transaction:
        (bert,) = await audience.search(transaction, VACANCY.id, "%", limit=10)
        (elsa,) = await audience.search(transaction, VACANCY.id, "eLSA", limit=10)
    assert (bert.name, bert.standing) == ("100 % Bert", Standing.PROPOSED)
    assert elsa == Found(
        ambassador_id=ambassador(6).id,
        name="Elsa",
        team="Waterkeringen",
        role="Bouwkundige",
        standing=None,
    )


async def test_a_campaign_is_launched_once_and_widened_in_its_time(database: Database) -> None:
    """Only a prepared campaign is launched; its moment to widen comes, and goes with its end."""
    prepared = campaign(story(), state="prepared")
    tomorrow = NOW + timedelta(days=1)
    async with database.write() as transaction:
        await campaigns.add(transaction, prepared)
        assert await campaigns.launch(transaction, prepared.id, now=NOW, widen_at=tomorrow)
        assert not await campaigns.launch(transaction, prepared.id, now=NOW, widen_at=None)
        assert await campaigns.to_widen(transaction, now=NOW) == []
        assert await campaigns.to_widen(transaction, now=tomorrow) == [prepared.id]
        await campaigns.close(transaction, prepared.id, now=NOW)
        assert await campaigns.to_widen(transaction, now=tomorrow) == []


async def test_sharing_history_is_kept_per_person(database: Database) -> None:
    """Shared outweighs declined, only related campaigns count as interest, and the own one never."""
    about, other = campaign(story("s-1", topics=["Concrete"])), campaign(story("s-2", topics=["x"]))
    shared_by, declined_by = EVERYBODY[:2]
    decisions = {
        (shared_by.id, "linkedin"): PostState.SHARED,
        (shared_by.id, "x"): PostState.DECLINED,
        (declined_by.id, "linkedin"): PostState.DECLINED,
    }
    async with database.write() as transaction:
        drafts = await organise(
            transaction, EVERYBODY[:3], [about, other], networks=("linkedin", "x")
        )
        for draft in drafts:
            after = decisions.get((draft.ambassador_id, draft.network))
            if after is not None:
                await posts.move(
                    transaction,
                    draft.id,
                    before=PostState.READY,
                    after=after,
                    published_at=NOW if after is PostState.SHARED else None,
                )
    later = NOW + timedelta(days=2)
    async with database.read() as transaction:
        found = await histories(transaction, campaign(vacancy(crafts=["beton"])), now=later)
        own = await histories(transaction, about, now=later)
        lately = await asked_lately(transaction, [shared_by.id], now=later, besides=about.id)
        much_later = NOW + timedelta(days=9)
        assert await asked_lately(transaction, [shared_by.id], now=much_later, besides="") == {}
    assert found == {
        shared_by.id: History(asked_lately=2, days_since=2.0, shared=1, shared_about=("beton",)),
        declined_by.id: History(asked_lately=2, days_since=2.0, declined=1),
        EVERYBODY[2].id: History(asked_lately=2, days_since=2.0),
    }
    assert own[shared_by.id] == History(asked_lately=1, days_since=2.0)
    assert lately == {shared_by.id: 1}
