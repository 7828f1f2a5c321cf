"""The main job, as a user runs it: ``zwaan demo``, and their own event and people beside it."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import requests

from services.identity import ambassador_id, derive_id
from tests.e2e.zwaan_process import Running, last_json_line, running, zwaan
from tests.servers.process import free_port
from tests.unit.web.organisation import form_token

pytestmark = pytest.mark.commands

STATES = {"ready", "approved", "publishing", "published", "failed", "unknown", "declined"}

STORY = {
    "specversion": "1.0",
    "id": "own-1",
    "source": "/test",
    "type": "story.approved",
    "time": "2026-11-24T09:00:00Z",
    "data": {
        "story_id": "own-story",
        "title": "Een brug van veertien planken",
        "body": (
            "Op 9 juni legden onze monteurs in Vreeswijk 14 nieuwe planken op de loopbrug. "
            "Schipper Van Dam liep er als eerste over, met zijn hond.\n\n"
            "Op 3 mei kreeg onze sluis in Utrecht een nieuwe deur. "
            "Monteur Kees Vos draaide 212 bouten aan."
        ),
        "language": "nl",
        "url": "https://example.org/sluis",
        "topics": ["sluizen"],
    },
}
PEOPLE = "email,name,language,role,crafts\n" + "".join(
    f"eigen{number}@example.org,Eigen Collega {number},nl,sluiswachter,sluizen\n"
    for number in range(6)
)


@pytest.mark.timeout(180)
def test_the_demo_ends_by_itself_with_posts_published_and_clicks_counted(tmp_path: Path) -> None:
    """A demo of some seconds brings stories and vacancies to posts, clicks and measured reach."""
    data = tmp_path / "data"

    done = zwaan(
        "demo", "--seconds", "20", "--json", "--port", str(free_port()), data=data, limit=120
    )

    assert done.returncode == 0, done.stderr
    summary = last_json_line(done.stdout)
    assert summary["campaigns"] >= 6
    assert set(summary["posts"]) <= STATES
    assert summary["posts"]["published"] > 20
    assert summary["posts"]["declined"] > 0
    clicks = summary["clicks"]
    assert clicks["human"] > 0
    assert clicks["bot"] > 0
    assert clicks["raw"] == clicks["human"] + clicks["bot"] + clicks["duplicate"]
    assert summary["reach"]["measured"] > 0
    assert summary["dead_letters"] == 0
    assert summary["startup_seconds"] > 0
    assert _networks_with_images(data) == {"linkedin", "x"}

    stats = zwaan("stats", "--json", data=data)
    later = json.loads(stats.stdout)
    for name in ("posts", "clicks", "campaigns", "dead_letters", "reach"):
        assert later[name] == summary[name]


def _networks_with_images(data: Path) -> set[str]:
    """Those that hold an image of a story, as its connector handed it over."""
    with closing(sqlite3.connect(data / "sandbox.db")) as database:
        return {
            name
            for (name,) in database.execute("SELECT network FROM media WHERE bytes IS NOT NULL")
        }


@pytest.mark.timeout(180)
def test_a_users_own_event_and_people_join_a_running_demo(tmp_path: Path) -> None:
    """`import ambassadors` and `publish` from a second terminal find the demo by its folder.

    The same event again is answered as known, and one that differs is refused.
    """
    data = tmp_path / "data"
    people, event = tmp_path / "people.csv", tmp_path / "event.json"
    people.write_text(PEOPLE, encoding="utf-8")
    event.write_text(json.dumps(STORY), encoding="utf-8")

    with running("demo", "--ambassadors", "4", data=data, port=free_port()) as demo:
        demo.wait_for(demo.is_ready)
        imported = zwaan("import", "ambassadors", str(people), data=data)
        published = zwaan("publish", str(event), data=data)
        by_http = demo.get("/api/v1/stats")
        signed_in = zwaan("sign-in", "new@example.org", "--role", "marketing", data=data)
        again = zwaan("publish", str(event), data=data)

        assert (imported.returncode, imported.stdout) == (0, "6 imported\n"), imported.stderr
        assert (published.returncode, again.returncode) == (0, 0), published.stderr
        assert by_http.status_code == 200
        assert signed_in.stdout.startswith(f"{demo.url}/sign-in/"), "the running demo's own port"
        campaign = _campaign_of("own-story")
        demo.wait_for(lambda: _published(data, campaign) > 0)
        known = zwaan("publish", str(event), data=data)
        assert (known.returncode, known.stdout) == (0, "1 published, 0 refused\n")
        assert "is known already, unchanged" in known.stderr
        event.write_text(json.dumps(STORY | {"data": STORY["data"] | {"title": "Other"}}))
        other = zwaan("publish", str(event), data=data)
        assert (other.returncode, other.stdout) == (1, "0 published, 1 refused\n")
        assert "with another title" in other.stderr

    figures = json.loads(zwaan("stats", "--campaign", campaign, "--json", data=data).stdout)
    assert sum(figures["posts"].values()) >= 6


def _published(data: Path, campaign: str) -> int:
    stats = zwaan("stats", "--campaign", campaign, "--json", data=data)
    figures = json.loads(stats.stdout) if stats.returncode == 0 else {"posts": {}}
    number: int = figures["posts"].get("published", 0)
    return number


def _campaign_of(story_id: str) -> str:
    return derive_id("campaign", "story", story_id)


@pytest.mark.timeout(180)
def test_the_readers_own_accounts_are_left_alone(tmp_path: Path) -> None:
    """A person who disconnects in a demo stays disconnected, while people imported later are connected."""
    data, people = tmp_path / "data", tmp_path / "people.csv"
    people.write_text(PEOPLE, encoding="utf-8")

    with running("demo", "--ambassadors", "2", data=data, port=free_port()) as demo:
        demo.wait_for(lambda: _sign_in_link(demo) and demo.is_ready())
        browser = requests.Session()
        browser.get(_sign_in_link(demo), timeout=10)
        demo.wait_for(lambda: _accounts(browser, demo) == 2)
        profile = browser.get(f"{demo.url}/profile", timeout=10).text
        assert "gesimuleerd" in profile
        form = {"csrf_token": form_token(profile)}
        browser.post(f"{demo.url}/profile/disconnect/linkedin", data=form, timeout=10)
        assert zwaan("import", "ambassadors", str(people), data=data).returncode == 0
        demo.wait_for(lambda: _connected(data, "eigen5@example.org") == 2)

        assert _accounts(browser, demo) == 1


def _accounts(browser: requests.Session, demo: Running) -> int:
    """The connected ones on the reader's own page."""
    profile = browser.get(f"{demo.url}/profile", timeout=10).text
    return profile.count('action="/profile/disconnect/')


def _sign_in_link(demo: Running) -> str:
    found = re.search(r"^  ambassador +(\S+)$", demo.log.read_text(), re.MULTILINE)
    return found.group(1) if found else ""


def _connected(data: Path, email: str) -> int:
    """To how many networks."""
    with closing(sqlite3.connect(data / "zwaan.db")) as database:
        query = "SELECT count(*) FROM connections WHERE ambassador_id = ?"
        (number,) = database.execute(query, [ambassador_id(email)]).fetchone()
    return int(number)
