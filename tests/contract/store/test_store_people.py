"""People, ambassadors, sign-in links and connections."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from services.accounts.store import connections
from services.database.engine import Database
from services.message import said
from services.people.store import access, people
from services.people.store.people import Person
from tests.builders import NOW, ambassador, connection, organise

ANNA = ambassador(1, since=2019, emoji=2)
BERT = ambassador(2, language="en", address_form="", crafts=(), length="short", timezone="UTC")
RECRUITER = Person(
    id=ANNA.id, email=ANNA.email, name="Anna", language="nl", roles=frozenset({"recruiter"})
)


async def test_ambassadors_come_back_as_they_were(database: Database) -> None:
    """Every field of a profile survives, lists and empty ones included."""
    async with database.write() as transaction:
        await people.save_ambassadors(transaction, [ANNA, BERT], now=NOW)
        await people.save_ambassadors(transaction, [], now=NOW)
    async with database.read() as transaction:
        assert {each.id: each for each in await people.all_ambassadors(transaction)} == {
            ANNA.id: ANNA,
            BERT.id: BERT,
        }
        assert await people.ambassadors_by_id(transaction, [BERT.id, "nobody", BERT.id]) == {
            BERT.id: BERT
        }


async def test_importing_again_updates_the_profile(database: Database) -> None:
    """A second import changes what it names and makes no one twice."""
    changed = replace(ANNA, name="Anna B.", crafts=("staal",), since=None)
    async with database.write() as transaction:
        await people.save_ambassadors(transaction, [ANNA], now=NOW)
        await people.save_ambassadors(transaction, [changed], now=NOW)
        assert await people.all_ambassadors(transaction) == [changed]


async def test_an_imported_recruiter_is_both(database: Database) -> None:
    """Somebody with another role becomes an ambassador too, and keeps the role at every import."""
    async with database.write() as transaction:
        await people.save_person(transaction, RECRUITER, now=NOW)
        await people.save_ambassadors(transaction, [ANNA, BERT], now=NOW)
        await people.save_ambassadors(transaction, [ANNA], now=NOW)
        anna = await people.person(transaction, ANNA.id)
        bert = await people.person(transaction, BERT.id)
    assert anna is not None
    assert anna.roles == {"ambassador", "recruiter"}
    assert bert is not None
    assert bert.roles == {"ambassador"}


async def test_an_unknown_id_is_no_person(database: Database) -> None:
    """An id that belongs to no one is no error."""
    async with database.read() as transaction:
        assert await people.person(transaction, "nobody") is None


async def test_five_thousand_ambassadors_are_imported_at_once(database: Database) -> None:
    """A large import is one transaction, and all of it can be read by id."""
    everybody = [ambassador(number) for number in range(5_000)]
    async with database.write() as transaction:
        await people.save_ambassadors(transaction, everybody, now=NOW)
    async with database.read() as transaction:
        found = await people.ambassadors_by_id(transaction, [each.id for each in everybody])
    assert found == {each.id: each for each in everybody}


async def test_more_ids_than_a_statement_takes_are_looked_up(database: Database) -> None:
    """Seventy thousand ids are no problem, though no database takes so many in one statement."""
    many = [str(number) for number in range(70_000)]
    async with database.write() as transaction:
        await organise(transaction, [ANNA])
        assert set(await people.ambassadors_by_id(transaction, [*many, ANNA.id])) == {ANNA.id}
        assert await connections.networks_of(transaction, [*many, ANNA.id]) == {
            ANNA.id: ("linkedin",)
        }


async def test_a_sign_in_link_works_once_and_in_time(database: Database) -> None:
    """Looked at as often as one likes, it signs its person in once, and not after its time."""
    just_before = NOW - timedelta(microseconds=1)
    async with database.write() as transaction:
        await people.save_person(transaction, RECRUITER, now=NOW)
        for token in ("ab", "cd"):
            await access.add_sign_in_link(
                transaction, token_sha256=token, person_id=RECRUITER.id, expires_at=NOW
            )
        for way in (access.person_of_link, access.use_sign_in_link):
            assert await way(transaction, token_sha256="cd", now=NOW) is None
            assert await way(transaction, token_sha256="ef", now=just_before) is None
        for way in (access.person_of_link, access.person_of_link, access.use_sign_in_link):
            assert await way(transaction, token_sha256="ab", now=just_before) == RECRUITER
        for way in (access.person_of_link, access.use_sign_in_link):
            assert await way(transaction, token_sha256="ab", now=just_before) is None


async def test_links_that_ran_out_are_forgotten(database: Database) -> None:
    """Those that still work stay."""
    async with database.write() as transaction:
        await people.save_person(transaction, RECRUITER, now=NOW)
        for token, hours in (("ab", -1), ("cd", 1)):
            await access.add_sign_in_link(
                transaction,
                token_sha256=token,
                person_id=RECRUITER.id,
                expires_at=NOW + timedelta(hours=hours),
            )
        await access.forget_sign_in_links(transaction, before=NOW)
        long_ago = NOW - timedelta(days=9)
        assert await access.person_of_link(transaction, token_sha256="ab", now=long_ago) is None
        assert await access.person_of_link(transaction, token_sha256="cd", now=NOW) == RECRUITER


@pytest.mark.parametrize(
    "moment",
    [
        NOW.replace(microsecond=123_456),
        datetime(2026, 3, 29, 2, 30, tzinfo=timezone(timedelta(hours=2))),
        datetime(1900, 1, 1, tzinfo=UTC),
        datetime(2100, 12, 31, 23, 59, 59, 999_999, tzinfo=timezone(-timedelta(hours=11))),
    ],
)
async def test_times_survive_as_the_same_moment_in_utc(
    database: Database, moment: datetime
) -> None:
    """A moment comes back equal, in UTC, to the microsecond, from any zone."""
    async with database.write() as transaction:
        await people.save_ambassadors(transaction, [ANNA], now=NOW)
        await connections.save(transaction, connection(ANNA, expires_at=moment))
    async with database.read() as transaction:
        stored = await connections.get(transaction, ANNA.id, "linkedin")
    assert stored is not None
    assert stored.expires_at == moment
    assert stored.expires_at is not None
    assert stored.expires_at.utcoffset() == timedelta(0)


async def test_lists_of_a_person_come_back_in_their_order(database: Database) -> None:
    """Crafts, topics and other languages are kept as they were given, and replaced as a whole."""
    anna = replace(
        ANNA, crafts=("staal", "beton"), topics=("water", "data"), other_languages=("en",)
    )
    async with database.write() as transaction:
        await people.save_ambassadors(transaction, [anna], now=NOW)
        assert await people.ambassadors_by_id(transaction, [anna.id]) == {anna.id: anna}
        bare = replace(anna, topics=(), other_languages=())
        await people.save_ambassadors(transaction, [bare], now=NOW)
        assert await people.record(transaction, anna.id) == bare


async def test_connecting_again_replaces_everything(database: Database) -> None:
    """A new connection takes the old one's place, and clears what the person was asked to do."""
    first = connection(ANNA)
    again = connection(ANNA, tokens=b"new", scopes=("openid",), expires_at=None, handle="anna")
    async with database.write() as transaction:
        await people.save_ambassadors(transaction, [ANNA, BERT], now=NOW)
        await connections.save(transaction, first)
        for tokens in (first.tokens, b"of before"):
            await connections.mark_needs_person(
                transaction, ANNA.id, "linkedin", said(f"Again: {tokens!r}."), tokens=tokens
            )
        marked = await connections.get(transaction, ANNA.id, "linkedin")
        assert marked == replace(first, needs_person=said(f"Again: {first.tokens!r}."))
        await connections.save(transaction, again)
        assert await connections.get(transaction, ANNA.id, "linkedin") == again
        assert await connections.unconnected(transaction, "linkedin", limit=5) == [BERT.id]


