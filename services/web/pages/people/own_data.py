"""One's own data: all of it as a file, and deleting oneself."""

from __future__ import annotations

import io
import json
from datetime import datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from fastapi import APIRouter
from fastapi.responses import Response

from services.message import Message
from services.privacy import edit_person
from services.privacy.store import everything_about
from services.web.access import PersonView
from services.web.view import View

router = APIRouter(prefix="/profile")


@router.get("/everything")
async def everything(view: PersonView) -> Response:
    """A ZIP with ``everything.json`` (rows by table) and ``everything.html`` (to be read)."""
    async with view.parts.database.read() as transaction:
        rows = await everything_about(transaction, view.me.id)
    page = view.render(
        "profile/everything.html",
        rows=rows,
        titles={each["id"]: each["title"] for each in rows.get("campaigns", ())},
        now=view.now,
    )
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as folder:
        folder.writestr("everything.html", page)
        folder.writestr(
            "everything.json", json.dumps(_plain(view, rows), indent=2, ensure_ascii=False)
        )
    headers = {
        "Content-Disposition": f'attachment; filename="zwaan-{view.now:%Y-%m-%d}.zip"',
        "Cache-Control": "no-store",
    }
    return Response(file.getvalue(), media_type="application/zip", headers=headers)


@router.get("/leave")
async def ask(view: PersonView) -> Response:
    """What goes and what stays, before anything does."""
    return view.page("profile/leave.html")


@router.post("/leave")
async def leave(view: PersonView) -> Response:
    """For good. The answer is the last page that the person sees."""
    kept = await edit_person.leave(
        view.parts.database, view.parts.accounts, view.me.id, now=view.now
    )
    view.request.session.clear()
    return View(request=view.request, parts=view.parts, messages=view.messages, person=None).page(
        "profile/left.html", kept=kept
    )


def _plain(view: View, value: Any) -> Any:
    """``value`` as JSON has it: moments in ISO 8601, messages as sentences."""
    if isinstance(value, dict):
        return {name: _plain(view, each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(view, each) for each in value]
    if isinstance(value, Message):
        return view.messages.say(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return value
