"""Whether an SQLite file is sound in all its pages: a damaged one may be used for days unnoticed."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from services.database.faults import DAMAGED, remedy_of
from services.errors import Stop
from services.message import advised

#: SQLite looks at the clock after so many of its steps: some milliseconds.
_STEPS = 10_000


def quick_check(path: Path, *, name: str, seconds: float) -> bool:
    """Look for damage; False when the time was over before all of the file was seen.

    ``name`` is what the file holds, as in "the database". Raises Stop for a damaged file.
    See https://www.sqlite.org/pragma.html#pragma_quick_check.
    """
    until = time.monotonic() + seconds
    # Not ``mode=ro``: a reader of a WAL file must be able to make the shared index beside it.
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)
    try:
        connection.execute("PRAGMA query_only=ON")
        connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            return False
        raise Stop(advised(f"{name} cannot be used: {error}", remedy_of(error))) from error
    finally:
        connection.close()
    if found != "ok":
        # Its first line names the database among attached ones, of which there are none.
        raise Stop(advised(f"{name} cannot be used: {str(found).splitlines()[-1]}", DAMAGED))
    return True
