"""What is away or set wrongly: one sentence, and a doctor that finds it."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from services.ports import Tokens
from services.vault import Vault, new_key
from tests.builders import event, story
from tests.integration.shell import Shell

pytestmark = pytest.mark.commands

OTHER = (
    '{"nowhere": {"url": "https://n.example", "client_id": "c", "client_secret": "planted-secret"}}'
)


@pytest.mark.parametrize(
    ("arguments", "settings"),
    [
        (["publish", "story.json"], {"broker": "kafka://127.0.0.1:1"}),
        (["topics"], {"broker": "kafka://127.0.0.1:1"}),
        (["lag"], {"broker": "embedded:///proc/self/comm"}),
        (["stats"], {"database_url": "postgresql+psycopg://z:planted-secret@127.0.0.1:1/z"}),
        (["stats"], {"database_url": "postgresql+psycopg://z:planted-secret@[bad/z"}),
        (["stats"], {"data": "/proc/nothing"}),
        (["publish", "story.json"], {"data": "/proc/nothing"}),
        (["stats", "--data", "no-database"], {}),
    ],
)
def test_what_is_away_is_one_sentence_soon(
    shell: Shell, arguments: list[str], settings: dict[str, str]
) -> None:
    """An address where nothing answers or nothing is ours: one sentence, exit code 3, no secret."""
    shell.write("story.json", event(story()))
    (shell.folder / "no-database").mkdir()
    shell.write("no-database/zwaan.db", "this is no database" * 100)
    done = shell.run(*arguments, **settings)
    assert done.code == 3
    assert done.sentence.endswith(".")
    assert "planted-secret" not in done.err
    assert done.came_soon


@pytest.mark.parametrize(
    ("arguments", "settings"),
    [
        (["topics"], {"broker": "rabbit://127.0.0.1"}),
        (["publish", "story.json"], {"broker": "kafka://"}),
        (["publish", "story.json"], {"broker": "kafka://planted-secret@[host"}),
        (["publish", "story.json"], {"broker": "kafka://z:planted-secret@host:port"}),
        (["publish", "story.json"], {"broker": "embedded://"}),
        (["lag"], {"broker": "embedded:///proc/self/comm?colour=blue"}),
        (["stats"], {"database_url": "mysql://planted-secret@127.0.0.1/z"}),
        (["stats"], {"port": "http"}),
        (["worker"], {"smtp_url": "planted-secret@mail.example.org"}),
        (["worker"], {"linkedin_url": "http://planted-secret@linkedin.example.org"}),
        (["worker"], {"other_networks": OTHER}),
        (["demo"], {"x_url": "https://api.x.com"}),
    ],
)
def test_an_address_of_no_kind_we_know_is_wrong_usage(
    shell: Shell, arguments: list[str], settings: dict[str, str]
) -> None:
    """Every fault is one sentence, exit code 2 as for a wrong option, no secret."""
    shell.write("story.json", event(story()))
    done = shell.run(*arguments, **settings)
    assert done.code == 2
    assert done.sentence.endswith(".")
    assert "planted-secret" not in done.err
    assert done.came_soon


def test_the_doctor_shows_settings_without_secrets(shell: Shell) -> None:
    """Every setting is listed, a secret only as set or not, and what is missing has a remedy."""
    secrets = {
        "secret_key": "planted-secret",
        "api_token": "planted-secret",
        "linkedin_client_secret": "planted-secret",
        "smtp_url": "smtp://user:planted-secret@127.0.0.1:1025",
        "linkedin_url": "https://user:planted-secret@api.example.org",
        "llm_url": "https://models.example.org/v1",
        "llm_model": "small",
        "llm_key": "planted-secret",
    }
    done = shell.run("doctor", "--json", **secrets)
    assert done.code == 0
    (report,) = done.lines
    assert "planted" not in done.out + done.err
    settings = report["settings"]
    assert settings["ZWAAN_SECRET_KEY"] == settings["ZWAAN_SMTP_URL"] == "set"
    assert settings["ZWAAN_LINKEDIN_URL"] == "https://***@api.example.org"
    assert settings["ZWAAN_TOKEN_KEYS"] is None
    subjects = [each["subject"] for each in report["findings"]]
    assert subjects == [
        *(
            "data",
            "database",
            "broker",
            "keys",
            "mail",
            "proxies",
            "access",
            "linkedin",
            "linkedin api",
            "x",
            "mastodon",
            "model",
            "clock",
        )
    ]
    assert report["findings"][-2]["state"] == "small at https://models.example.org/v1, with a key"
    assert settings["ZWAAN_LLM_KEY"] == "set"
    wrong = shell.run("doctor", llm_model="small", llm_url="https://u:planted@models.example.org")
    assert "! model" in wrong.out
    assert "planted" not in wrong.out + wrong.err
    away = shell.run(
        "doctor",
        broker="kafka://127.0.0.1:1",
        database_url="postgresql+psycopg://z:planted-secret@127.0.0.1:1/z",
    )
    assert away.code == 3
    as_data = shell.run(
        "doctor",
        "--json",
        broker="kafka://127.0.0.1:1",
        database_url="postgresql+psycopg://z:planted-secret@127.0.0.1:1/z",
    )
    assert "planted" not in as_data.out
    (fault,) = [each for each in as_data.lines[0]["findings"] if each["subject"] == "broker"]
    assert (fault["trouble"], fault["state"]) == ("away", f"away: {fault['fault']}")
    assert fault["code"] == "kafka.trouble"
    mail = shell.run("doctor", smtp_url="planted-secret@mail.example.org")
    assert mail.code == 2
    assert "! mail         wrong: the setting ZWAAN_SMTP_URL is no mail server" in mail.out
    assert "planted" not in mail.out + mail.err
    assert away.out.count("! database") == away.out.count("! broker") == 1
    assert "planted" not in away.out + away.err


def test_the_doctor_says_when_an_old_key_may_go(shell: Shell) -> None:
    """After a rotation, until every connection is under the new key."""
    old, new = new_key(), new_key()
    sealed = Vault([old]).seal(Tokens(access="planted-access"))
    with closing(sqlite3.connect(shell.data / "zwaan.db")) as database, database:
        database.execute(
            "INSERT INTO connections (ambassador_id, network, member_id, handle, tokens, scopes,"
            " connected_at, renewable) VALUES ('p', 'x', '1', 'h', ?, '[]', '2026-01-01', 0)",
            [sealed],
        )
    rotated = shell.run("doctor", token_keys=f"{new},{old}")
    assert "connections that need an older key: 1" in rotated.out
    assert "an older key" not in shell.run("doctor", token_keys=f"{old},{new}").out
    assert "an older key" not in shell.run("doctor", token_keys=old).out


def test_the_doctor_finds_a_damaged_file(shell: Shell) -> None:
    """Pages that no command reads are looked at; a damaged file is away, with its remedy."""
    well = shell.run("doctor")
    assert well.out.count("file sound") == 2
    path = shell.data / "zwaan.db"
    with path.open("r+b") as file:
        file.seek(path.stat().st_size - 4096)
        file.write(b"\xff" * 4096)
    done = shell.run("doctor")
    assert done.code == 3
    (line,) = [each for each in done.out.splitlines() if each.startswith("! database")]
    assert "away: the database cannot be used: " in line
    assert line.endswith("Put a copy back, or name another folder with --data.")


def test_the_doctor_asks_for_the_proxy_of_pages_that_all_can_reach(shell: Shell) -> None:
    """Beyond loopback it warns until somebody named the reverse proxy, or said there is none."""
    warned = shell.run("doctor", host="192.0.2.1")
    assert "! proxies" in warned.out
    assert "Set ZWAAN_TRUSTED_PROXIES" in warned.out
    for settings in ({}, {"host": "192.0.2.1", "trusted_proxies": "192.0.2.7"}):
        assert "✓ proxies" in shell.run("doctor", **settings).out


def test_the_doctor_says_what_each_network_is(shell: Shell) -> None:
    """An address, the sandbox, or off; and whether this machine is believed without a token."""
    for settings, states, laptop in (
        ({}, ["sandbox", "sandbox", "off"], True),
        ({"linkedin_url": "off"}, ["off", "sandbox", "off"], True),
        ({"x_url": "https://api.x.com"}, ["off", "https://api.x.com", "off"], False),
        (
            {"x_url": "https://api.x.com", "linkedin_url": "sandbox"},
            ["sandbox", "https://api.x.com", "off"],
            False,
        ),
    ):
        (report,) = shell.run("doctor", "--json", **settings).lines
        found = {each["subject"]: each for each in report["findings"]}
        assert [found[name]["state"] for name in ("linkedin", "x", "mastodon")] == states
        assert ("linkedin api" in found) == (states[0] != "off")
        assert ("a laptop" in found["access"]["state"]) == laptop
        assert bool(found["access"]["remedy"]) != laptop
    (report,) = shell.run("doctor", "--json", x_url="https://api.x.com", api_token="t").lines
    assert [each["remedy"] for each in report["findings"] if each["subject"] == "access"] == [""]


def test_a_wrong_setting_is_wrong_usage(shell: Shell) -> None:
    """The variable at fault is named, in one sentence that says what is expected."""
    done = shell.run("stats", port="70000")
    assert (done.code, done.out) == (2, "")
    assert done.sentence == "zwaan: the setting ZWAAN_PORT has to be 65535 or less."
    keys = shell.run("doctor", token_keys="planted-secret")
    assert keys.code == 2
    assert "zwaan doctor --new-token-key" in keys.sentence
    assert "planted-secret" not in keys.err


def test_a_misspelt_setting_is_reported_and_ignored(shell: Shell) -> None:
    """The command does its work, and says on standard error which name was probably meant."""
    done = shell.run("stats", "--json", organization="Us")
    assert (done.code, len(done.lines)) == (0, 1)
    assert done.sentence == (
        "zwaan: ZWAAN_ORGANIZATION is no setting and is ignored; did you mean ZWAAN_ORGANISATION?"
    )


def test_the_doctor_of_a_new_folder_finds_nothing_wrong(bare: Shell) -> None:
    """Before the first start it checks the settings, says what is not made yet, makes nothing."""
    done = bare.run("doctor")
    assert done.code == 0
    assert done.out.count("not made yet") == 3
    assert ".." not in done.out
    assert not bare.data.exists()


def test_the_doctor_warns_of_a_sunset(shell: Shell) -> None:
    """A LinkedIn version that has ended or is about to is named, with the setting to change."""
    findings = {
        version: next(
            each
            for each in shell.run("doctor", "--json", linkedin_version=version).lines[0]["findings"]
            if each["subject"] == "linkedin api"
        )
        for version in ("202401", "209901")
    }
    assert findings["202401"]["state"] == "version 202401 ended on 2025-01-01"
    assert "ZWAAN_LINKEDIN_VERSION" in findings["202401"]["remedy"]
    assert findings["202401"]["code"] == "doctor.version-ended"
    assert findings["202401"]["values"] == {"version": "202401", "day": "2025-01-01"}
    assert findings["209901"] == {
        "subject": "linkedin api",
        "state": "version 209901, until 2100-01-01",
        "remedy": "",
    }
