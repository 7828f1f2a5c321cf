"""Which of a person's variants becomes their text, and which others are worth showing.

A variant is a number: the same request with the same number gives the same text again. So nothing
of what was shown has to be kept but how far the numbers went.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from services.domain.voice.composer import Composer, overlap_of
from services.domain.voice.guard import OverlapGuard
from services.domain.voice.request import Draft, DraftRequest, HoldsWord, NoDraft, TooAlike

#: So many others are shown at once.
SHOWN = 3
#: So many variants are looked at for a draft without such words, and for each that is shown.
_TRIES, _TRIES_EACH = 12, 6
#: So many, when each was too much like another text.
_TRIES_ALIKE = 4


def first_draft(composer: Composer, request: DraftRequest, guard: OverlapGuard) -> Draft:
    """The first variant that is unlike the others and holds no word that it may not.

    Raises NoDraft: the first HoldsWord where there was one, else the first TooAlike.
    """
    held: list[NoDraft] = []
    alike: list[NoDraft] = []
    for further in range(_TRIES):
        try:
            return composer.compose(_varied(request, further), guard)
        except HoldsWord as refusal:
            held.append(refusal)
        except TooAlike as refusal:
            alike.append(refusal)
            if len(alike) == _TRIES_ALIKE and not held:
                break
        except NoDraft:
            if not held:
                raise
    raise [*held, *alike][0]


def other_drafts(
    composer: Composer,
    request: DraftRequest,
    guard: OverlapGuard,
    *,
    beside: Sequence[str],
) -> tuple[list[Draft], int]:
    """At most three drafts from ``request.variant`` on, and the variant to go on with.

    ``beside`` are the texts that the person has; each draft differs from those, from the others,
    and from every earlier variant, as it has to differ from a colleague's.
    """
    seen = OverlapGuard()
    for number, text in enumerate([*beside, *_earlier(composer, request)]):
        seen.add(str(number), text)
    found: list[Draft] = []
    variant = request.variant
    while len(found) < SHOWN and variant < request.variant + SHOWN * _TRIES_EACH:
        try:
            draft = composer.compose(replace(request, variant=variant), guard)
            parts = draft.recipe["parts"]
            overlap_of(draft.text, parts, request.ambassador, seen, request.rank)
        except NoDraft:
            pass
        else:
            seen.add(f"variant {variant}", draft.text)
            found.append(draft)
        variant += 1
    return found, variant


def _varied(request: DraftRequest, further: int) -> DraftRequest:
    # Most people get the first.
    return replace(request, variant=request.variant + further) if further else request


def _earlier(composer: Composer, request: DraftRequest) -> Iterator[str]:
    for variant in range(request.variant):
        try:
            yield composer.compose(replace(request, variant=variant), OverlapGuard()).text
        except NoDraft:
            continue
