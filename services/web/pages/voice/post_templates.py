"""Marketing's share texts: the list, and one of them to write, check, try and put back."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from services.campaigns.store import campaigns
from services.errors import Rejected
from services.language import LANGUAGES, primary_language
from services.people.store import people
from services.posts import edit_templates
from services.posts.edit_templates import Trial
from services.voice.store import post_templates
from services.voice.store.post_templates import TemplateVersion
from services.voice.voice_profile import taught
from services.voice.writing.layout_syntax import fields_of
from services.voice.writing.post_templates import PATHS
from services.voice.writing.template_check import check_template
from services.web.access import TemplatesView
from services.web.view import View

router = APIRouter(prefix="/templates")

_CHOICES = 20


@router.get("")
async def templates(view: TemplatesView) -> Response:
    async with view.parts.database.read() as transaction:
        current = await view.parts.templates.templates(transaction)
        used = await post_templates.in_use(transaction)
    return view.page(
        "post_templates/list.html",
        rows=rows_of(current.files, used),
        languages=LANGUAGES,
    )


@router.get("/edit/{path:path}")
async def edit(view: TemplatesView, path: str) -> Response:
    return await _show(view, path)


@router.post("/edit/{path:path}")
async def save(view: TemplatesView, path: str) -> Response:
    typed, based_on = await _typed(view, path)
    async with view.parts.database.read() as transaction:
        current = await view.parts.templates.templates(transaction)
    try:
        checked = await asyncio.to_thread(edit_templates.checked, current, path, typed)
        async with view.parts.database.write() as transaction:
            await edit_templates.save(
                transaction, checked, based_on=based_on, author=view.me.id, now=view.now
            )
    except Rejected as refusal:
        return await _show(view, path, status=422, typed=typed, fault=view.fault(refusal))
    return view.go(f"/templates/edit/{path}?saved=yes")


@router.post("/check/{path:path}")
async def check(view: TemplatesView, path: str) -> Response:
    """What there is to say about a text that is being typed; nothing is stored."""
    typed, _ = await _typed(view, path)
    async with view.parts.database.read() as transaction:
        current = await view.parts.templates.templates(transaction)
    faults = await asyncio.to_thread(check_template, current, path, typed)
    return view.page("post_templates/_faults.html", faults=faults, lines=typed.split("\n"))


@router.post("/preview/{path:path}")
async def preview(view: TemplatesView, path: str) -> Response:
    """What a text that is being typed makes for five ambassadors; nothing is stored."""
    typed, _ = await _typed(view, path)
    form = await view.request.form()
    network = str(form.get("network", ""))
    if network not in view.parts.templates.networks:
        raise HTTPException(422)
    async with view.parts.database.read() as transaction:
        current = await view.parts.templates.composer(transaction)
        campaign = await campaigns.get(transaction, str(form.get("campaign", "")))
        if campaign is None:
            raise HTTPException(404)
        language = path.partition("/")[0]
        some = await people.some_ambassadors(transaction, language=language, limit=20)
        some = list((await taught(transaction, {one.id: one for one in some})).values())

    def tried() -> list[Trial]:
        checked = edit_templates.checked(current.templates, path, typed)
        return edit_templates.preview(
            current.revised(path, checked.text),
            path,
            campaign,
            some,
            network=network,
            link=f"{view.parts.base_url}/r/voorbeeld",
        )

    try:
        trials = await asyncio.to_thread(tried)
    except Rejected as refusal:
        return await _tried(view, path, typed, [], fault=view.fault(refusal))
    return await _tried(view, path, typed, trials)


@router.post("/restore/{path:path}")
async def restore(view: TemplatesView, path: str) -> Response:
    """Use an older version again; version 0 is the shipped one."""
    _known(view, path)
    version = str((await view.request.form()).get("version", ""))
    if not (version.isascii() and version.isdigit() and len(version) < 7):
        raise HTTPException(422)
    try:
        async with view.parts.database.write() as transaction:
            await edit_templates.restore(
                transaction, path=path, version=int(version), author=view.me.id, now=view.now
            )
    except Rejected as refusal:
        return await _show(view, path, status=422, fault=view.fault(refusal))
    return view.go(f"/templates/edit/{path}?restored=yes")


def _known(view: View, path: str) -> None:
    if not edit_templates.may_be_written(view.parts.templates.shipped, path):
        raise HTTPException(404)


async def _typed(view: View, path: str) -> tuple[str, int]:
    """The text as it was typed, and the version that it began from."""
    _known(view, path)
    form = await view.request.form()
    text = str(form.get("text", "")).replace("\r\n", "\n").strip("\n") + "\n"
    based_on = str(form.get("based_on", ""))
    number = int(based_on) if based_on.isascii() and based_on.isdigit() else 0
    return text, min(number, 1_000_000)


async def _tried(
    view: View, path: str, typed: str, trials: Sequence[Trial], *, fault: str = ""
) -> Response:
    status = 422 if fault else 200
    if view.partial:
        context = {"trials": trials, "tried": True, "preview_fault": fault}
        return view.page("post_templates/_preview.html", status=status, **context)
    return await _show(view, path, status=status, typed=typed, trials=trials, preview_fault=fault)


async def _show(
    view: View,
    path: str,
    *,
    status: int = 200,
    typed: str | None = None,
    fault: str = "",
    **context: Any,
) -> Response:
    _known(view, path)
    shipped = view.parts.templates.shipped
    row = TemplateRow(path=path)
    async with view.parts.database.read() as transaction:
        current = await view.parts.templates.templates(transaction)
        history = await post_templates.history(transaction, path)
        active = (await post_templates.active(transaction)).get(path, 0)
        choices = await campaigns.recent(transaction, kind=row.kind, limit=_CHOICES)
    # The newest for this language is the first.
    choices.sort(
        key=lambda campaign: not path.startswith(f"{primary_language(campaign.language)}/")
    )
    stored = next((one.text for one in history if one.version == active), None)
    text = stored or shipped.files[path]
    shown = text if typed is None else typed
    faults = await asyncio.to_thread(check_template, current, path, shown)
    query = view.request.query_params
    return view.page(
        "post_templates/edit.html",
        status=status,
        row=row,
        text=shown,
        lines=shown.split("\n"),
        faults=faults,
        fault=fault,
        active=active,
        history=history,
        campaigns=choices,
        networks=list(view.parts.templates.networks),
        slots=sorted(fields_of(path)),
        done=next((name for name in ("saved", "restored") if query.get(name)), ""),
        **{"trials": [], "tried": bool(context), "preview_fault": ""} | context,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRow:
    """One file of share texts; ``version`` None: as it was shipped."""

    path: str
    version: TemplateVersion | None = None

    @property
    def language(self) -> str:
        return self.path.split("/")[0]

    @property
    def kind(self) -> str:
        """``story`` or ``vacancy``."""
        return self.path.split("/")[1]

    @property
    def relation(self) -> str:
        return self.path.rpartition("/")[2].removesuffix(".j2")


def rows_of(paths: Collection[str], used: Mapping[str, TemplateVersion]) -> list[TemplateRow]:
    """All share texts, in the order in which relations are tried."""
    return [TemplateRow(path=path, version=used.get(path)) for path in PATHS if path in paths]
