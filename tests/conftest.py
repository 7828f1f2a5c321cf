"""What all tests share: real servers by fixture, generated examples without a clock, plain logs.

Everything else that a test needs is beside the test.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
import structlog
from hypothesis import HealthCheck, settings

from tests.servers.kafka import Kafka
from tests.servers.kafka.secured import SecuredKafka
from tests.servers.postgres import Postgres
from tests.servers.process import free_port
from tests.servers.required import required_server

# How long one example takes says how busy the machine is. What is slow by itself meets pytest's limit.
settings.register_profile("zwaan", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("zwaan")

# The command line says what is wrong in the language of its terminal; tests read English.
os.environ |= {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}

# What collecting makes stays until the end: the collector would go through it again and again.
gc.disable()


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.enable()


# As the product does: a traceback with every local variable in a frame takes a second to draw.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        ),
    ]
)


@pytest.fixture(scope="session")
def kafka_address() -> str:
    """``host:port`` of an Apache Kafka; tests share it, so they name their topics uniquely."""
    return required_server(
        Kafka.variable,
        remedy="run `make test-kafka`, or `make kafka` and what it prints.",
        environment=os.environ,
    )


@pytest.fixture(scope="session")
def secured_kafka(
    kafka_address: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SecuredKafka]:
    """A broker of its own with TLS and users; only where there is a Kafka for tests at all."""
    server = SecuredKafka(folder=tmp_path_factory.mktemp("secured"), port=free_port())
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgres_url(worker_id: str) -> str:
    """SQLAlchemy URL of an empty database; tests share it, so they use schemas of their own.

    Each of several processes of tests has its own, because PostgreSQL counts deadlocks by database.
    It is made anew, and left behind: fixtures with a schema in it may end later than this one.
    """
    given = required_server(
        Postgres.variable,
        remedy="run `make test-postgres`, or `make postgres` and what it prints.",
        environment=os.environ,
    )
    if worker_id == "master":
        return given
    own = sa.make_url(given).set(database=f"zwaan_tests_{worker_id}")
    engine = sa.create_engine(given, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE IF EXISTS {own.database} WITH (FORCE)"))
        connection.execute(sa.text(f"CREATE DATABASE {own.database}"))
    engine.dispose()
    return own.render_as_string(hide_password=False)
