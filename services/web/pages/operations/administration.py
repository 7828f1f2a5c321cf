"""The administrator's page: is everything in order, and what died on the way."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from services.accounts.rules.circuit import Circuit
from services.accounts.store import charges, circuits
from services.database import dead_letters, outbox
from services.database.drop_dead_letter import drop
from services.database.replay_dead_letter import replay
from services.message import NOTHING, Message, NetworkName, message
from services.people.store.headcount import headcount
from services.price import MICROS
from services.text.loopback import is_loopback
from services.web.access import AdministratorView
from services.web.parts import Readiness, WebParts
from services.web.possible_ids import LetterId
from services.web.view import View

router = APIRouter(prefix="/administration")

#: Characters of a dead letter's content that are shown.
_SHOWN = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of "is everything in order?". ``name`` and ``state`` are keys of its words."""

    name: str
    good: bool
    state: str
    detail: Message = NOTHING


@router.get("")
async def administration(view: AdministratorView) -> Response:
    async with view.parts.database.read() as transaction:
        letters = await dead_letters.waiting(transaction)
        waiting = await dead_letters.count(transaction)
        everybody = await headcount(transaction)
        unsent = await outbox.size(transaction)
        units = await charges.of_units(transaction)
        away = [each for each in await circuits.every(transaction) if each.open_until]
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
    return Check(name="away", good=False, state="bad", detail=detail)


def _networks(parts: WebParts) -> str:
    if not parts.networks:
        return "off"
    if not parts.sandboxes:
        return "good"
    return "sandbox" if len(parts.sandboxes) == len(parts.networks) else "some"


def _checks(view: View, readiness: Readiness) -> list[Check]:
    parts = view.parts
    ends = parts.linkedin_sunset()
    address = urlsplit(parts.base_url)
    secure = address.scheme == "https"
    near = is_loopback(address.hostname or "")
    return [
        Check(
            name="progress",
            good=readiness.ready,
            state="good" if readiness.ready else "bad",
            detail=readiness.reason,
        ),
        Check(
            name="networks",
            good=_networks(parts) == "good",
            state=_networks(parts),
        ),
        Check(
            name="linkedin_version",
            good=ends is None,
            state="good" if ends is None else "bad",
            detail=NOTHING
            if ends is None
            else message("linkedin.version-ends", "LinkedIn's version ends on {day}", day=ends),
        ),
        Check(
            name="api_token",
            good=parts.api_token is not None or parts.is_laptop,
            state="good" if parts.api_token else ("loopback" if parts.is_laptop else "bad"),
        ),
        Check(
            name="https",
            good=secure or near,
            state="good" if secure else ("loopback" if near else "bad"),
        ),
        Check(
            name="mail",
            good=parts.notifier is not None,
            state="good" if parts.notifier is not None else "missing",
        ),
    ]
