"""The voice: every ambassador has a text of their own, made of the story and of their relation to it."""

from services.voice.checking.refusals import Thin, lacking, other_language, refusal_of
from services.voice.checking.support import Sources, check_supported
from services.voice.writing.composer import Composer
from services.voice.writing.dealing import Dealt, OverlapGuard
from services.voice.writing.post_templates import PostTemplates
from services.voice.writing.request import Draft, DraftRequest, NoDraft

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
    "lacking",
    "other_language",
    "refusal_of",
]
