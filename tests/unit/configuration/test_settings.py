"""Settings: a laptop's defaults, named faults, and no secret that shows."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.errors import WrongSetting
from services.scheduling import Pace, WorkingHours
from services.settings import load_settings, unknown_settings
from services.vault import new_key
from streams.bootstrap import network_settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("ZWAAN_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_the_defaults_are_those_of_a_laptop(tmp_path: Path) -> None:
    """Without any setting: the embedded log, SQLite and the sandbox, all in one folder."""
    settings = load_settings()
    assert settings.embedded
    assert settings.log_path == tmp_path / ".zwaan" / "zwaan.log.db"
    assert settings.database == f"sqlite+aiosqlite:///{tmp_path}/.zwaan/zwaan.db"
    assert settings.sandbox
    assert settings.on_loopback
    assert settings.base_url == settings.local_url == "http://127.0.0.1:8000"


def test_mastodon_is_offered_where_a_server_or_the_sandbox_is_named() -> None:
    """Empty is off; its sandbox is used when it is asked for, and then pages say so."""
    assert not load_settings(**LIVE).sandbox
    assert not load_settings(**LIVE, mastodon_url="https://mastodon.example").sandbox
    sandboxed = load_settings(**LIVE, mastodon_url="sandbox", port=8123)
    assert sandboxed.sandboxes == ("mastodon",)
    assert network_settings(sandboxed)[-1].api_url == "http://127.0.0.1:8123/mastodon"


LIVE = {"linkedin_url": "https://api.linkedin.com", "x_url": "https://api.x.com"}
LINKEDIN, X = {"linkedin_url": LIVE["linkedin_url"]}, {"x_url": LIVE["x_url"]}


@pytest.mark.parametrize(
    ("given", "sandboxes", "real"),
    [
        ({}, "linkedin x", ""),
        ({"linkedin_url": "off"}, "x", ""),
        ({"linkedin_url": "off", "x_url": "Off"}, "", ""),
        ({"mastodon_url": "sandbox"}, "linkedin x mastodon", ""),
        ({"mastodon_url": "off"}, "linkedin x", ""),
        (LINKEDIN, "", "linkedin"),
        (X, "", "x"),
        (LIVE, "", "linkedin x"),
        ({**LINKEDIN, "x_url": "sandbox"}, "x", "linkedin"),
        ({**LINKEDIN, "x_url": "off", "mastodon_url": "sandbox"}, "mastodon", "linkedin"),
        ({"mastodon_url": "https://mastodon.example"}, "", "mastodon"),
        ({"linkedin_url": "http://127.0.0.1:9/linkedin"}, "x", ""),
    ],
)
def test_a_network_is_real_or_a_sandbox_or_off(
    given: dict[str, str], sandboxes: str, real: str
) -> None:
    """Beside a real network one that is not set is off, because no one wants drafts for an
    imitation there; and a network can always be switched off, or imitated by name."""
    settings = load_settings(**given)
    assert settings.sandboxes == tuple(sandboxes.split())
    assert settings.sandbox is bool(sandboxes)
    assert settings.real_networks == tuple(real.split())
    offered = [each.name for each in network_settings(settings)]
    near = ["linkedin"] if given.get("linkedin_url", "").startswith("http:") else []
    assert sorted(offered) == sorted([*near, *sandboxes.split(), *real.split()])


@pytest.mark.parametrize(
    ("given", "laptop"),
    [
        ({}, True),
        ({"host": "::1"}, True),
        ({"port": 8123, "public_url": "http://localhost:8123/"}, True),
        ({"linkedin_url": "off", "x_url": "http://127.0.0.1:9/x"}, True),
        ({"api_token": "a token"}, True),
        ({"trusted_proxies": ","}, True),
        ({"host": "0.0.0.0"}, False),  # noqa: S104 - nothing listens
        ({"host": "192.0.2.1", "public_url": "http://127.0.0.1:8000"}, False),
        ({"public_url": "https://zwaan.example.org"}, False),
        ({"public_url": "http://192.0.2.1:8000"}, False),
        ({"public_url": "http://127.0.0.1:8001"}, False),
        ({"public_url": "https://127.0.0.1:8000"}, False),
        ({"trusted_proxies": "127.0.0.1"}, False),
        (LINKEDIN, False),
        ({**LINKEDIN, "x_url": "sandbox"}, False),
        ({"mastodon_url": "https://mastodon.example"}, False),
    ],
)
def test_a_laptop_serves_only_this_machine(given: dict[str, Any], *, laptop: bool) -> None:
    """A real network, another address for people or to listen on, or a named proxy: each says that
    more is at stake than what a person at this machine can see."""
    assert load_settings(**given).is_laptop is laptop


def test_another_packages_real_network_is_no_laptops() -> None:
    """Nor is anything of ours imitated beside it without being asked for."""
    settings = load_settings(other_networks=OTHERS)
    assert (settings.is_laptop, settings.sandboxes) == (False, ())


OTHERS = (
    '{"bluesky": {"url": "https://bsky.example", "client_id": "c", "client_secret": "planted"}}'
)


def test_networks_of_other_packages_are_handed_to_their_connectors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With what they need and nothing of ours; their secrets are shown nowhere."""
    monkeypatch.setenv("ZWAAN_OTHER_NETWORKS", OTHERS)
    settings = load_settings()
    (bluesky,) = network_settings(settings)
    assert (bluesky.name, bluesky.client_secret) == ("bluesky", "planted")
    assert bluesky.api_url == bluesky.authorize_url == "https://bsky.example"
    assert settings.real_networks == ("bluesky",)
    assert "planted" not in repr(settings)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("{", "has to be JSON"),
        ("[1]", "has to be"),
        ('{"bluesky": {"url": "https://bsky.example"}}', "is missing"),
        (OTHERS.replace("bluesky", "x"), "settings of its own"),
        (OTHERS.replace("bluesky", "Blue Sky"), "no name"),
    ],
)
def test_other_networks_that_cannot_be_read_are_named(value: str, said: str) -> None:
    """One sentence with the variable's name."""
    with pytest.raises(WrongSetting, match=f"ZWAAN_OTHER_NETWORKS .*{said}"):
        load_settings(other_networks=value)


