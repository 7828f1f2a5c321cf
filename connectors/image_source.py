"""Fetches a story's images from the organisation's own addresses, and from nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

import requests

from connectors.transport.http import Limits, Transport
from services.errors import Rejected, RetryLater
from services.message import message
from services.posts.rules.post_images import LARGEST, is_image

_REMEDY = message("do.correct-image", "Ask whoever approved the story to correct its image.")


class ImageSource:
    """A `services.ports.Images`. ``bases`` are the base addresses that may be asked."""

    def __init__(self, bases: Sequence[str], *, limits: Limits | None = None) -> None:
        self._transport = Transport(
            "The image's host",
            routes={base: base for base in bases},
            limits=limits or Limits(answer_bytes=LARGEST),
        )

    def fetch(self, url: str) -> bytes:
        with self._transport.equip(requests.Session()) as session:
            answer = session.get(
                self._transport.address(url), headers={"Accept": "image/jpeg, image/png, image/gif"}
            )
        if answer.status_code in (requests.codes.not_found, requests.codes.gone):
            raise Rejected(
                message("image.gone", "the story's image is not there any more"), remedy=_REMEDY
            )
        if not answer.ok:
            raise RetryLater(
                message(
                    "image.not-fetched",
                    "the story's image cannot be fetched (status {status})",
                    status=answer.status_code,
                )
            )
        if not is_image(answer.content):
            raise Rejected(
                message("image.wrong-format", "the story's image is no JPEG, PNG or GIF"),
                remedy=_REMEDY,
            )
        return answer.content
