"""What a person chose about their posts: how many, when, not for now, and whether by tap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.scheduling import WorkingHours

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
    threshold (days before its end) at which they were told.
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
        """Whether the person has to be told that their standing consent is about to end."""
        return self.consent_until is not None and now < self.consent_until <= now + CONSENT_WARNING
