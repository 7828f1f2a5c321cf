"""A campaign's audience: everybody who fits, best first, and who of them is asked first.

What happened before (asked, shared, declined) never decides whether a person is asked, only who is asked
first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from services.campaigns.rules.matching import (
    LANGUAGE,
    Content,
    Ground,
    Reason,
    Strength,
    in_words,
    seek,
    strength,
)
from services.identity import derive_id
from services.language import Language
from services.people.rules.ambassador import Ambassador
from services.scheduling import Pace

#: Points for each earlier campaign about the same things that the person shared, or declined …
INTEREST = 5
#: … and as many of them as count.
INTEREST_COUNTS = 3
#: Points for somebody who was neither asked nor shared anything in the last four weeks. Of those
#: who were, the points grow with the days since.
FRESHNESS, FRESH_AFTER_DAYS = 10, 28
#: Points off for each time the person was asked in the last seven days.
FATIGUE = 10
#: Points off for somebody whose week is full, or who paused: more than all other points together.
RESTING = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One person's past with campaigns.

    ``asked_lately`` counts the last seven days, ``days_since`` is the time since the person was
    last asked or last shared (None: not in the last four weeks). ``shared`` and ``declined`` count
    campaigns about the same things, ``shared_about`` says which things.
    """

    asked_lately: int = 0
    days_since: float | None = None
    shared: int = 0
    declined: int = 0
    shared_about: tuple[str, ...] = ()
    weekly_cap: int = Pace().weekly_cap
    paused: bool = False

    @property
    def resting(self) -> bool:
        """Asking now would be too much: the week is full, or the person paused."""
        return self.paused or self.asked_lately >= self.weekly_cap

    def points(self) -> int:
        """What is added to the points of a match."""
        interest = min(self.shared, INTEREST_COUNTS) - min(self.declined, INTEREST_COUNTS)
        since = FRESH_AFTER_DAYS if self.days_since is None else self.days_since
        freshness = int(FRESHNESS * min(since / FRESH_AFTER_DAYS, 1.0))
        resting = RESTING if self.resting else 0
        return INTEREST * interest + freshness - FATIGUE * self.asked_lately - resting


def left_out(invitation: Invitation, past: History) -> bool:
    """Whether a manager's list begins without this person: the fit is weak, or they were asked as often
    in the last seven days as is right for most. What else they did or chose decides nothing here."""
    weak = strength(invitation.fit) is Strength.POSSIBLE
    return weak or past.asked_lately >= ASKED_OFTEN


#: So many times in seven days.
ASKED_OFTEN = Pace().weekly_cap

#: "A handful": at least so many where there are as many, at most …
FEWEST = 5
#: … so many, when those after the fifth are as good as the fifth.
MOST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """One person in a campaign's audience.

    ``rank`` is unique in the campaign, from 0, and stays. ``fit`` comes from the match alone and
    may be shown to managers; ``score`` also holds what the person did before, and may not.
    """

    ambassador_id: str
    rank: int
    score: int
    reason: str
    fit: int = 0
    reasons: tuple[Reason, ...] = ()

    def reason_in(self, language: Language) -> str:
        """The reason in a reader's language; as it was written where its grounds are not kept."""
        return in_words(self.reasons, language) if self.reasons else self.reason

    @property
    def by_hand(self) -> bool:
        return any(reason.ground is Ground.ADDED for reason in self.reasons)


_NO_PAST: Mapping[str, History] = MappingProxyType({})


def select_audience(
    campaign_id: str,
    content: Content,
    people: Iterable[Ambassador],
    histories: Mapping[str, History] = _NO_PAST,
    *,
    first_rank: int = 0,
) -> list[Invitation]:
    """Everybody with a reason to share ``content``, best first; ranks count from ``first_rank``.

    The order among equals is fixed by the campaign, so that the same people are not always first.
    """
    sought, blank = seek(content), History()
    found = []
    for person in people:
        fits = sought.match(person)
        if fits is None:
            continue
        past = histories.get(person.id, blank)
        order = (-fits.fit - past.points(), derive_id("order", campaign_id, person.id))
        found.append((order, person, fits, past))
    found.sort(key=lambda each: each[0])
    return [
        _invitation(
            person, first_rank + place, -score, fits.fit, _with_interest(fits.reasons, past)
        )
        for place, ((score, _), person, fits, past) in enumerate(found)
    ]


def added_by(name: str, person_id: str, language: Language, *, rank: int) -> Invitation:
    """Return the invitation of a person that ``name`` put on the list by hand."""
    reasons = (Reason(ground=Ground.ADDED, about=(name,)),)
    return Invitation(
        ambassador_id=person_id,
        rank=rank,
        score=0,
        reason=in_words(reasons, language),
        reasons=reasons,
    )


def handful(invitations: Sequence[Invitation]) -> list[Invitation]:
    """Return those to begin with: all who were added by hand, and the five to ten who fit best.

    All of them where there are fewer. The past decides only among people of one strength: a person
    who had better not be asked now comes after colleagues who fit as well, and before those who fit
    much worse.
    """
    by_hand = [each for each in invitations if each.by_hand]
    matched = [each for each in invitations if not each.by_hand]
    matched.sort(key=lambda each: (*_standing(each), each.rank))
    as_good = [
        each for each in matched[FEWEST:MOST] if _standing(each) == _standing(matched[FEWEST - 1])
    ]
    return by_hand + matched[:FEWEST] + as_good


def _standing(invitation: Invitation) -> tuple[int, int]:
    """Less is better: the strength, with nothing but the language in common last; the score."""
    if invitation.fit <= LANGUAGE:
        return len(Strength), -invitation.score
    return [*Strength].index(strength(invitation.fit)), -invitation.score


def _invitation(
    person: Ambassador, rank: int, score: int, fit: int, reasons: tuple[Reason, ...]
) -> Invitation:
    return Invitation(
        ambassador_id=person.id,
        rank=rank,
        score=score,
        reason=in_words(reasons, person.language),
        fit=fit,
        reasons=reasons,
    )


def _with_interest(reasons: tuple[Reason, ...], past: History) -> tuple[Reason, ...]:
    if not past.shared_about:
        return reasons
    return (*reasons, Reason(ground=Ground.INTEREST, about=past.shared_about))
