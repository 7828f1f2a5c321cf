"""How many there were on a day is known afterwards."""

from __future__ import annotations

from datetime import timedelta

from services.database.engine import Database
from services.people.store import people
from tests.builders import NOW, ambassador, organise

DAY = timedelta(days=1)


async def test_a_days_last_count_stays(database: Database) -> None:
    """Ambassadors by team and language, as they were at the end of the day; who is switched off or has
    another role alone is none."""
    crowd = [
        ambassador(1),
        ambassador(2, team="Sluizen"),
        ambassador(3),
        ambassador(4, language="en"),
    ]
    async with database.write() as transaction:
        await organise(transaction, crowd[:2], [])
        await people.remember_headcount(transaction, now=NOW)
        await organise(transaction, crowd[2:], [])
        await people.remember_headcount(transaction, now=NOW + timedelta(hours=1))
        await people.set_deactivated(transaction, crowd[0].id, NOW)
        await people.remember_headcount(transaction, now=NOW + 3 * DAY)
        first = {("Waterkeringen", "nl"): 2, ("Waterkeringen", "en"): 1, ("Sluizen", "nl"): 1}
        for days in range(3):
            day = (NOW + days * DAY).date().isoformat()
            assert await people.headcount_on(transaction, day) == first
        assert await people.headcount_on(transaction, "2026-11-27") == first | {
            ("Waterkeringen", "nl"): 1
        }
        assert await people.headcount_on(transaction, "2026-11-23") == {}