def test_what_is_given_wins_over_the_environment_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A command's option, a variable, a line in .env: in this order; empty is not set."""
    (tmp_path / ".env").write_text("ZWAAN_ORGANISATION=file\nZWAAN_PORT=1\nZWAAN_CONTACT=c\n")
    monkeypatch.setenv("ZWAAN_PORT", "2")
    monkeypatch.setenv("ZWAAN_ORGANISATION", "environment")
    monkeypatch.setenv("ZWAAN_BROKER", "")
    settings = load_settings(port=3, host=None)
    assert (settings.port, settings.organisation, settings.contact) == (3, "environment", "c")
    assert settings.embedded


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("1h,6h,3d", [timedelta(hours=1), timedelta(hours=6), timedelta(days=3)]),
        (" 1.5s , 2m ", [timedelta(seconds=1.5), timedelta(minutes=2)]),
    ],
)
def test_durations_are_read(text: str, steps: list[timedelta]) -> None:
    """Seconds, minutes, hours and days, in ascending order."""
    assert list(load_settings(reach_after=text).reach_after) == steps


def test_the_pace_of_posts_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two a week, ten minutes apart, in office hours, ten seconds to undo; each can be set."""
    assert load_settings().pace == Pace(undo=timedelta(seconds=10))
    monkeypatch.setenv("ZWAAN_WEEKLY_CAP", "0")
    monkeypatch.setenv("ZWAAN_STAGGER", "0s")
    monkeypatch.setenv("ZWAAN_UNDO_SECONDS", "0")
    monkeypatch.setenv("ZWAAN_WORKING_HOURS", "mon-sat 08:00-20:00")
    hours = WorkingHours(weekdays=frozenset(range(6)), start=time(8), end=time(20))
    assert load_settings().pace == Pace(weekly_cap=0, stagger=timedelta(), hours=hours)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("reach_after", "soon"),
        ("reach_after", ","),
        ("reach_after", "6h,1h"),
        ("reach_after", "1h,1h"),
        ("reach_after", "²h"),
        ("reach_after", "-1h"),
        ("reach_after", "99999999999d"),
        ("reach_after", "1e3h"),
        ("reach_rates", "linkedin"),
        ("reach_rates", "linkedin=0"),
        ("reach_rates", "linkedin=1.5"),
        ("reach_rates", "linkedin=nan"),
        ("port", "70000"),
        ("data", "what?"),
        ("token_keys", "short"),
        ("port", "http"),
        ("log_level", "LOUD"),
        ("consumer_group", "a b"),
        ("linkedin_version", "2026"),
        ("publish_concurrency", "0"),
        ("weekly_cap", "-1"),
        ("stagger", "ten"),
        ("stagger", "10"),
        ("llm_timeout", "0s"),
        ("llm_timeout", "1h"),
        ("llm_concurrency", "0"),
        ("linkedin_url", "of"),
        ("x_url", "api.x.com"),
        ("mastodon_url", "ftp://mastodon.example"),
        ("public_url", "zwaan.example.org"),
        ("public_url", "https://zwaan.example.org:port"),
        ("trusted_proxies", "proxy.example.org"),
        ("trusted_proxies", "10.0.0.1/8"),
        ("working_hours", "mon-fri"),
        ("working_hours", "mon-fri 17:00-09:00"),
        ("public_holidays", "Holland"),
        ("public_holidays", "DE-XX"),
        ("mail_from", ""),
        ("mail_from", "zwaan"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    """The sentence names the variable."""
    with pytest.raises(WrongSetting, match=f"ZWAAN_{name.upper()}"):
        load_settings(**{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("broker", "127.0.0.1:9092"),
        ("broker", "redis://x"),
        ("database_url", "mysql://planted-secret@x"),
        ("database_url", "postgresql://planted-secret@x"),
    ],
)
def test_an_address_of_another_kind_is_wrong(name: str, value: str) -> None:
    """The sentence gives an example, and does not repeat what may hold a password."""
    with pytest.raises(WrongSetting, match="for example") as caught:
        load_settings(**{name: value})
    assert "planted-secret" not in str(caught.value)


def test_posts_that_cost_nothing_leave_what_is_read() -> None:
    """X may charge for reading alone; with every price at nought there is nothing to charge."""
    posts = {"x_price_with_link": 0, "x_price_without_link": 0}
    units = ("post_read", "user_read", "media_metadata", "post_delete")
    others = {f"x_price_{unit}": 0 for unit in units}
    assert load_settings(**posts).prices["x"].charge_unit("post_read") == 5_000
    assert load_settings(**posts, **others).prices == {}


def test_an_unknown_setting_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A misspelt name, in the environment or in .env, is found with the one it may mean."""
    (tmp_path / ".env").write_text("ZWAAN_ORGANIZATION=x\nOTHER=1\n")
    monkeypatch.setenv("ZWAAN_PROT", "1")
    monkeypatch.setenv("ZWAAN_XYZZY", "1")
    monkeypatch.setenv("ZWAAN_TEST_KAFKA", "of our tests")
    monkeypatch.setenv("ZWAAN_PORT", "1")
    assert unknown_settings() == {
        "ZWAAN_ORGANIZATION": "ZWAAN_ORGANISATION",
        "ZWAAN_PROT": "ZWAAN_PORT",
        "ZWAAN_XYZZY": "",
    }


