"""A package that is installed beside Zwaan adds a network; no file of ours knows its name."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from services.post import PostState
from services.posts.store import posts
from streams.command_line.texts import compose, preview
from tests.e2e.journey import EXAMPLES, campaign_of, example, journey, journey_settings
from tests.e2e.postcard.server import PostcardServer, postcard

pytestmark = [pytest.mark.commands, pytest.mark.timeout(180)]


@pytest.fixture
def network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostcardServer]:
    """The package installed: what pip leaves behind is its folder with the entry points."""
    installed = tmp_path / "site-packages" / "zwaan_postcard-1.0.dist-info"
    installed.mkdir(parents=True)
    installed.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: zwaan-postcard\n")
    installed.joinpath("entry_points.txt").write_text(
        "[zwaan.networks]\npostcard = tests.e2e.postcard.connector:Postcard\n"
    )
    monkeypatch.syspath_prepend(installed.parent)
    with postcard() as server:
        monkeypatch.setenv(
            "ZWAAN_OTHER_NETWORKS",
            json.dumps({"postcard": {"url": server.url, "client_id": "c", "client_secret": "s"}}),
        )
        yield server


def test_drafts_are_composed_for_it(network: PostcardServer) -> None:
    """A dry run names it like ours, and every text keeps to its limit."""
    event = min((EXAMPLES / "vacancies").glob("nl-*.json"))
    arguments = ["--event", str(event), "--ambassadors", str(EXAMPLES / "ambassadors.csv")]
    done = CliRunner().invoke(compose, [*arguments, "--network", "postcard", "--json"])
    assert done.exit_code == 0, done.output
    drafts = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(drafts) > 10
    assert {draft["network"] for draft in drafts} == {"postcard"}
    told = [draft["choice"] for draft in drafts if draft["choice"]]
    assert told
    for text in told:
        seen = CliRunner().invoke(preview, ["--network", "postcard", "--json"], input=text)
        assert json.loads(seen.stdout)["limit"] == 320
        assert json.loads(seen.stdout)["valid"], text
    unknown = CliRunner().invoke(compose, [*arguments, "--network", "pigeon"])
    assert unknown.exit_code == 2
    assert "linkedin, x, mastodon, postcard" in unknown.output


async def test_a_vacancy_becomes_a_post_on_it(tmp_path: Path, network: PostcardServer) -> None:
    """From the event to the draft, the inbox, the published post and its measured figure."""
    vacancy = example("vacancies/nl")
    campaign = campaign_of(vacancy)
    async with journey(journey_settings(tmp_path / "data")) as trip:
        await trip.import_people(12)
        await trip.send(vacancy)
        await trip.settle()
        async with trip.parts.database.read() as transaction:
            drafts = await posts.in_state(
                transaction, PostState.READY, campaign_id=campaign, limit=1_000
            )
        written = Counter(draft.network for draft in drafts)
        assert written["postcard"] == written["linkedin"] == written["x"] >= 2
        assert max(draft.overlap for draft in drafts) <= 0.30, "beside every network's"
        told = [draft for draft in drafts if draft.text]
        assert len({draft.text for draft in told}) == len(told)
        mine = [draft for draft in told if draft.network == "postcard"]
        assert mine

        approved = await trip.approve_all(campaign)

        async def all_published() -> bool:
            return (await trip.counts(campaign)).get("published", 0) == approved

        await trip.until(all_published)
        assert sorted(post["text"] for post in network.posts) == sorted(d.text for d in mine)

        async def counted() -> bool:
            figures = await trip.stats()
            return bool(figures["reach"]["unknown_posts"] < approved)

        await trip.until(counted)

        unwanted = mine[0]
        await trip.take_off(unwanted)

        async def taken_off() -> bool:
            return unwanted.text not in [post["text"] for post in network.posts]

        await trip.until(taken_off)
        assert await trip.letters() == []
