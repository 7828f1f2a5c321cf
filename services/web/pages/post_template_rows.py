"""How a share text's path is told to people: its language, its kind, its angle or network."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from services.domain.voice.post_templates import DEFAULT_LAYOUT, PostTemplates
from services.domain.voice.template_check import model_of, sections_of
from services.storage.post_templates import TemplateVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One share text; ``version`` None: as it was shipped."""

    path: str
    version: TemplateVersion | None = None

    @property
    def language(self) -> str:
        """Empty for a layout, which serves every language."""
        return self.path.partition("/")[0] if "/" in self.path else ""

    @property
    def kind(self) -> str:
        """``story`` or ``vacancy``; empty for what both share."""
        parts = self.path.split("/")
        return parts[1] if len(parts) == 3 else ""

    @property
    def angle(self) -> str:
        """The angle's name; empty for what all angles share and for a layout."""
        name = self.path.rpartition("/")[2].removesuffix(".clauses")
        return "" if self.is_layout or name == "shared" else name

    @property
    def network(self) -> str:
        """The network that this is the layout of; empty for the layout of all others."""
        name = self.path.removesuffix(".j2")
        return name if self.is_layout and name != DEFAULT_LAYOUT else ""

    @property
    def is_layout(self) -> bool:
        return self.path.endswith(".j2")


def rows_of(paths: Collection[str], used: Mapping[str, TemplateVersion]) -> list[Row]:
    """All share texts: what is shared after the angles of its kind, layouts last."""
    rows = [Row(path=path, version=used.get(path)) for path in paths]
    return sorted(rows, key=lambda row: (not row.kind, row.kind, not row.angle, row.path))


def skeleton(shipped: PostTemplates, path: str) -> str:
    """The empty sections of a new angle."""
    if model_of(path) not in shipped.files:
        return ""
    return "\n".join(f"[{section}]\n" for section in sections_of(shipped, path))
