"""What was done in the organisation's name, for administrators.

What people did with their own posts, voice, pace and accounts is theirs: no manager sees who
declined, here neither.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.database import audit
from services.web.access import AdministratorView
from services.web.pages.operations.audit_lines import ACTIONS, read_lines

router = APIRouter(prefix="/administration/audit")

#: What stands before the dot of the actions that are shown.
KINDS = (
    "audience",
    "campaign",
    "dead_letter",
    "network",
    "person",
    "records",
    "template",
    "word",
)
_PAGE = 50

_Text = Annotated[str, Query(max_length=300)]


@router.get("")
async def entries(
    view: AdministratorView,
    action: _Text = "",
    subject: _Text = "",
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
) -> Response:
    action, subject = action.strip(), subject.strip()
    async with view.parts.database.read() as transaction:
        found = await audit.recent(
            transaction,
            kinds=KINDS,
            action=action,
            subject=subject,
            before=before,
            limit=_PAGE + 1,
        )
        shown = found[:_PAGE]
        lines = await read_lines(transaction, shown)
    return view.page(
        "administration/audit.html",
        lines=lines,
        actions=ACTIONS,
        action=action,
        subject=subject,
        older=shown[-1].id if len(found) > _PAGE else None,
    )
