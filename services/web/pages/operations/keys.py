"""Keys for other systems, for administrators: make one, see it once, revoke it."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from services.errors import Rejected
from services.people.api_keys import SCOPES, make_key, revoke_key
from services.people.store import api_keys
from services.web.access import AdministratorView
from services.web.view import View

router = APIRouter(prefix="/administration/keys")


@router.get("")
async def keys(view: AdministratorView) -> Response:
    return await _page(view)


@router.post("")
async def make(view: AdministratorView) -> Response:
    """The page with the key: no other page ever shows it."""
    form = await view.request.form()
    name, scopes = str(form.get("name", "")), [each for each in SCOPES if each in form]
    try:
        async with view.parts.database.write() as transaction:
            _, secret = await make_key(transaction, name, scopes, actor=view.me.id, now=view.now)
    except Rejected as fault:
        return await _page(view, name=name, chosen=scopes, fault=view.fault(fault), status=422)
    return await _page(view, secret=secret)


@router.post("/{key_id}/revoke")
async def revoke(view: AdministratorView, key_id: str) -> Response:
    async with view.parts.database.write() as transaction:
        await revoke_key(transaction, key_id, actor=view.me.id, now=view.now)
    return view.go("/administration/keys")


async def _page(
    view: View,
    *,
    secret: str = "",
    name: str = "",
    chosen: list[str] | None = None,
    fault: str = "",
    status: int = 200,
) -> Response:
    async with view.parts.database.read() as transaction:
        found = await api_keys.everything(transaction)
    response = view.page(
        "administration/keys.html",
        status=status,
        keys=found,
        secret=secret,
        name=name,
        chosen=chosen or [],
        scopes=SCOPES,
        fault=fault,
    )
    response.headers["Cache-Control"] = "no-store"
    return response
