"""Share texts that marketing changed: versions that stay as they are, and which one is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.database.engine import replace, take_turns
from services.database.schema import active_templates, people, template_versions
from services.database.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateVersion:
    """``version`` counts from 1 for each path; ``author`` is a person's name, empty when gone."""

    path: str
    version: int
    text: str
    author: str
    written_at: datetime


async def active(transaction: Transaction) -> dict[str, int]:
    """The version in use by path; a path as it was shipped is not in it."""
    rows = await transaction.execute(sa.select(active_templates))
    return {row.path: row.version for row in rows}


async def texts(
    transaction: Transaction, versions: Mapping[str, int]
) -> dict[str, tuple[int, str]]:
    """Version and text by path, of these versions; one that was never written is left out."""
    rows = await transaction.execute(sa.select(template_versions).where(_is_one_of(versions)))
    return {row.path: (row.version, row.text) for row in rows}


async def history(transaction: Transaction, path: str) -> list[TemplateVersion]:
    """All versions of one path, newest first."""
    rows = await transaction.execute(
        _VERSIONS.where(template_versions.c.path == path).order_by(
            template_versions.c.version.desc()
        )
    )
    return [TemplateVersion(**row) for row in rows.mappings()]


async def in_use(transaction: Transaction) -> dict[str, TemplateVersion]:
    """The version in use of each path that is not used as it was shipped."""
    used = _VERSIONS.where(_is_one_of(await active(transaction)))
    rows = await transaction.execute(used)
    return {row["path"]: TemplateVersion(**row) for row in rows.mappings()}


async def hold(transaction: Transaction, path: str) -> None:
    """Lock this path against other writers until the transaction ends."""
    await take_turns(transaction, "template", path)


async def write(
    transaction: Transaction, path: str, text: str, *, author: str, now: datetime
) -> int:
    """Keep a new version and use it; returns its number. Call `hold` before."""
    last: int | None = await transaction.scalar(
        sa.select(sa.func.max(template_versions.c.version)).where(template_versions.c.path == path)
    )
    number = (last or 0) + 1
    row = {"path": path, "version": number, "text": text, "author": author, "written_at": now}
    await transaction.execute(template_versions.insert(), [row])
    await use(transaction, path, number)
    return number


async def use(transaction: Transaction, path: str, version: int) -> None:
    """Use this version from now on; 0: as it was shipped. Call `hold` before."""
    if version:
        await replace(transaction, active_templates, [{"path": path, "version": version}])
    else:
        await transaction.execute(active_templates.delete().where(active_templates.c.path == path))


_VERSIONS = sa.select(
    template_versions.c.path,
    template_versions.c.version,
    template_versions.c.text,
    sa.func.coalesce(people.c.name, "").label("author"),
    template_versions.c.written_at,
).select_from(template_versions.outerjoin(people, people.c.id == template_versions.c.author))


def _is_one_of(versions: Mapping[str, int]) -> sa.ColumnElement[bool]:
    both = sa.tuple_(template_versions.c.path, template_versions.c.version)
    return both.in_(list(versions.items()))
