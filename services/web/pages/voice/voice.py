"""One's own voice on one page: set by hand, learnt from edits, exported and deleted; and its form,
with the values it allows and how it is read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from services.language import LANGUAGES, Language, traits_of
from services.message import message
from services.people.rules.ambassador import Ambassador
from services.text.normal_form import on_one_line
from services.voice import voice_profile
from services.voice.learning.learning import HABITS
from services.voice.store import own_words
from services.voice.writing.apply_profile import own_line_fault
from services.web.access import AmbassadorView
from services.web.messages import Messages
from services.web.pages.campaigns.event_forms import Filled, check, read_fields, words
from services.web.pages.posts.inbox import own_post
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


_LISTS = ("crafts", "topics", "avoid")
_TEXTS = ("role", "team", "region", "since", "opening", "ending")
_CHOICES = ("language", "address_form", "length", "hashtags")
_BOXES = ("also",)
_LINE_FAULTS = {
    "link": message("voice.fault.link", "A link does not belong here: every text has one already."),
    "hashtag": message(
        "voice.fault.hashtag", "Hashtags come from the story itself. Leave them out here."
    ),
    "employment": message(
        "voice.fault.employment", "Where you work is said in every text already. Leave it out here."
    ),
}
FIELDS = (*_TEXTS, *_LISTS, *_CHOICES, *_BOXES)


_Word = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=40), AfterValidator(on_one_line)
]
_Name = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=60), AfterValidator(on_one_line)
]
_OwnLine = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=100), AfterValidator(on_one_line)
]


class VoiceForm(BaseModel):
    """What a person says about how they write; the names are those of `Ambassador`."""

    model_config = ConfigDict(extra="forbid")

    language: Language
    other_languages: tuple[Language, ...] = ()
    address_form: Literal["je", "u", ""] = ""
    length: Literal["short", "medium", "long"]
    hashtags: Annotated[int, Field(ge=0, le=3)]
    avoid: Annotated[tuple[_Word, ...], Field(max_length=50)] = ()
    opening: _OwnLine = ""
    ending: _OwnLine = ""
    role: _Name = ""
    team: _Name = ""
    crafts: Annotated[tuple[_Word, ...], Field(max_length=20)] = ()
    topics: Annotated[tuple[_Word, ...], Field(max_length=20)] = ()
    region: _Name = ""
    since: Annotated[int, Field(ge=1900, le=2100)] | None = None


async def read_form(view: View) -> Filled[VoiceForm]:
    return check_form(await read_fields(view, FIELDS), view.messages)


def check_form(fields: Mapping[str, str], messages: Messages) -> Filled[VoiceForm]:
    """Read what was filled in; a choice that the form does not offer is a fault like any other."""
    language = fields["language"]
    data: dict[str, Any] = {name: fields[name] for name in (*_TEXTS, *_CHOICES)}
    data |= {name: tuple(dict.fromkeys(words(fields[name]))) for name in _LISTS}
    others = tuple(each for each in LANGUAGES if each != language)
    data["other_languages"] = others if fields["also"] else ()
    if not traits_of(language).address_forms:
        data["address_form"] = ""
    faults = {
        name: messages.phrase(_LINE_FAULTS[fault])
        for name in ("opening", "ending")
        if (fault := own_line_fault(fields[name]))
    }
    return check(VoiceForm, fields, data, messages, faults)


def filled(person: Ambassador) -> dict[str, str]:
    """The form of a person who changed nothing yet."""
    fields = {name: str(value) for name, value in asdict(person).items() if name in FIELDS}
    fields |= {name: ", ".join(getattr(person, name)) for name in _LISTS}
    fields["since"] = "" if person.since is None else str(person.since)
    fields["also"] = "yes" if person.other_languages else ""
    return fields
