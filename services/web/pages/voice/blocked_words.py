"""Marketing's list of words that no draft may hold, each with its reason."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from services.errors import Rejected
from services.voice import block_words
from services.voice.store import blocked_words
from services.web.access import TemplatesView
from services.web.pages.campaigns.event_forms import read_fields
from services.web.view import View

router = APIRouter(prefix="/templates/words")

_FIELDS = ("word", "reason")


@router.get("")
async def words(view: TemplatesView) -> Response:
    return await _show(view)


@router.post("")
async def block(view: TemplatesView) -> Response:
    fields = await read_fields(view, _FIELDS)
    typed = {name: fields.get(name, "") for name in _FIELDS}
    try:
        async with view.parts.database.write() as transaction:
            await block_words.block(
                transaction,
                **typed,
                organisation=view.parts.templates.shipped.organisation,
                author=view.me.id,
                now=view.now,
            )
    except Rejected as refusal:
        return await _show(view, status=422, typed=typed, fault=view.fault(refusal))
    return view.go("/templates/words")


@router.post("/allow")
async def allow(view: TemplatesView) -> Response:
    key = str((await view.request.form()).get("key", ""))
    async with view.parts.database.write() as transaction:
        await block_words.allow(transaction, key=key, author=view.me.id, now=view.now)
    return view.go("/templates/words")


async def _show(
    view: View, *, status: int = 200, typed: dict[str, str] | None = None, fault: str = ""
) -> Response:
    async with view.parts.database.read() as transaction:
        kept = await blocked_words.kept(transaction)
    return view.page(
        "post_templates/words.html",
        status=status,
        kept=kept,
        typed=typed or dict.fromkeys(_FIELDS, ""),
        fault=fault,
    )