async def test_a_refreshed_pair_replaces_the_tokens_alone(database: Database) -> None:
    """Saving tokens changes them, their end, and that nothing is asked of the person any more."""
    first = connection(ANNA)
    async with database.write() as transaction:
        await people.save_ambassadors(transaction, [ANNA], now=NOW)
        await connections.save(transaction, first)
        await connections.mark_needs_person(
            transaction, ANNA.id, "linkedin", "Connect it again.", tokens=first.tokens
        )
        await connections.save_tokens(
            transaction, ANNA.id, "linkedin", tokens=b"fresh", expires_at=NOW, renewable=True
        )
        stored = await connections.get(transaction, ANNA.id, "linkedin")
        assert stored == replace(first, tokens=b"fresh", expires_at=NOW, renewable=True)


async def test_tokens_under_another_key_replace_those_that_were_seen(database: Database) -> None:
    """A pair that was renewed meanwhile is the newer one, and stays."""
    async with database.write() as transaction:
        await people.save_ambassadors(transaction, [ANNA, BERT], now=NOW)
        for person in (ANNA, BERT):
            await connections.save(transaction, connection(person))
        seen = await connections.sealed(transaction)
        await connections.save_tokens(
            transaction, BERT.id, "linkedin", tokens=b"renewed", expires_at=NOW, renewable=True
        )
        await connections.reseal(transaction, [(each, b"under another key") for each in seen])
        held = {each.ambassador_id: each.tokens for each in await connections.sealed(transaction)}
    assert held == {ANNA.id: b"under another key", BERT.id: b"renewed"}


