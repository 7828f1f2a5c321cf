"""How well a person fits a story or vacancy: craft, team, place and language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.domain.ambassador import Ambassador
from services.domain.audience.crafts import craft_key, folded, name_key
from services.domain.audience.grounds import Ground, Reason
from services.events.incoming import StoryApproved, VacancyOpened

Content = StoryApproved | VacancyOpened


def source_of(content: Content) -> tuple[str, str]:
    """``story`` or ``vacancy``, and the id that its own system gave it."""
    if isinstance(content, VacancyOpened):
        return "vacancy", content.vacancy_id
    return "story", content.story_id


#: Points. Craft counts most: it is what makes a colleague's word worth something (product.md,
#: point 4).
CRAFT, TEAM, REGION, LANGUAGE = 80, 60, 40, 20
#: Points for a second and a third craft in common.
MORE_CRAFTS, MORE_COUNT = 5, 2


class Strength(StrEnum):
    """A score in words, from the fit alone: it tells nothing about what a person decided before."""

    STRONG = "strong"
    GOOD = "good"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """``fit`` in points, always above 0, with at least one reason."""

    fit: int
    reasons: tuple[Reason, ...]


def match(content: Content, person: Ambassador) -> Match | None:
    """Why ``person`` fits ``content``; None when nothing speaks for it."""
    return seek(content).match(person)


def strength(fit: int) -> Strength:
    """Strong: the craft and something more. Good: the craft, the team, or two lesser grounds."""
    if fit >= STRONG_FROM:
        return Strength.STRONG
    return Strength.GOOD if fit >= GOOD_FROM else Strength.POSSIBLE


STRONG_FROM, GOOD_FROM = CRAFT + REGION, TEAM


def topics_in_common(content: Content, topics: Iterable[str]) -> tuple[str, ...]:
    """Those of ``content``'s topics or crafts that are also among ``topics``."""
    others = {craft_key(topic) for topic in topics} - {""}
    own = content.crafts if isinstance(content, VacancyOpened) else content.topics
    return tuple(topic for topic in own if craft_key(topic) in others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a story or vacancy looks for in a person, read once for everybody.

    ``enough`` is the fit below which nobody is asked.
    """

    crafts: frozenset[str]
    teams: frozenset[str]
    place: str
    language: str
    enough: int

    def match(self, person: Ambassador) -> Match | None:
        fit = 0
        reasons: list[Reason] = []
        crafts = self._crafts_of(person)
        if crafts:
            fit += CRAFT + MORE_CRAFTS * min(len(crafts) - 1, MORE_COUNT)
            reasons.append(Reason(ground=Ground.CRAFT, about=crafts))
        if person.team and name_key(person.team) in self.teams:
            fit += TEAM
            reasons.append(Reason(ground=Ground.TEAM, about=(person.team,)))
        if self.place and person.region and _names(self.place, folded(person.region)):
            fit += REGION
            reasons.append(Reason(ground=Ground.REGION, about=(person.region,)))
        if self.language in (person.language, *person.other_languages):
            fit += LANGUAGE
            if not reasons:
                reasons.append(Reason(ground=Ground.LANGUAGE))
        return Match(fit=fit, reasons=tuple(reasons)) if fit >= self.enough else None

    def _crafts_of(self, person: Ambassador) -> tuple[str, ...]:
        """The crafts in common as the person writes them, each once; else a role that is one."""
        shared = {key: name for name in person.crafts if (key := craft_key(name)) in self.crafts}
        if not shared and person.role and craft_key(person.role) in self.crafts:
            return (person.role,)
        return tuple(shared.values())


def seek(content: Content) -> Sought:
    """What ``content`` looks for, to be matched with many people."""
    language = content.language[:2].casefold()
    if isinstance(content, VacancyOpened):
        return Sought(
            crafts=_keys(content.crafts),
            teams=frozenset({name_key(content.team)} - {""}) if content.team else frozenset(),
            place=folded(content.location or ""),
            language=language,
            # A vacancy asks for more than reading its language: a colleague who knows the work.
            enough=LANGUAGE + 1,
        )
    # A story's topics may be crafts, roles or teams.
    return Sought(
        crafts=_keys(content.topics),
        teams=frozenset({name_key(topic) for topic in content.topics} - {""}),
        place="",
        language=language,
        enough=LANGUAGE,
    )


def _keys(names: Iterable[str]) -> frozenset[str]:
    return frozenset({craft_key(name) for name in names} - {""})


def _names(place: str, region: str) -> bool:
    """Whether ``region`` stands in ``place`` as a whole: Ede is not in "Nederland"."""
    return re.search(rf"(?<!\w){re.escape(region)}(?!\w)", place) is not None
