"""Addresses and commands that are printed are those that work."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from services.settings import Settings, load_settings
from streams.command_line.terminal import command_name, data_words
from streams.logs.embedded.owner import OwnerLock, write_owner
from streams.serving.owner_client import address_of_pages
from streams.serving.serve import older_links

OLD = "http://127.0.0.1:8123"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(data=tmp_path, broker="", database_url="", public_url="", port=8000)


def own(settings: Settings) -> None:
    write_owner(settings.log_path, url=OLD, public_url=OLD, token="t")


def test_the_pages_are_where_the_running_owner_serves_them(settings: Settings) -> None:
    """A port given to `up` is known to the other commands; without an owner the settings count."""
    lock = OwnerLock(settings.log_path)
    own(settings)
    assert address_of_pages(settings) == OLD
    lock.release()
    assert address_of_pages(settings) == "http://127.0.0.1:8000"


def test_changed_address_is_announced(settings: Settings) -> None:
    """Links that were written lead to the old one; the first start has nothing to tell."""
    assert older_links(settings) == ""
    own(settings)
    assert f"lead to {OLD}" in older_links(settings)
    assert older_links(settings.model_copy(update={"port": 8123})) == ""


def test_printed_command_can_be_typed_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Settings
) -> None:
    """A path where no shell finds the command by its name, and the folder where it is not usual."""
    program = tmp_path / ".venv" / "bin" / "zwaan"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/usr/bin")
    for called in (".venv/bin/zwaan", str(program)):
        monkeypatch.setattr(sys, "argv", [called])
        assert command_name() == ".venv/bin/zwaan"
    monkeypatch.setenv("PATH", str(program.parent))
    assert command_name() == "zwaan"
    assert data_words(settings) == f" --data {tmp_path}"
    assert data_words(settings.model_copy(update={"data": Path(".zwaan")})) == ""
