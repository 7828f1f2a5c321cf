"""What the sandbox remembers when its process dies."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.sandbox import create_sandbox
from connectors.sandbox.clock import SandboxClock
from services.errors import Stop
from tests.unit.connectors.sandbox.clients import LinkedInClient, XClient

PROGRAM = """
import sys
from pathlib import Path
import uvicorn
from connectors.sandbox import create_sandbox
path, port = Path(sys.argv[1]), int(sys.argv[2])
application = create_sandbox(path, public_url=f"http://127.0.0.1:{port}")
uvicorn.run(application, host="127.0.0.1", port=port, log_level="error", lifespan="off")
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Process:
    """The sandbox in a process of its own, on the same file and port each time."""

    def __init__(self, path: Path) -> None:
        self.path, self.port = path, _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-c", PROGRAM, str(self.path), str(self.port)]
        self.process = subprocess.Popen(command, cwd=Path(__file__).parents[3])
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                requests.get(f"{self.url}/_sandbox/clock", timeout=60)
            except requests.ConnectionError:
                time.sleep(0.02)
            else:
                return
        pytest.fail("The sandbox did not start within two minutes.")

    def kill(self) -> None:
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


@pytest.fixture
def process(tmp_path: Path) -> Any:
    process = _Process(tmp_path / "sandbox.db")
    process.start()
    yield process
    process.kill()


def test_acknowledged_state_survives_a_killed_process(process: _Process) -> None:
    """After SIGKILL every acknowledged post, token, fault and setting is there, once."""
    x, linkedin = XClient(process.url), LinkedInClient(process.url)
    x.connect()
    linkedin.connect()
    faults = [{"kind": "http_503", "operation": "post.create", "after": 21, "times": 1}]
    requests.post(f"{process.url}/_sandbox/faults", json=faults, timeout=60)
    requests.post(f"{process.url}/_sandbox/clock", json={"advance": 3600}, timeout=60)
    ids = [x.post(f"Post {number}").json()["data"]["id"] for number in range(20)]
    urn = linkedin.post("Een").headers["x-restli-id"]
    process.kill()
    process.start()

    posts = requests.get(f"{process.url}/_sandbox/posts", timeout=60).json()["posts"]
    assert [post["post_id"] for post in posts] == [*ids, urn]
    clock = requests.get(f"{process.url}/_sandbox/clock", timeout=60).json()
    assert round(clock["offset_seconds"]) == 3600
    assert x.post("Storing").status_code == 503
    assert x.post("Post 3").status_code == 403
    assert urn in linkedin.post("Een").json()["message"]


def test_reopened_file_keeps_its_state(tmp_path: Path) -> None:
    """A sandbox that was closed goes on with the same members, audience and limits."""
    path = tmp_path / "sandbox.db"
    first = create_sandbox(path, public_url="http://127.0.0.1:1", clock=SandboxClock())
    with first.networks.database.transaction():
        member = first.networks.members.find_or_create(email="a@example.org", name="A", now_ms=0)
        first.networks.limits.switch(enabled=False)
    first.close()
    second = create_sandbox(path, public_url="http://127.0.0.1:1", clock=SandboxClock())

    assert second.networks.members.by_email("A@example.org") == member
    assert second.networks.limits.enabled is False
    second.close()


def test_damaged_sandbox_file_is_refused_by_name(tmp_path: Path) -> None:
    """A file that is no sandbox's is one sentence that says what removing it costs."""
    path = tmp_path / "sandbox.db"
    path.write_bytes(b"nonsense" * 1000)
    with pytest.raises(Stop, match=r"sandbox\.db cannot be used: .*or remove it: then the sandbox"):
        create_sandbox(path, public_url="http://127.0.0.1:8000")
