"""Speak to the process that owns the embedded log, over its local address."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from services.campaigns.accept_events import Note, Refusal
from services.errors import Rejected, RetryLater
from services.message import message, said
from services.settings import Settings
from streams.logs.embedded.owner import Owner, read_owner

_TIMEOUT = (2.0, 30.0)
# Half of what the event API takes at once.
_MAX_REQUEST_BYTES = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """How many events are on the log, why others are not, and what to know of the former."""

    accepted: int
    refused: Sequence[Refusal]
    notes: Sequence[Note]


class OwnerClient:
    """The running ``zwaan up`` or ``demo`` of a data folder."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner

    def publish(self, documents: Sequence[Any]) -> Published:
        """Raises RetryLater."""
        refused = [
            Refusal(place=place, fault=document.message, remedy=document.remedy)
            for place, document in enumerate(documents)
            if isinstance(document, Rejected)
        ]
        good = [
            place for place, document in enumerate(documents) if not isinstance(document, Rejected)
        ]
        accepted, notes = 0, []
        for places in _requests(good, documents):
            content = json.dumps([documents[place] for place in places]).encode()
            answer = self._post("/api/v1/events", content, expected="refused")
            accepted += len(answer["accepted"])
            refused += [
                Refusal(
                    place=places[each["place"]],
                    fault=said(each["fault"]),
                    remedy=said(each["remedy"]),
                )
                for each in answer["refused"]
            ]
            notes += [
                Note(place=places[each["place"]], note=said(each["note"]))
                for each in answer["notes"]
            ]
        refused.sort(key=lambda refusal: refusal.place)
        return Published(accepted=accepted, refused=refused, notes=notes)

    def replay(self, letter_id: int) -> None:
        """Raises Rejected when there is no such dead letter, RetryLater."""
        self._post(f"/api/v1/dead-letters/{letter_id}/replay", b"", expected="replayed")

    def _post(self, path: str, content: bytes, *, expected: str) -> Any:
        """The owner's answer, which holds the field ``expected``. Raises Rejected, RetryLater."""
        with requests.Session() as session:
            # The owner is on this machine: proxies of the environment do not apply.
            session.trust_env = False
            try:
                answer = session.post(
                    f"{self._owner.url}{path}",
                    data=content,
                    headers={
                        "Content-Type": "application/cloudevents-batch+json",
                        "Authorization": f"Bearer {self._owner.token}",
                    },
                    timeout=_TIMEOUT,
                    allow_redirects=False,
                )
                document = answer.json()
            except (requests.RequestException, ValueError) as error:
                raise RetryLater(
                    message(
                        "owner.no-answer",
                        "process {pid} owns the log but does not answer at {url}; try again",
                        pid=self._owner.pid,
                        url=self._owner.url,
                    )
                ) from error
        if expected in document:
            return document
        if answer.status_code in (requests.codes.unprocessable_entity, requests.codes.not_found):
            raise Rejected(said(document.get("fault", "")), remedy=said(document.get("remedy", "")))
        fault = document.get("fault") or f"it answered {answer.status_code}; try again"
        raise RetryLater(
            message(
                "owner.cannot-now",
                "the running zwaan cannot do this now: {fault}",
                fault=str(fault),
            )
        )


def _requests(places: Sequence[int], documents: Sequence[Any]) -> Iterator[list[int]]:
    """Places cut into requests that the owner's API takes."""
    request: list[int] = []
    size = 0
    for place in places:
        length = len(json.dumps(documents[place]))
        if request and size + length > _MAX_REQUEST_BYTES:
            yield request
            request, size = [], 0
        request.append(place)
        size += length
    if request:
        yield request


def running_owner(settings: Settings) -> OwnerClient | None:
    """The owner of the configured embedded log, when one runs and serves pages."""
    owner = read_owner(settings.log_path)
    return None if owner is None else OwnerClient(owner)


def address_of_pages(settings: Settings) -> str:
    """Where people reach the pages: the running owner's address, at any port."""
    owner = read_owner(settings.log_path) if settings.embedded else None
    return settings.base_url if owner is None else owner.public_url
