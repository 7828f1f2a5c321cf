"""How a share text's path is told to people: its language, its kind, whom it is for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from services.voice.store.post_templates import TemplateVersion
from services.voice.writing.post_templates import PATHS


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One file of share texts; ``version`` None: as it was shipped."""

    path: str
    version: TemplateVersion | None = None

    @property
    def language(self) -> str:
        return self.path.split("/")[0]

    @property
    def kind(self) -> str:
        """``story`` or ``vacancy``."""
        return self.path.split("/")[1]

    @property
    def relation(self) -> str:
        return self.path.rpartition("/")[2].removesuffix(".j2")


def rows_of(paths: Collection[str], used: Mapping[str, TemplateVersion]) -> list[Row]:
    """All share texts, in the order in which relations are tried."""
    return [Row(path=path, version=used.get(path)) for path in PATHS if path in paths]
