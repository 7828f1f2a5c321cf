"""The production compose file: valid, hardened, and in step with the code it starts."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from services.settings import Settings
from streams.command_line.main import zwaan

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "zwaan"}
PUBLISHED = {"web", "mail"}


def specification() -> dict[str, Any]:
    """The Compose Specification's own schema, as check-jsonschema carries it (Apache-2.0)."""
    vendored = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema: dict[str, Any] = json.loads(vendored.read_text(encoding="utf-8"))
    return schema


def validator() -> jsonschema.protocols.Validator:
    schema = specification()
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def test_the_file_follows_the_compose_specification() -> None:
    """The compose file is valid under the Compose Specification's JSON schema."""
    errors = [f"{error.json_path}: {error.message}" for error in validator().iter_errors(COMPOSE)]
    assert not errors


def test_the_specification_refuses_a_misspelt_key() -> None:
    """The schema is strict enough to see a key that Compose would not know."""
    broken = {"services": {"web": {"image": "zwaan", "comand": ["web"]}}}
    assert not validator().is_valid(broken)


def test_every_setting_in_the_file_exists() -> None:
    """Each ZWAAN_ variable that the file names is a setting of the code."""
    known = {f"ZWAAN_{name}".upper() for name in Settings.model_fields}
    named = set(re.findall(r"ZWAAN_[A-Z_]+", TEXT + (ROOT / "Dockerfile").read_text("utf-8")))
    assert named
    assert named <= known


@pytest.mark.parametrize("name", OURS)
def test_every_command_in_the_file_exists(name: str) -> None:
    """Each service of ours starts a command, with options, that `zwaan` knows."""
    answer = CliRunner().invoke(zwaan, [*OURS[name]["command"], "--help"])
    assert answer.exit_code == 0, answer.output


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_has_more_rights_than_it_needs(name: str) -> None:
    """Every container has a read-only root, no capabilities, no new privileges and limits."""
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert not service.get("privileged", False)
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}
    assert service["restart"] in {"unless-stopped", "on-failure:5"}


@pytest.mark.parametrize("name", SERVICES)
def test_only_pages_are_published_and_only_on_loopback(name: str) -> None:
    """The broker and the database have no published port and no network with a way out."""
    service = SERVICES[name]
    if name in PUBLISHED:
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    else:
        assert "ports" not in service
    assert COMPOSE["networks"]["inside"]["internal"] is True
    if name in {"kafka", "postgres"}:
        assert service["networks"] == ["inside"]


def test_visitors_behind_the_proxy_are_distinguished() -> None:
    """Pages that listen beyond loopback name the networks that their reverse proxy comes from."""
    assert "ZWAAN_TRUSTED_PROXIES" in SERVICES["web"]["environment"]


def test_the_file_holds_no_secret() -> None:
    """Every password, key, token and client secret is a required variable."""
    secret = re.compile(r"PASSWORD|SECRET|TOKEN|_KEYS?$|CLIENT_ID$")
    for service in SERVICES.values():
        for variable, value in service.get("environment", {}).items():
            if secret.search(variable):
                assert re.fullmatch(r"\$\{[A-Z_]+:\?.+\}", str(value)), variable
    for password in re.findall(r"://[^/\s:]+:([^@\s]+)@", TEXT):
        assert password.startswith("${POSTGRES_PASSWORD:?")


def test_web_and_worker_start_after_topics_and_schema_exist() -> None:
    """A worker never starts before its topics: Faust would subscribe to nothing in silence."""
    for name in ("web", "worker"):
        conditions = {on: how["condition"] for on, how in SERVICES[name]["depends_on"].items()}
        assert conditions == {
            "topics": "service_completed_successfully",
            "migrate": "service_completed_successfully",
        }