async def test_one_holder_refreshes_the_tokens_that_are_stored(database: Database) -> None:
    """The refresh is one holder's until it ends or its time is over, and only for the same pair."""

    async def begin(holder: str, *, tokens: bytes = b"sealed", later: int = 0) -> bool:
        now = NOW + timedelta(seconds=later)
        return await connections.begin_refresh(
            transaction,
            ANNA.id,
            "linkedin",
            tokens=tokens,
            holder=holder,
            now=now,
            until=now + timedelta(seconds=60),
        )

    async with database.write() as transaction:
        await people.save_ambassadors(transaction, [ANNA], now=NOW)
        await connections.save(transaction, connection(ANNA))
        assert not await begin("a", tokens=b"older")
        assert await begin("a")
        assert not await begin("b")
        await connections.end_refresh(transaction, ANNA.id, "linkedin", holder="b")
        assert not await begin("b"), "only its holder ends it"
        assert await begin("b", later=61), "a holder that died loses it"
        await connections.end_refresh(transaction, ANNA.id, "linkedin", holder="b")
        assert await begin("c", later=62)
        await connections.save_tokens(
            transaction, ANNA.id, "linkedin", tokens=b"fresh", expires_at=NOW, renewable=True
        )
        assert await begin("d", tokens=b"fresh", later=63), "storing the new pair ends it"


async def test_networks_are_listed_by_person(database: Database) -> None:
    """Each person's networks come in one order; somebody without one is left out."""
    async with database.write() as transaction:
        await people.save_ambassadors(transaction, [ANNA, BERT], now=NOW)
        for network in ("x", "linkedin"):
            await connections.save(transaction, connection(ANNA, network))
        ids = [ANNA.id, BERT.id]
        assert await connections.networks_of(transaction, ids) == {ANNA.id: ("linkedin", "x")}
        await connections.remove(transaction, ANNA.id, "x")
        assert await connections.networks_of(transaction, ids) == {ANNA.id: ("linkedin",)}
        assert await connections.get(transaction, ANNA.id, "x") is None


async def test_an_account_is_leased_to_one_worker(database: Database) -> None:
    """A lease keeps others away until it is released by its holder or has run out."""
    until, account = NOW + timedelta(seconds=90), (ANNA.id, "linkedin")

    async with database.write() as transaction:
        await organise(transaction, [ANNA])

        async def lease(worker: str, now: datetime) -> bool:
            if not await connections.free_accounts(transaction, [account], now=now):
                return False
            await connections.lease(transaction, [account], worker=worker, until=until)
            return True

        assert await lease("a", NOW)
        assert not await lease("b", NOW)
        await connections.release(transaction, [account], worker="b")
        assert not await lease("b", until)
        assert await lease("b", until + timedelta(microseconds=1))
        await connections.release(transaction, [account], worker="b")
        assert await lease("c", NOW)


async def test_an_account_that_is_not_connected_is_free(database: Database) -> None:
    """There is nothing to keep; its user finds out that it is not there."""
    async with database.write() as transaction:
        nobody = ("nobody", "x")
        assert await connections.free_accounts(transaction, [nobody], now=NOW) == {nobody}
