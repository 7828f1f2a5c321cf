"""Keys that an installation makes for itself: once, for its user alone, and never empty."""

from __future__ import annotations

import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.errors import Stop
from services.ports import Tokens
from services.settings import Settings, load_settings
from streams.key_files import session_key, vault

TOKENS = Tokens(access="a")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(data=tmp_path)


def test_a_key_is_made_once(settings: Settings) -> None:
    """Later starts read the same key, also when many processes start at the same time."""
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: session_key(settings), range(32)))
    assert keys == {session_key(settings)}
    assert vault(settings).open(vault(settings).seal(TOKENS)) == TOKENS
    kept = sorted(path.name for path in settings.data.iterdir())
    assert kept == ["session.key", "tokens.key"], "nothing is left beside them"
    for name in kept:
        assert stat.S_IMODE((settings.data / name).stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"\n", b"short", b"\xff\x00" * 22, b"x" * 4096])
@pytest.mark.parametrize(("name", "read"), [("session.key", session_key), ("tokens.key", vault)])
def test_damaged_key_file_is_refused(
    settings: Settings, name: str, read: Callable[[Settings], object], content: bytes
) -> None:
    """An empty key would sign for anybody: the file is named, with what removing it costs."""
    read(settings)
    (settings.data / name).write_bytes(content)
    with pytest.raises(Stop, match=rf"{name} is damaged; put a copy back, or remove it: then"):
        read(settings)
    (settings.data / name).unlink()
    read(settings)
