"""One's own voice on one page: set by hand, learnt from edits, to take along and to delete."""

from __future__ import annotations

import json
from collections.abc import Mapping

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from services.voice import voice_profile
from services.voice.learning.learning import HABITS
from services.voice.store import own_words
from services.web.access import AmbassadorView
from services.web.pages.posts.inbox import own_post
from services.web.pages.voice.voice_form import filled, read_form
from services.web.view import View

router = APIRouter(prefix="/profile/voice")


@router.get("")
async def voice(view: AmbassadorView) -> Response:
    return await _show(view)


@router.post("")
async def save(view: AmbassadorView) -> Response:
    form = await read_form(view)
    if form.data is None:
        return await _show(view, status=422, fields=form.fields, faults=form.faults)
    async with view.parts.database.write() as transaction:
        wanted = {name: getattr(form.data, name) for name in type(form.data).model_fields}
        await voice_profile.save(transaction, view.me.id, wanted, now=view.now)
    return view.go("/profile/voice?saved=yes")


@router.post("/unlearn")
async def unlearn(view: AmbassadorView) -> Response:
    form = await view.request.form()
    habit, word = form.get("habit"), str(form.get("word", ""))
    if habit not in HABITS:
        raise HTTPException(422)
    async with view.parts.database.write() as transaction:
        await voice_profile.undo(transaction, view.me.id, habit, word, now=view.now)
    return view.go("/profile/voice#learnt")


@router.post("/answers/{post_id}/forget")
async def forget_answer(view: AmbassadorView, post_id: str) -> Response:
    await own_post(view, post_id)
    async with view.parts.database.write() as transaction:
        await own_words.forget_answers(transaction, view.me.id, post_id=post_id)
    return view.go("/profile/voice#answers")


@router.post("/delete")
async def delete(view: AmbassadorView) -> Response:
    async with view.parts.database.write() as transaction:
        await voice_profile.delete(transaction, view.me.id, now=view.now)
    return view.go("/profile/voice?deleted=yes")


@router.get("/export")
async def export(view: AmbassadorView) -> Response:
    async with view.parts.database.read() as transaction:
        profile = await voice_profile.read(transaction, view.me.id)
    return Response(
        json.dumps(voice_profile.export(profile), ensure_ascii=False, indent=2),
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="zwaan-voice.json"'},
    )


async def _show(
    view: View,
    *,
    status: int = 200,
    fields: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> Response:
    async with view.parts.database.read() as transaction:
        profile = await voice_profile.read(transaction, view.me.id)
    query = view.request.query_params
    return view.page(
        "profile/voice.html",
        status=status,
        profile=profile,
        fields=fields if fields is not None else filled(profile.person),
        faults=faults or {},
        done=next((name for name in ("saved", "deleted") if query.get(name)), ""),
    )
