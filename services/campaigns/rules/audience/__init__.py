"""Who is asked to share, in which order, and the reason in words.

Colleagues know the craft: a vacancy goes to those who share its craft, team or place; a story to its
author and to those whose craft, role, team, place or topic it touches. Who has only the language in
common comes last. What happened before (asked, shared, declined) never decides whether somebody is
asked, only who is asked first.
"""

from services.campaigns.rules.audience.grounds import Ground, Reason, in_words
from services.campaigns.rules.audience.history import History
from services.campaigns.rules.audience.matching import (
    Content,
    Match,
    Strength,
    match,
    source_of,
    strength,
    topics_in_common,
)
from services.campaigns.rules.audience.selection import (
    Invitation,
    added_by,
    handful,
    select_audience,
)

__all__ = [
    "Content",
    "Ground",
    "History",
    "Invitation",
    "Match",
    "Reason",
    "Strength",
    "added_by",
    "handful",
    "in_words",
    "match",
    "select_audience",
    "source_of",
    "strength",
    "topics_in_common",
]
