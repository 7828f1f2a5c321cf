"""Which other texts are worth showing for a draft.

A variant is a number: the same request with the same number gives the same text again. So nothing
of what was shown has to be kept but how far the numbers went.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from services.voice.writing.composer import Composer
from services.voice.writing.dealing import Dealt
from services.voice.writing.request import Draft, DraftRequest, NoDraft

#: So many others are shown at once.
SHOWN = 3


def other_drafts(
    composer: Composer, request: DraftRequest, dealt: Dealt, *, beside: Collection[str]
) -> tuple[list[Draft], int]:
    """At most three drafts from ``request.variant`` on, and the variant to go on with.

    ``beside`` are the texts that the person has; ``dealt`` is what everybody else has.
    """
    found: list[Draft] = []
    variant = request.variant
    while len(found) < SHOWN:
        try:
            draft = composer.compose(replace(request, variant=variant), dealt)
        except NoDraft:
            break
        if not draft.text:
            break
        variant = int(draft.recipe["variant"]) + 1
        if draft.text not in beside:
            found.append(draft)
    return found, variant
