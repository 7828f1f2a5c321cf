"""What a process's pages are given."""

from __future__ import annotations

from pathlib import Path

from services.figures.rules.link_table import LinkTable
from services.settings import load_settings
from streams.bootstrap import open_parts
from streams.serving.click_writer import ClickWriter
from streams.serving.serve import Readinesses, web_parts
from tests.fakes import MemoryLog


async def test_lost_clicks_are_a_metric(tmp_path: Path) -> None:
    """Prometheus reads what the click writer counted."""
    clicks = ClickWriter(log=MemoryLog(), journal=tmp_path / "clicks.journal")
    async with open_parts(load_settings(data=tmp_path)) as parts:
        given = web_parts(parts, Readinesses(), clicks, LinkTable())
        clicks.lost = 3
        assert b"\nzwaan_clicks_lost 3.0\n" in given.metrics.exposition()
