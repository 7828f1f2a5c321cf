"""What can be nobody's id is 404 before anything is asked: PostgreSQL takes no NUL in a text."""

from __future__ import annotations

from typing import Annotated

from fastapi import HTTPException, Path, Request

#: The id of a dead letter; what cannot be one is answered with 404 (`services.web.faults`).
LetterId = Annotated[int, Path(ge=1, lt=2**63)]

#: Of the longest id that an address holds, the path of a share text.
_LONGEST = 300


async def refuse_impossible_ids(request: Request) -> None:
    """A dependency of every page and of the API. Raises 404."""
    ids = [str(each) for each in request.path_params.values()]
    if any(len(each) > _LONGEST or not each.isprintable() for each in ids):
        raise HTTPException(404)
    if any("\x00" in each for _, each in request.query_params.multi_items()):
        raise HTTPException(404)
