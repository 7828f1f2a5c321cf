"""The servers that the other tests rely on."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import psutil
import psycopg
import pytest
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres
from tests.servers.process import free_port


def listening_hosts(pid: int) -> set[str]:
    sockets = psutil.Process(pid).net_connections(kind="tcp")
    return {socket.laddr.ip for socket in sockets if socket.status == psutil.CONN_LISTEN}


@pytest.mark.kafka
def test_kafka_finds_its_topics_again_and_listens_on_loopback_only(tmp_path: Path) -> None:
    """A broker that was stopped and started has its topics; only this machine can reach it."""
    broker = Kafka(folder=tmp_path / "kafka", port=free_port())
    topic = f"restart-{uuid4()}"
    try:
        address = broker.start()
        admin = KafkaAdminClient(bootstrap_servers=address)
        admin.create_topics([NewTopic(topic, num_partitions=3, replication_factor=1)])
        admin.close()
        broker.stop()

        assert broker.start() == address
        admin = KafkaAdminClient(bootstrap_servers=address)
        assert topic in admin.list_topics()
        admin.close()
        hosts = listening_hosts(int((broker.folder / "pid").read_text()))
        assert {host.removeprefix("::ffff:") for host in hosts} == {"127.0.0.1"}
    finally:
        broker.stop()


@pytest.mark.kafka
def test_kafka_makes_no_undeclared_topic(kafka_address: str) -> None:
    """Asking for an unknown topic does not create it, as in production."""
    unknown = f"unknown-{uuid4()}"
    admin = KafkaAdminClient(bootstrap_servers=kafka_address)
    try:
        admin.describe_topics([unknown])
        assert unknown not in admin.list_topics()
    finally:
        admin.close()


@pytest.mark.postgres
def test_postgres_lets_in_only_who_knows_the_password() -> None:
    """The server accepts its URL, and refuses the same user with another password."""
    with tempfile.TemporaryDirectory() as folder:
        server = Postgres(folder=Path(folder), port=free_port())
        try:
            url = server.start().replace("+psycopg", "")
            with psycopg.connect(url) as connection:
                assert connection.execute("select current_user").fetchone() == ("zwaan",)
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(url, password="wrong")
        finally:
            server.stop()


@pytest.mark.postgres
def test_a_failing_command_leaves_no_server_behind() -> None:
    """`run` hands on its command's exit code, and has stopped the server by then."""
    show = f"import os, sys; print(os.environ['{Postgres.variable}']); sys.exit(4)"
    finished = _run("postgres", sys.executable, "-c", show, without=Postgres.variable)
    assert finished.returncode == 4
    url = finished.stdout.strip()
    assert url.startswith("postgresql+psycopg://")
    with pytest.raises(psycopg.OperationalError, match="refused"):
        psycopg.connect(url.replace("+psycopg", ""))


def test_a_server_that_runs_already_is_used() -> None:
    """With the variable set, `run` starts nothing and leaves the address as it is."""
    show = f"import os; print(os.environ['{Kafka.variable}'])"
    finished = _run("kafka", sys.executable, "-c", show, given={Kafka.variable: "127.0.0.1:1"})
    assert (finished.returncode, finished.stdout.strip()) == (0, "127.0.0.1:1")


def _run(
    server: str, *command: str, given: Mapping[str, str] | None = None, without: str = ""
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **(given or {})}
    environment.pop(without, None)
    return subprocess.run(
        [sys.executable, "-m", "tests.servers", server, "run", "--", *command],
        cwd=Path(__file__).parents[2],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
