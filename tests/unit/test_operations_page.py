"""docs/operations.md is what an operator has: it names every setting and metric, and of no
other."""

from __future__ import annotations

import re
from pathlib import Path

from services.metrics import Metrics
from services.settings import Settings, variable

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")


def test_the_table_lists_every_setting_once() -> None:
    """A person who adds a setting says there what it does and what it is without."""
    rows = [line for line in PAGE.splitlines() if line.startswith("| `ZWAAN_")]
    told = [name for row in rows for name in re.findall(r"`(ZWAAN_[A-Z_]+)`", row.split("|")[1])]
    assert sorted(told) == sorted(variable(name) for name in Settings.model_fields)


def test_docs_name_only_existing_settings() -> None:
    """Every variable that the page names is read."""
    known = {variable(name) for name in Settings.model_fields}
    assert set(re.findall(r"ZWAAN_[A-Z_]+", PAGE)) - known - {"ZWAAN_"} == set()


def test_docs_list_exactly_the_metrics() -> None:
    """A person who adds a metric says there what it means, by the name that Prometheus shows."""
    shown = {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in Metrics().registry.collect()
    }
    rows = [line for line in PAGE.splitlines() if line.startswith("| `zwaan_")]
    told = [name for row in rows for name in re.findall(r"`(zwaan_[a-z_]+)`", row.split("|")[1])]
    assert sorted(told) == sorted(shown)
