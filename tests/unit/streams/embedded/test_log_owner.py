"""Who owns a log, and how the command line finds the owner."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.errors import Stop
from services.ports import Record
from streams.logs.admin import TopicSpec
from streams.logs.embedded import owner
from streams.logs.embedded.admin import EmbeddedAdmin
from streams.logs.embedded.log import EmbeddedLog
from streams.logs.embedded.owner import OwnerLock, is_owned, read_owner, write_owner

_OWN = """
import sys, time
from pathlib import Path
from streams.logs.embedded.log import EmbeddedLog
from streams.logs.embedded.owner import write_owner
path = Path(sys.argv[1])
log = EmbeddedLog(path)
log.create_topic("t", 1)
log.append([log.prepare("t", key=None, value=b"theirs")])
write_owner(path, url="http://127.0.0.1:1", public_url="http://zwaan", token="secret-token")
print("owned", flush=True)
time.sleep(600)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "zwaan.log.db"


@pytest.fixture
def other(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that owns the log."""
    process = subprocess.Popen(
        [sys.executable, "-c", _OWN, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "owned\n"
    yield process
    process.kill()
    process.wait(timeout=60)


@pytest.fixture
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "_ATTEMPTS", 3)


@pytest.mark.usefixtures("little_patience")
def test_a_second_owner_learns_who_the_first_is(path: Path, other: subprocess.Popen[str]) -> None:
    """Opening a log that another process owns is refused with its pid and what to do."""
    with pytest.raises(Stop, match=rf"process {other.pid}; stop that process.*--data"):
        EmbeddedLog(path)


@pytest.mark.usefixtures("little_patience")
def test_a_log_can_be_read_beside_its_owner(path: Path, other: subprocess.Popen[str]) -> None:
    """Topics, offsets and records can be read without the lock; writing is refused."""
    admin = EmbeddedAdmin(f"embedded://{path}")

    assert admin.end_offsets("t") == {0: 1}
    assert [it.value for it in admin.read("t", 0, 0, 10)] == [b"theirs"]
    assert [it.partition for it in admin.lag("anyone", ["t"])] == [0]
    with pytest.raises(Stop, match=str(other.pid)):
        admin.append([Record(topic="t", value=b"ours")])
    with pytest.raises(Stop, match=str(other.pid)):
        admin.ensure_topics([TopicSpec(name="u", partitions=1)])
    admin.close()


def test_the_owner_is_found_while_it_lives(path: Path, other: subprocess.Popen[str]) -> None:
    """A running owner's address is read from beside the log; a killed one's is not."""
    found = read_owner(path)
    assert found is not None
    assert (found.pid, found.url, found.token) == (other.pid, "http://127.0.0.1:1", "secret-token")
    assert "secret" not in repr(found)

    other.send_signal(signal.SIGKILL)
    other.wait(timeout=60)
    assert read_owner(path) is None
    EmbeddedLog(path).close()


def test_the_owner_file_is_private(path: Path) -> None:
    """The file with the token can be read by its user only, also when an older one was not."""
    (path.parent / "owner.json").write_text("{}")
    (path.parent / "owner.json").chmod(0o644)
    write_owner(path, url="http://127.0.0.1:1", public_url="http://127.0.0.1:1", token="t")

    assert stat.S_IMODE((path.parent / "owner.json").stat().st_mode) == 0o600
    assert [it.name for it in path.parent.iterdir()] == ["owner.json"]


@pytest.mark.parametrize("left_behind", [None, "", "not JSON", "{}", '{"pid": 1}'])
def test_owner_without_address_is_not_reachable(path: Path, left_behind: str | None) -> None:
    """A lock without a readable address file of its holder gives None."""
    lock = OwnerLock(path)
    if left_behind is not None:
        (path.parent / "owner.json").write_text(left_behind)

    assert is_owned(path)
    assert read_owner(path) is None
    lock.release()
    assert not is_owned(path)


def test_the_address_of_an_earlier_owner_is_not_used(path: Path) -> None:
    """An address that another process left is ignored, though the log has an owner now."""
    stale = {"pid": os.getpid() + 1, "url": "http://127.0.0.1:1", "token": "t"}
    (path.parent / "owner.json").write_text(json.dumps(stale))
    lock = OwnerLock(path)

    assert read_owner(path) is None
    lock.release()