def test_a_folder_with_odd_characters_is_one_folder(tmp_path: Path) -> None:
    """What an address would read as its own is quoted in the log's and left in the database's."""
    settings = load_settings(data=tmp_path / "50% of # us")
    assert settings.log_path == tmp_path / "50% of # us" / "zwaan.log.db"
    assert settings.database_path == tmp_path / "50% of # us" / "zwaan.db"


def test_trusted_proxies_are_addresses_and_networks() -> None:
    """This machine's by default; what is written takes their place."""
    assert load_settings().trusted_proxies == ("127.0.0.0/8", "::1/128")
    chosen = load_settings(trusted_proxies=" 10.0.0.7, 172.16.0.0/12 ,fd00::/8").trusted_proxies
    assert chosen == ("10.0.0.7/32", "172.16.0.0/12", "fd00::/8")


@pytest.mark.parametrize(
    ("host", "local", "ours"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000", True),
        ("127.0.0.2", "http://127.0.0.2:8000", True),
        ("::1", "http://[::1]:8000", True),
        ("localhost", "http://localhost:8000", True),
        ("192.0.2.1", "http://127.0.0.1:8000", False),
    ],
)
def test_this_machine_has_many_addresses(host: str, local: str, ours: bool) -> None:
    """Every address of loopback is one, and an IPv6 address can be opened."""
    settings = load_settings(host=host, port=8000)
    assert (settings.local_url, settings.on_loopback) == (local, ours)


def test_a_language_model_has_an_address_and_a_name() -> None:
    """One without the other names the setting that is missing; neither means none."""
    assert load_settings().llm_url == ""
    with pytest.raises(WrongSetting, match="ZWAAN_LLM_MODEL is missing"):
        load_settings(llm_url="https://models.example.org/v1")
    with pytest.raises(WrongSetting, match="ZWAAN_LLM_URL is missing"):
        load_settings(llm_model="small")


def test_no_secret_shows() -> None:
    """A representation of the settings, as a log might write it, holds no secret."""
    names = ("secret_key", "api_token", "smtp_url", "x_client_secret", "llm_key")
    key = new_key()
    settings = load_settings(
        **dict.fromkeys(names, "planted-secret"),
        token_keys=key,
        database_url="postgresql+psycopg://zwaan:planted-secret@x/z",
    )
    for shown in (repr(settings), str(settings.model_dump())):
        assert "planted-secret" not in shown
        assert key not in shown


def test_settings_do_not_change() -> None:
    """A caller that holds the settings may rely on them."""
    with pytest.raises(ValueError, match="frozen"):
        load_settings().port = 5  # type: ignore[misc]


@pytest.mark.parametrize(
    ("given", "offered"),
    [
        ({}, True),
        ({"linkedin_url": "http://127.0.0.1:9/linkedin", "mastodon_url": "sandbox"}, True),
        ({"linkedin_url": "https://api.linkedin.com"}, False),
        ({"x_url": "https://api.x.com"}, False),
        ({"mastodon_url": "https://mastodon.example"}, False),
        ({"other_networks": OTHERS}, False),
        ({"x_url": "https://api.x.com", "standing_consent": True}, True),
        ({"standing_consent": False}, False),
    ],
)
def test_a_standing_consent_is_offered_in_the_sandbox(
    given: dict[str, Any], *, offered: bool
) -> None:
    """With a real network it is off, because LinkedIn forbids automated posting, unless asked for."""
    assert load_settings(**given).offers_standing_consent is offered
