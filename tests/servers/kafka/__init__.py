"""Apache Kafka in KRaft mode: one node that is broker and controller, on loopback."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import struct
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.servers.process import CannotStart, end, free_port, is_running, wait_until

_HERE = Path(__file__).parent
_JARS = Path(__file__).parents[3] / ".cache" / "kafka" / "jars"
_CLUSTER_ID = "endhYW4tdGVzdHMtMDAwMQ"  # any 16 bytes in base64
_START_LIMIT = 60.0
_STOP_LIMIT = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kafka:
    """A broker whose data lives in ``folder``; starting it again finds its topics again."""

    folder: Path
    port: int

    variable = "ZWAAN_TEST_KAFKA"
    default_port = 19092

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> str:
        """Return the address of the broker once it answers. Raises CannotStart."""
        _fetch_jars()
        self.folder.mkdir(parents=True, exist_ok=True)
        if (pid := self._pid()) is not None and is_running(pid, mark=self._mark):
            if _answers(self.port):
                return self.address
            raise CannotStart(f"A broker runs in {self.folder} on another port; stop it first.")
        if _answers(self.port):
            raise CannotStart(f"Port {self.port} is taken; choose another one with --port.")
        self._configure()
        with (self.folder / "output.txt").open("wb") as output:
            process = subprocess.Popen(
                [*self._java(), "kafka.Kafka", self._properties],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C belongs to the tests; the broker is stopped after
            )
        (self.folder / "pid").write_text(str(process.pid))
        try:
            wait_until(
                lambda: process.poll() is not None or _answers(self.port),
                limit=_START_LIMIT,
                failure=f"Kafka did not answer within {_START_LIMIT:.0f} s; read {self.folder}.",
            )
        except CannotStart:
            process.kill()
            raise
        if process.poll() is not None:
            raise CannotStart(f"Kafka stopped at once; read output.txt and log in {self.folder}.")
        return self.address

    def stop(self) -> None:
        """Stop the broker in order; its data stays. Nothing happens when it does not run."""
        if (pid := self._pid()) is not None:
            end(pid, mark=self._mark, limit=_STOP_LIMIT)
            (self.folder / "pid").unlink(missing_ok=True)

    def kill(self) -> None:
        """End the broker at once, as a machine that fails does; its data stays."""
        pid = self._signal(signal.SIGKILL)
        wait_until(
            lambda: not is_running(pid, mark=self._mark),
            limit=_STOP_LIMIT,
            failure="Kafka outlived SIGKILL.",
        )

    def freeze(self) -> None:
        """Let it keep its connections and answer nothing, as behind a network that fails."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> int:
        pid = self._pid()
        if pid is None or not is_running(pid, mark=self._mark):
            raise CannotStart(f"No broker runs in {self.folder}.")
        os.kill(pid, number)
        return pid

    @property
    def _properties(self) -> str:
        return str(self.folder / "server.properties")

    @property
    def _mark(self) -> str:
        return f"kafka.Kafka {self._properties}"

    def _pid(self) -> int | None:
        try:
            return int((self.folder / "pid").read_text())
        except (FileNotFoundError, ValueError):
            return None

    def _java(self) -> list[str]:
        return [
            "java",
            "-Xms128m",
            "-Xmx448m",
            "-XX:+UseSerialGC",  # one small heap on few cores
            "-XX:TieredStopAtLevel=1",  # a short life: compile fast rather than well
            "-Djava.awt.headless=true",
            f"-Dkafka.log={self.folder / 'log'}",
            f"-Dlog4j2.configurationFile={_HERE / 'log4j2.properties'}",
            "-cp",
            f"{_JARS}/*",
        ]

    def _configure(self) -> None:
        controller = f"127.0.0.1:{free_port()}"
        more = self._listeners()
        names = "".join(f",{name}://127.0.0.1:{port}" for name, (port, _) in more.items())
        protocols = "".join(f",{name}:{protocol}" for name, (_, protocol) in more.items())
        settings = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@{controller}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"BROKER://{self.address},CONTROLLER://{controller}{names}",
            "advertised.listeners": f"BROKER://{self.address}{names}",
            "inter.broker.listener.name": "BROKER",
            "listener.security.protocol.map": f"BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT{protocols}",
            "log.dirs": str(self.folder / "data"),
            # As in production: a topic that no one declared is an error, not a new topic.
            "auto.create.topics.enable": "false",
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "transaction.state.log.num.partitions": "1",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            # A test that loses a consumer must not wait a production's session for the next.
            "group.initial.rebalance.delay.ms": "0",
            "group.min.session.timeout.ms": "500",
            "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
            **self._more_settings(),
        }
        lines = "".join(f"{name}={value}\n" for name, value in settings.items())
        Path(self._properties).write_text(lines)
        formatted = subprocess.run(
            [
                *self._java(),
                "kafka.tools.StorageTool",
                *("format", "--ignore-formatted", "--cluster-id", _CLUSTER_ID),
                *("--config", self._properties),
                *self._more_formatting(),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if formatted.returncode != 0:
            raise CannotStart(f"Kafka could not format {self.folder}: {formatted.stdout.strip()}")

    # What a broker with more ways in than this one has besides (`secured.SecuredKafka`).

    def _listeners(self) -> Mapping[str, tuple[int, str]]:
        """Port and protocol of further listeners, by name."""
        return {}

    def _more_settings(self) -> Mapping[str, str]:
        return {}

    def _more_formatting(self) -> Sequence[str]:
        return ()


def _fetch_jars() -> None:
    pom = _HERE / "pom.xml"
    stamp = _JARS / ".pom.xml"
    if stamp.exists() and stamp.read_bytes() == pom.read_bytes():
        return
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            raise CannotStart(
                f"'{program}' is missing: install Java 17 and Maven (Debian: apt-get install "
                "openjdk-17-jre-headless maven), or name a running broker in ZWAAN_TEST_KAFKA."
            )
    shutil.rmtree(_JARS, ignore_errors=True)
    copied = subprocess.run(
        [
            *("mvn", "--batch-mode", "--quiet", "--file", str(pom)),
            *("dependency:copy-dependencies", f"-DoutputDirectory={_JARS}"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if copied.returncode != 0:
        raise CannotStart(f"Maven could not fetch Apache Kafka:\n{copied.stdout[-2000:]}")
    stamp.write_bytes(pom.read_bytes())


def _answers(port: int) -> bool:
    """Whether a broker there answers an ApiVersions request (key 18, version 0)."""
    correlation = 7
    client = b"zwaan"
    request = struct.pack(">hhih", 18, 0, correlation, len(client)) + client
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            reply = connection.recv(10)
    except OSError:
        return False
    return len(reply) == 10 and struct.unpack(">iih", reply)[1:] == (correlation, 0)
