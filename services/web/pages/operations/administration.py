"""The administrator's page: is everything in order, and what died on the way; and keys for other systems: make
one, see it once, revoke it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from services.accounts.rules import Circuit
from services.accounts.store import charges, network_calls
from services.database import dead_letters, outbox
from services.database.settle_dead_letters import drop, replay
from services.errors import Rejected
from services.message import NOTHING, Message, NetworkName, message
from services.people.api_keys import SCOPES, make_key, revoke_key
from services.people.store import access
from services.people.store.people import headcount
from services.price import MICROS
from services.text.web_address import is_loopback
from services.web.access import AdministratorView
from services.web.middleware import LetterId
from services.web.parts import Readiness, WebParts
from services.web.view import View

router = APIRouter(prefix="/administration")

#: Characters of a dead letter's content that are shown.
_SHOWN = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of "is everything in order?"."""

    name: Message
    good: bool
    verdict: Message
    detail: Message = NOTHING


@router.get("")
async def administration(view: AdministratorView) -> Response:
    async with view.parts.database.read() as transaction:
        letters = await dead_letters.waiting(transaction)
        waiting = await dead_letters.count(transaction)
        everybody = await headcount(transaction)
        unsent = await outbox.size(transaction)
        units = await charges.of_units(transaction)
        away = [each for each in await network_calls.all_circuits(transaction) if each.open_until]
    readiness = await view.parts.readiness()
    return view.page(
        "administration/administration.html",
        letters=letters,
        waiting=waiting,
        headcount=everybody,
        unsent=unsent,
        charged=Decimal(sum(one.number * one.each for one in units)) / MICROS,
        readiness=readiness,
        checks=[*_checks(view, readiness), *map(_away, away)],
    )


@router.get("/dead-letters/{letter_id}")
async def dead_letter(view: AdministratorView, letter_id: LetterId) -> Response:
    return await _show(view, letter_id)


@router.post("/dead-letters/{letter_id}/replay")
async def replay_dead_letter(view: AdministratorView, letter_id: LetterId) -> Response:
    await replay(view.parts.database, view.parts.log, letter_id, actor=view.me.id, now=view.now)
    return view.go("/administration")


@router.post("/dead-letters/{letter_id}/drop")
async def drop_dead_letter(view: AdministratorView, letter_id: LetterId) -> Response:
    async with view.parts.database.write() as transaction:
        await drop(transaction, [letter_id], actor=view.me.id, now=view.now)
    return view.go("/administration")


async def _show(view: View, letter_id: LetterId) -> Response:
    async with view.parts.database.read() as transaction:
        letter = await dead_letters.get(transaction, letter_id)
    if letter is None:
        raise HTTPException(404)
    content = letter.value.decode("utf-8", errors="backslashreplace")
    return view.page(
        "administration/dead_letter.html",
        letter=letter,
        content=content[:_SHOWN],
        cut=len(content) > _SHOWN,
    )


def _away(circuit: Circuit) -> Check:
    detail = message(
        "network.trouble",
        "{network}: {reason}",
        network=NetworkName(circuit.network),
        reason=circuit.reason,
    )
    return Check(
        name=message("check.away.name", "A network is away."),
        good=False,
        verdict=message("check.away.bad", "Posts wait and go out when it answers again."),
        detail=detail,
    )


def _checks(view: View, readiness: Readiness) -> list[Check]:
    parts = view.parts
    ends = parts.linkedin_sunset()
    address = urlsplit(parts.base_url)
    secure = address.scheme == "https"
    near = is_loopback(address.hostname or "")
    return [
        Check(
            name=message("check.progress.name", "Processing."),
            good=readiness.ready,
            verdict=message("check.progress.good", "Events are being processed.")
            if readiness.ready
            else message("check.progress.bad", "Events are not being processed right now."),
            detail=readiness.reason,
        ),
        _networks(parts),
        Check(
            name=message("check.linkedin-version.name", "LinkedIn's interface."),
            good=ends is None,
            verdict=message("check.linkedin-version.good", "Its version is supported for a while.")
            if ends is None
            else message(
                "check.linkedin-version.bad",
                "LinkedIn will refuse every call: set ZWAAN_LINKEDIN_VERSION to a newer version.",
            ),
            detail=NOTHING
            if ends is None
            else message("linkedin.version-ends", "LinkedIn's version ends on {day}", day=ends),
        ),
        Check(
            name=message("check.api-token.name", "Event API."),
            good=parts.api_token is not None or parts.is_laptop,
            verdict=message("check.api-token.good", "It asks for the API token.")
            if parts.api_token
            else message("check.api-token.loopback", "It is open to this machine only.")
            if parts.is_laptop
            else message(
                "check.api-token.bad",
                "No other system can send events or read metrics: set ZWAAN_API_TOKEN.",
            ),
        ),
        Check(
            name=message("check.https.name", "Encryption."),
            good=secure or near,
            verdict=message("check.https.good", "Pages are served over https.")
            if secure
            else message("check.https.loopback", "Not needed on this machine alone.")
            if near
            else message(
                "check.https.bad",
                "Pages are served without encryption: set ZWAAN_PUBLIC_URL to an https address.",
            ),
        ),
        Check(
            name=message("check.mail.name", "Mail."),
            good=parts.notifier is not None,
            verdict=message("check.mail.good", "Sign-in links go by mail.")
            if parts.notifier is not None
            else message(
                "check.mail.missing",
                "No mail is set up; make sign-in links with: zwaan sign-in EMAIL.",
            ),
        ),
    ]


def _networks(parts: WebParts) -> Check:
    real = bool(parts.networks) and not parts.sandboxes
    if real:
        verdict = message("check.networks.good", "Posts go to the real networks.")
    elif not parts.networks:
        verdict = message(
            "check.networks.off",
            "Every network is off, so nobody gets a text. Set ZWAAN_LINKEDIN_URL or ZWAAN_X_URL.",
        )
    elif len(parts.sandboxes) == len(parts.networks):
        verdict = message(
            "check.networks.sandbox",
            "Posts go to the sandbox. Set ZWAAN_LINKEDIN_URL and ZWAAN_X_URL to go live.",
        )
    else:
        verdict = message(
            "check.networks.some",
            "Some networks are a sandbox. Set their address to go live, or off.",
        )
    return Check(name=message("check.networks.name", "Networks."), good=real, verdict=verdict)


@router.get("/keys")
async def list_api_keys(view: AdministratorView) -> Response:
    return await _keys_page(view)


@router.post("/keys")
async def make_api_key(view: AdministratorView) -> Response:
    """The page with the key: no other page ever shows it."""
    form = await view.request.form()
    name, scopes = str(form.get("name", "")), [each for each in SCOPES if each in form]
    try:
        async with view.parts.database.write() as transaction:
            _, secret = await make_key(transaction, name, scopes, actor=view.me.id, now=view.now)
    except Rejected as fault:
        return await _keys_page(view, name=name, chosen=scopes, fault=view.fault(fault), status=422)
    return await _keys_page(view, secret=secret)


@router.post("/keys/{key_id}/revoke")
async def revoke_api_key(view: AdministratorView, key_id: str) -> Response:
    async with view.parts.database.write() as transaction:
        await revoke_key(transaction, key_id, actor=view.me.id, now=view.now)
    return view.go("/administration/keys")


async def _keys_page(
    view: View,
    *,
    secret: str = "",
    name: str = "",
    chosen: list[str] | None = None,
    fault: str = "",
    status: int = 200,
) -> Response:
    async with view.parts.database.read() as transaction:
        found = await access.all_keys(transaction)
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
