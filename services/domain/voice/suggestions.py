"""Which of a person's variants becomes their text, and which others are worth showing.

A variant is a number: the same request with the same number gives the same text again. So nothing
of what was shown has to be kept but how far the numbers went.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from services.domain.ambassador import Ambassador
from services.domain.voice.apply_profile import (
    apply_profile,
    held_word,
    in_language,
    own_lines,
    without_avoided,
)
from services.domain.voice.composer import Composer
from services.domain.voice.guard import OverlapGuard
from services.domain.voice.request import Draft, DraftRequest, NoDraft

#: So many others are shown at once.
SHOWN = 3
#: So many variants are looked at for a draft without avoided words, and for each that is shown.
_TRIES, _TRIES_EACH = 12, 6

_NOBODY = OverlapGuard()


def first_draft(composer: Composer, request: DraftRequest, guard: OverlapGuard) -> Draft:
    """The first variant without a word that the person avoids. Raises NoDraft."""
    held = ""
    for variant in range(request.variant, request.variant + _TRIES):
        try:
            return draft_in_voice(composer, replace(request, variant=variant), guard)
        except _HoldsWord as refusal:
            held = held or str(refusal)
        except NoDraft:
            if not held:
                raise
    raise NoDraft(held, remedy="Write this text yourself, or allow the word.")


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
            draft = draft_in_voice(composer, replace(request, variant=variant), guard)
            judged_again(draft, request.ambassador, seen, request.rank)
        except NoDraft:
            pass
        else:
            seen.add(f"variant {variant}", draft.text)
            found.append(draft)
        variant += 1
    return found, variant


def draft_in_voice(composer: Composer, request: DraftRequest, guard: OverlapGuard) -> Draft:
    """One variant as this person writes it, judged after their profile was applied.

    Raises NoDraft when it cannot be made, is too much like another, or holds a word to avoid.
    """
    person = without_avoided(in_language(request.ambassador, request.content.language))
    request = replace(request, ambassador=person)
    draft = composer.compose(request, _NOBODY)
    text = apply_profile(
        draft.text, draft.recipe["parts"], person, network=request.network, link=request.link
    )
    if word := held_word(text, person.avoid):
        raise _HoldsWord(f"every text would hold a word that its author avoids ({word})")
    draft = replace(draft, text=text, recipe=draft.recipe | _profile(person))
    return judged_again(draft, person, guard, request.rank)


def judged_again(draft: Draft, person: Ambassador, guard: OverlapGuard, rank: int) -> Draft:
    """The draft with its overlap with what ``guard`` holds. Raises NoDraft when it is too high."""
    parts = draft.recipe["parts"]
    aside = f"{parts.get('title', '')}\n{parts.get('disclosure', '')}\n{own_lines(person)}"
    verdict = guard.judge(draft.text, aside=aside, rank=rank)
    if verdict.reason:
        raise NoDraft(
            verdict.reason, remedy="Add more facts to the source, or ask fewer people to share it."
        )
    return replace(draft, overlap=verdict.overlap)


def _earlier(composer: Composer, request: DraftRequest) -> Iterator[str]:
    for variant in range(request.variant):
        try:
            yield draft_in_voice(composer, replace(request, variant=variant), _NOBODY).text
        except NoDraft:
            continue


class _HoldsWord(NoDraft):
    """Another variant may do without the word."""


def _profile(person: Ambassador) -> dict[str, object]:
    """What of the profile the composer does not know, for the recipe; empty for most people."""
    applied = {
        "hashtags": person.hashtags,
        "exclamation": person.exclamation,
        "avoid": list(person.avoid),
        "opening": person.opening,
        "ending": person.ending,
    }
    usual = {"hashtags": 3, "exclamation": False, "avoid": [], "opening": "", "ending": ""}
    own = {name: value for name, value in applied.items() if value != usual[name]}
    return {"profile": own} if own else {}
