"""Speak to the process that owns the embedded log, over its local address."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import requests

from services.errors import Rejected, RetryLater
from services.settings import Settings
from services.use_cases.accept_events import Refusal
from streams.embedded.owner import Owner, read_owner

_TIMEOUT = (2.0, 30.0)


class OwnerClient:
    """The running ``zwaan up`` or ``demo`` of a data folder."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner

    def publish(self, documents: Sequence[Any]) -> tuple[int, list[Refusal]]:
        """Returns how many events were accepted, and why others were not. Raises RetryLater."""
        refused = [
            Refusal(place=place, fault=str(document), remedy=document.remedy)
            for place, document in enumerate(documents)
            if isinstance(document, Rejected)
        ]
        good = [
            place for place, document in enumerate(documents) if not isinstance(document, Rejected)
        ]
        if not good:
            return 0, refused
        answer = self._post([documents[place] for place in good])
        refused += [
            Refusal(place=good[each["place"]], fault=each["fault"], remedy=each["remedy"])
            for each in answer["refused"]
        ]
        return len(answer["accepted"]), sorted(refused, key=lambda refusal: refusal.place)

    def _post(self, documents: Sequence[Any]) -> Any:
        with requests.Session() as session:
            # The owner is on this machine, whatever proxies the environment names.
            session.trust_env = False
            try:
                answer = session.post(
                    f"{self._owner.url}/api/v1/events",
                    data=json.dumps(documents).encode(),
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
                    f"process {self._owner.pid} owns the log but does not answer at "
                    f"{self._owner.url}; try again"
                ) from error
        if "refused" not in document:
            raise RetryLater(f"the running zwaan answered {answer.status_code}; try again")
        return document


def running_owner(settings: Settings) -> OwnerClient | None:
    """The owner of the configured embedded log, when one runs and serves pages."""
    owner = read_owner(settings.log_path)
    return None if owner is None else OwnerClient(owner)
