"""An ambassador: an ordinary employee who may want to share, and how they write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from services.language import Language

#: Of people and organisations who name none.
DEFAULT_ZONE = ZoneInfo("Europe/Amsterdam")

AddressForm = Literal["je", "u", ""]
Length = Literal["short", "medium", "long"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambassador:
    """One person. ``id`` is derived from the e-mail address (see `services.identity`).

    ``emoji`` is how many at most fit this person's style (0–2), ``hashtags`` likewise (0–3);
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
    exclamation: bool = False
    avoid: tuple[str, ...] = ()
    opening: str = ""
    ending: str = ""
