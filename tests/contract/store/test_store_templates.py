"""Share texts that marketing wrote: versions stay as they are, and one of each path is in use."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from services.database.engine import Database
from services.database.schema import template_versions
from services.database.transaction import Transaction
from services.identity import ambassador_id
from services.people.store import people
from services.people.store.people import Person
from services.voice.store import post_templates
from tests.builders import NOW

PATH, OTHER = "nl/story/craft.j2", "x.j2"
MAAIKE = Person(
    id=ambassador_id("maaike@example.org"),
    email="maaike@example.org",
    name="Maaike",
    language="nl",
    roles=frozenset({"marketing"}),
)


async def write(transaction: Transaction, text: str, path: str = PATH) -> int:
    await post_templates.hold(transaction, path)
    return await post_templates.write(transaction, path, text, author=MAAIKE.id, now=NOW)


async def test_each_version_stays_and_the_last_is_used(database: Database) -> None:
    """Versions count by path, keep text, author and time, and the newest is in use."""
    async with database.write() as transaction:
        await people.save_person(transaction, MAAIKE, now=NOW)
        assert [await write(transaction, text) for text in ("één", "twee")] == [1, 2]
        assert await write(transaction, "{{ ask }}", OTHER) == 1
    async with database.read() as transaction:
        assert await post_templates.active(transaction) == {PATH: 2, OTHER: 1}
        history = await post_templates.history(transaction, PATH)
        found = [(one.version, one.text, one.author, one.written_at) for one in history]
        assert found == [(2, "twee", "Maaike", NOW), (1, "één", "Maaike", NOW)]
        assert (await post_templates.in_use(transaction))[PATH] == history[0]
        assert await post_templates.texts(transaction, {PATH: 1, OTHER: 9}) == {PATH: (1, "één")}
        assert await post_templates.texts(transaction, {}) == {}


async def test_an_older_version_and_the_shipped_one_can_be_used_again(database: Database) -> None:
    """Going back writes nothing anew, and the next version still counts on."""
    async with database.write() as transaction:
        await write(transaction, "één")
        await write(transaction, "twee")
        await post_templates.use(transaction, PATH, 1)
        assert (await post_templates.active(transaction))[PATH] == 1
        await post_templates.use(transaction, PATH, 0)
        assert await post_templates.active(transaction) == {}
        assert await write(transaction, "drie") == 3
        assert [one.author for one in await post_templates.history(transaction, PATH)] == [""] * 3


async def test_a_version_is_written_once(database: Database) -> None:
    """A version that is there can not be written over."""
    async with database.write() as transaction:
        await write(transaction, "één")
    row = {"path": PATH, "version": 1, "text": "x", "author": "", "written_at": NOW}
    with pytest.raises(IntegrityError):
        async with database.write() as transaction:
            await transaction.execute(template_versions.insert(), [row])
