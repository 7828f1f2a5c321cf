"""Who is asked to share, and the reason in words.

Colleagues know the craft: a vacancy goes to those who share its craft, team or place; a story to
those whose craft, team or role it touches, or who read its language. Nobody is ranked for display:
the rank only decides whose wording is chosen first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from services.domain.ambassador import Ambassador
from services.domain.identity import derive_id
from services.events.incoming import StoryApproved, VacancyOpened

Content = StoryApproved | VacancyOpened

# Craft counts most: it is what makes a colleague's word worth something (product.md, point 4).
_CRAFT, _TEAM, _REGION, _LANGUAGE = 4, 3, 2, 1
#: More crafts than this say nothing more to a reader.
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """One person in a campaign's audience. ``rank`` is unique in the campaign, from 0."""

    ambassador_id: str
    rank: int
    score: int
    reason: str


def select_audience(
    campaign_id: str, content: Content, people: Iterable[Ambassador]
) -> list[Invitation]:
    """Everybody with a reason to share ``content``, best match first.

    The order among equals is fixed by the campaign, so that the same people are not always first.
    """
    matches = []
    for person in people:
        score, reason = match(content, person)
        if score:
            matches.append((-score, derive_id("order", campaign_id, person.id), person.id, reason))
    matches.sort()
    return [
        Invitation(ambassador_id=person_id, rank=rank, score=-score, reason=reason)
        for rank, (score, _, person_id, reason) in enumerate(matches)
    ]


def match(content: Content, person: Ambassador) -> tuple[int, str]:
    """The score of a match and its reason in the person's own language; 0 is no match."""
    reasons = []
    words = _WORDS[person.language]
    crafts, teams, place = _touches(content)
    shared = [craft for craft in person.crafts if craft.casefold() in crafts]
    if not shared and person.role.casefold() in crafts:
        shared = [person.role]
    score = 0
    if shared:
        score += _CRAFT
        reasons.append(words["craft"].format(", ".join(shared[:_NAMED])))
    if person.team.casefold() in teams:
        score += _TEAM
        reasons.append(words["team"].format(person.team))
    if person.region and _names(place, person.region.casefold()):
        score += _REGION
        reasons.append(words["region"].format(person.region))
    if content.language[:2].casefold() == person.language:
        score += _LANGUAGE
        if not reasons:
            reasons.append(words["language"])
    # A vacancy asks for more than reading its language: a colleague who knows the work.
    if isinstance(content, VacancyOpened) and score <= _LANGUAGE:
        return 0, ""
    return score, "; ".join(reasons)


def _touches(content: Content) -> tuple[set[str], set[str], str]:
    """Crafts (or roles), teams, and a place in words; a story's topics may be any of the former."""
    if isinstance(content, VacancyOpened):
        teams = {content.team.casefold()} if content.team else set()
        crafts = {craft.casefold() for craft in content.crafts}
        return crafts, teams, (content.location or "").casefold()
    topics = {topic.casefold() for topic in content.topics}
    return topics, topics, ""


def _names(place: str, region: str) -> bool:
    """Whether ``region`` stands in ``place`` as a whole: Ede is not in "Nederland"."""
    return re.search(rf"(?<!\w){re.escape(region)}(?!\w)", place) is not None


_WORDS = {
    "nl": {
        "craft": "zelfde vak: {}",
        "team": "zelfde team: {}",
        "region": "zelfde regio: {}",
        "language": "het verhaal is in jouw taal",
    },
    "en": {
        "craft": "same craft: {}",
        "team": "same team: {}",
        "region": "same region: {}",
        "language": "the story is in your language",
    },
}
