"""An ambassador: an ordinary employee who may want to share, how they write, and what they chose about
their posts: how many, when, not for now, and whether by tap.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from services.language import Language, traits_of
from services.scheduling import WorkingHours

#: Of people and organisations who name none.
DEFAULT_ZONE = ZoneInfo("Europe/Amsterdam")

AddressForm = Literal["je", "u", ""]
Length = Literal["short", "medium", "long"]


def address_form(language: Language, chosen: AddressForm = "") -> AddressForm:
    """The ``chosen`` form where the language has several; where nothing is chosen, its usual one."""
    forms = traits_of(language).address_forms
    return (chosen or forms[0]) if forms else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambassador:
    """One person. ``id`` is derived from the e-mail address (see `services.identity`).

    ``emoji`` is kept as it is imported, for no post has any; ``hashtags`` is how many at most (0–3);
    ``since`` the year they joined; ``address_form`` how they address readers in Dutch (empty in
    English). ``other_languages`` are those they write in besides ``language``, ``topics`` what they
    want to share about beside their crafts. ``avoid`` holds words that they never use, ``opening``
    and ``ending`` lines that they usually begin and end with.
    """

    id: str
    email: str
    name: str
    language: Language
    role: str = ""
    team: str = ""
    crafts: tuple[str, ...] = ()
    region: str = ""
    timezone: str = DEFAULT_ZONE.key
    address_form: AddressForm = ""
    emoji: int = 0
    length: Length = "medium"
    since: int | None = None
    other_languages: tuple[Language, ...] = ()
    topics: tuple[str, ...] = ()
    hashtags: int = 0
    avoid: tuple[str, ...] = ()
    opening: str = ""
    ending: str = ""


#: A standing consent ends after so long unless the person renews it.
CONSENT_LASTS = timedelta(days=90)
#: From so long before its end, every page of the inbox says so.
CONSENT_WARNING = timedelta(days=14)
#: A post under a standing consent waits at least so long, so that its person can take it back.
CONSENT_NOTICE = timedelta(hours=1)
#: The most posts in seven days that a person may choose.
HIGHEST_CAP = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingPreferences:
    """``weekly_cap`` and ``hours`` None: the organisation's. Moments are None where nothing is set.

    Without a consent every post waits for a tap on its text. With one, drafts written since it was
    given are approved for the person, until ``consent_until``. ``consent_warned_days`` is the last
    threshold (days before its end) of a warning.
    """

    ambassador_id: str
    weekly_cap: int | None = None
    hours: WorkingHours | None = None
    paused_at: datetime | None = None
    paused_until: datetime | None = None
    consent_given_at: datetime | None = None
    consent_until: datetime | None = None
    consent_warned_days: int | None = None

    def is_paused(self, now: datetime) -> bool:
        if self.paused_at is None or now < self.paused_at:
            return False
        return self.paused_until is None or now < self.paused_until

    def is_automatic(self, now: datetime) -> bool:
        return self.consent_until is not None and now < self.consent_until

    def consent_ends_soon(self, now: datetime) -> bool:
        """Return whether a warning is due that the standing consent is about to end."""
        return self.consent_until is not None and now < self.consent_until <= now + CONSENT_WARNING
