"""``POST /api/v1/dead-letters/{id}/replay``: what ``zwaan dead-letters replay`` asks for."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request

from services.database.settle_dead_letters import replay
from services.web.api.access import admit
from services.web.possible_ids import LetterId
from services.web.view import parts_of

router = APIRouter(prefix="/api/v1", dependencies=[Depends(admit)])


@router.post("/dead-letters/{letter_id}/replay")
async def replay_dead_letter(request: Request, letter_id: LetterId) -> dict[str, int]:
    """Put the original bytes back on their topic. 404 when there is no such letter."""
    parts = parts_of(request)
    await replay(parts.database, parts.log, letter_id, actor="api", now=parts.clock())
    return {"replayed": letter_id}
