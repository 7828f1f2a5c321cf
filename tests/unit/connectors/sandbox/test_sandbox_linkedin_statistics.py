"""LinkedIn's statistics of a member's own post."""

from __future__ import annotations

from urllib.parse import quote

import pytest
import requests

from tests.unit.connectors.sandbox.clients import LinkedInClient

DAY = 86_400


def _read(
    client: LinkedInClient,
    urn: str,
    metric: str = "IMPRESSION",
    version: str = "202609",
    **more: str,
) -> requests.Response:
    aggregation = more.get("aggregation", "TOTAL")
    entity = more.get("entity", f"(share:{quote(urn, safe='')})")
    query = f"q=entity&entity={entity}&queryType={metric}&aggregation={aggregation}"
    return client.rest(
        "GET", f"memberCreatorPostAnalytics?{query}", headers={"LinkedIn-Version": version}
    )


@pytest.fixture
def urn(linkedin: LinkedInClient) -> str:
    """A post of two days ago."""
    urn = linkedin.post("Lees dit https://example.org/r/abc").headers["x-restli-id"]
    requests.post(f"{linkedin.url}/_sandbox/clock", json={"advance": 2 * DAY}, timeout=60)
    return urn


def test_one_metric_a_call_agrees_with_the_audience(linkedin: LinkedInClient, urn: str) -> None:
    """Each metric is the audience's figure, or -1 where it is not available now."""
    answer = requests.get(f"{linkedin.url}/_sandbox/audience", params={"post": urn}, timeout=60)
    figures = answer.json()["figures"]
    pairs = {
        "IMPRESSION": "impressions",
        "MEMBERS_REACHED": "members_reached",
        "REACTION": "reactions",
        "COMMENT": "comments",
        "RESHARE": "reshares",
        "LINK_CLICKS": "link_clicks",
    }

    assert figures["impressions"] > 0
    for metric, name in pairs.items():
        (element,) = _read(linkedin, urn, metric).json()["elements"]
        assert element["count"] in {figures[name], -1}
        assert element["targetEntity"] == {"share": urn}


def test_the_type_of_a_metric_is_an_object_before_202605(
    linkedin: LinkedInClient, urn: str
) -> None:
    """Old versions wrap the metric's name, new ones give it as a string."""
    old = _read(linkedin, urn, version="202604").json()["elements"][0]["metricType"]
    new = _read(linkedin, urn, version="202605").json()["elements"][0]["metricType"]

    assert list(old.values()) == ["IMPRESSION"]
    assert new == "IMPRESSION"


@pytest.mark.parametrize(
    "changes",
    [
        {"metric": "LIKES"},
        {"metric": "LINK_CLICKS", "version": "202603"},
        {"aggregation": "WEEKLY"},
        {"metric": "MEMBERS_REACHED", "aggregation": "DAILY"},
        {"entity": "%28share:urn%3Ali%3Ashare%3A1%29"},
        {"entity": "(share:urn:li:share:1)"},
        {"entity": "(ugc:urn%3Ali%3Ashare%3A1)"},
    ],
)
def test_a_malformed_question_is_400(
    linkedin: LinkedInClient, urn: str, changes: dict[str, str]
) -> None:
    """Unknown metrics, metrics too new for the version, and wrongly encoded entities fail."""
    assert _read(linkedin, urn, **changes).status_code == 400


def test_daily_figures_add_up(linkedin: LinkedInClient, urn: str) -> None:
    """DAILY gives what was added on each day, with its date."""
    elements = _read(linkedin, urn, aggregation="DAILY").json()["elements"]
    answer = requests.get(f"{linkedin.url}/_sandbox/audience", params={"post": urn}, timeout=60)

    assert [element["dateRange"]["start"]["day"] for element in elements] == [24, 25, 26]
    total = answer.json()["figures"]["impressions"]
    assert sum(element["count"] for element in elements) == total


def test_figures_are_for_the_author_with_the_scope(linkedin: LinkedInClient, urn: str) -> None:
    """Without r_member_postAnalytics, and for another member's post, it is 403."""
    piet = LinkedInClient(linkedin.url)
    piet.connect(email="piet@example.org", name="Piet")
    assert _read(piet, urn).status_code == 403
    assert _read(linkedin, "urn:li:share:1").status_code == 404

    scope = "openid profile w_member_social"
    linkedin.token = linkedin.exchange(linkedin.code(scope=scope)).json()["access_token"]
    assert _read(linkedin, urn).status_code == 403


def test_a_figure_is_sometimes_not_available(linkedin: LinkedInClient, urn: str) -> None:
    """Over many hours some readings are -1, and most are not."""
    readings = []
    for _ in range(120):
        requests.post(f"{linkedin.url}/_sandbox/clock", json={"advance": 3600}, timeout=60)
        readings.append(_read(linkedin, urn).json()["elements"][0]["count"])

    assert 0 < readings.count(-1) < 20
