"""A process that writes the file of links again and again: ``writing_links PATH NAMES``."""

from __future__ import annotations

import sys
from pathlib import Path

from services.figures.rules.link_table import LinkedCampaign, LinkTable, NewLink
from services.identity import link_code
from streams.serving.link_file import LinkFile

ABOUT = LinkedCampaign(id="c", kind="story", source_id="s", url=None, closed=False)


def table_of(*names: str) -> LinkTable:
    table = LinkTable()
    table.know([ABOUT])
    table.add(NewLink(link_code(name), ABOUT.id, "x") for name in names)
    return table


if __name__ == "__main__":
    for _ in range(40):
        LinkFile(Path(sys.argv[1])).write(table_of(*sys.argv[2]))
