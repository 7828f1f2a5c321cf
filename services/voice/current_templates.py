"""The share texts as they are used now: the shipped ones, with what marketing changed.

And the words that marketing does not want in any of them.
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from services.accounts.rules import OURS
from services.database.transaction import Transaction
from services.errors import Rejected, Stop
from services.ports import PostRules
from services.voice import Composer, PostTemplates
from services.voice.store import blocked_words, post_templates

_log = structlog.get_logger("templates")


class CurrentTemplates:
    """Compiles a change once, when it is first met; every transaction sees the newest.

    ``networks`` are those that there are texts for.
    """

    def __init__(self, shipped: PostTemplates, networks: Mapping[str, PostRules] = OURS) -> None:
        self.shipped = shipped
        self.networks = networks
        self._versions: Mapping[str, int] = {}
        self._composer = Composer(shipped, networks=networks)

    async def templates(self, transaction: Transaction) -> PostTemplates:
        return (await self.composer(transaction)).templates

    async def composer(self, transaction: Transaction) -> Composer:
        """A composer of what is in use. Not safe for several threads."""
        versions = await post_templates.active(transaction)
        blocked = await blocked_words.read(transaction)
        templates = self._composer.templates
        if versions != self._versions:
            templates = await revision(transaction, self.shipped, versions)
        if versions != self._versions or blocked.words != self._composer.blocked.words:
            self._versions, self._composer = versions, Composer(templates, blocked, self.networks)
        return self._composer


async def revision(
    transaction: Transaction, shipped: PostTemplates, versions: Mapping[str, int]
) -> PostTemplates:
    """The templates with these versions: those of a recipe give the text of that recipe again.

    One that this release of Zwaan cannot use any more is left as it was shipped, so that drafts
    go on being written; its page says what to correct.
    """
    templates = shipped
    for path, (version, text) in (await post_templates.texts(transaction, versions)).items():
        try:
            templates = templates.revised({path: (version, text)})
        except (Rejected, Stop) as fault:
            _log.warning("a template is not used", path=path, version=version, reason=str(fault))
    return templates
