"""Letting people in leaves an entry of who did it."""

from __future__ import annotations

from services.database import audit
from services.database.engine import Database
from services.people.import_ambassadors import admit_ambassadors
from services.people.sign_in import admit_by_link
from services.people.store import people
from tests.builders import NOW, ambassador


async def test_letting_people_in_is_remembered(database: Database) -> None:
    """A table of ambassadors is one entry with its numbers, a link one about its person."""
    known, new = ambassador(1), ambassador(2)
    async with database.write() as transaction:
        await people.save_ambassadors(transaction, [known], now=NOW)
        updated = await admit_ambassadors(transaction, [known, new], actor="command line", now=NOW)
        link = await admit_by_link(
            transaction,
            new.id,
            actor="command line",
            roles=["marketing", "administrator"],
            base_url="https://go.example.org",
            now=NOW,
        )
        kept = await audit.recent(transaction, kinds=["person"], limit=5)
    assert updated == 1
    assert [(each.entry.action, each.entry.subject, each.entry.actor) for each in kept] == [
        ("person.link_made", new.id, "command line"),
        ("person.imported", "", "command line"),
    ]
    assert kept[0].entry.detail == {"roles": "administrator, marketing"}
    assert kept[1].entry.detail == {"imported": 1, "updated": 1}
    token = link.rpartition("/")[2]
    assert not any(token in str(each.entry) for each in kept)
