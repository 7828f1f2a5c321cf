"""Bring one's own figures from LinkedIn as a file."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from services.errors import Rejected
from services.use_cases.import_reach import import_reach
from services.use_cases.linkedin_export import read_export
from services.web.access import AmbassadorView

router = APIRouter(prefix="/profile/reach")


@router.get("")
async def form(view: AmbassadorView) -> Response:
    return view.page("profile/import_reach.html", imported=None, fault="")


@router.post("")
async def take(view: AmbassadorView) -> Response:
    """The file is read and let go; only figures of posts that came from here are kept."""
    given = (await view.request.form()).get("file")
    content = await given.read() if isinstance(given, UploadFile) else b""
    try:
        if not content:
            raise Rejected("no file was chosen", remedy="Choose the file that LinkedIn gave you.")
        export = await asyncio.to_thread(read_export, content)
    except Rejected as refusal:
        return view.page(
            "profile/import_reach.html", status=422, imported=None, fault=view.fault(refusal)
        )
    imported = await import_reach(
        view.parts.database, export, ambassador_id=view.me.id, now=view.now
    )
    return view.page("profile/import_reach.html", imported=imported, fault="")
