"""The voice: every ambassador a text of their own, made of the story and of where they stand."""

from services.domain.voice.composer import Composer
from services.domain.voice.dealing import Dealt
from services.domain.voice.guard import OverlapGuard
from services.domain.voice.post_templates import PostTemplates
from services.domain.voice.request import Draft, DraftRequest, NoDraft
from services.domain.voice.support import Sources, check_supported
from services.domain.voice.told_in import other_language
from services.domain.voice.unsaid import Thin, unsaid

__all__ = [
    "Composer",
    "Dealt",
    "Draft",
    "DraftRequest",
    "NoDraft",
    "OverlapGuard",
    "PostTemplates",
    "Sources",
    "Thin",
    "check_supported",
    "other_language",
    "unsaid",
]
