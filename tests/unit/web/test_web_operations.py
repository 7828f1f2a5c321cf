"""Health, readiness and metrics."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from services.message import said
from services.web.parts import Readiness
from tests.unit.web.organisation import ANNA, Organisation, story


async def test_health_is_about_the_process_only(organisation: Organisation) -> None:
    """``/healthz`` is 200 although nothing makes progress."""

    async def stuck() -> Readiness:
        return Readiness(ready=False, reason=said("the log is away"))

    organisation.with_parts(readiness=stuck)
    async with organisation.client() as client:
        assert (await client.get("/healthz")).status_code == 200
        ready = await client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json() == {
        "ready": False,
        "reason": "the log is away",
        "waiting": [],
        "networks_away": [],
    }


async def test_strangers_learn_only_whether_it_is_ready(organisation: Organisation) -> None:
    """From elsewhere ``/readyz`` has no details and ``/metrics`` does not exist."""
    organisation.with_parts(base_url="https://zwaan.example.org", api_token="the-api-token")
    async with organisation.client() as stranger:
        assert (await stranger.get("/readyz")).json() == {"ready": True}
        assert (await stranger.get("/metrics")).status_code == 404
        known = {"Authorization": "Bearer the-api-token"}
        assert (await stranger.get("/metrics", headers=known)).status_code == 200
        assert (await stranger.get("/readyz", headers=known)).json()["waiting"] == []


async def test_metrics_tell_what_happened(organisation: Organisation) -> None:
    """Requests by route pattern, short links by answer, and posts by state are counted."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.signed_in("anna@example.org") as client:
        await client.get(f"/r/{post.link_code}")
        await client.get("/r/nothing")
        await client.get("/inbox")
        await client.get("/no/such/page")
        await client.request("NONSENSE", "/inbox")
        text = (await client.get("/metrics")).text
    found = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["zwaan_short_links_total", "redirect"] == 1
    assert found["zwaan_short_links_total", "unknown"] == 1
    assert found["zwaan_posts", "ready"] == 1
    assert found["zwaan_dead_letters",] == 0
    assert found["zwaan_consumer_lag_records",] == 0
    assert found["zwaan_http_requests_total", "/inbox", "200", "GET"] == 1
    assert found["zwaan_http_requests_total", "404", "GET", "none"] == 1
    assert "NONSENSE" not in text
    assert "sign-in/{token}" in text
    assert post.id not in text
