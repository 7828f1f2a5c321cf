"""For any answer of a network a connector gives a result or an error that names the reaction."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from connectors.linkedin import LinkedIn
from connectors.mastodon import Mastodon
from connectors.registry import NetworkSettings
from connectors.x import X
from services.errors import ZwaanError
from services.ports import Account, Image, LinkCard, Network, OutgoingPost, Tokens
from tests.unit.connectors.conftest import NOW

_NAMES = (
    *("data", "id", "text", "value", "elements", "count", "errors", "meta", "entities", "urls"),
    *("access_token", "refresh_token", "expires_in", "expires_at", "scope", "token_type", "sub"),
    *("name", "username", "acct", "account", "uploadUrl", "image", "metricType", "content"),
    *("public_metrics", "non_public_metrics", "like_count", "favourites_count", "created_at"),
    *("error", "message", "serviceErrorCode", "status", "code", "detail", "title", "start", "end"),
)
_WORDS = (
    *("1", "soon", "Bearer", "a\nb", "é", "not a date", "2026-11-20T22:30:00Z"),
    *("w_member_social,tweet.write,write:statuses", "urn:li:share:1", "urn:li:image:1"),
    *("https://api.linkedin.com/upload", "https://evil.example/upload"),
)
_plain = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(_WORDS)
)
_json = st.recursive(
    _plain,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=6)
    ),
    max_leaves=12,
)
#: Close to a good answer to a token request.
_tokens = st.fixed_dictionaries(
    {"access_token": st.just("a-token") | _plain},
    optional={
        "token_type": st.just("bearer") | _plain,
        "expires_in": _plain,
        "expires_at": _plain,
        "refresh_token": _plain,
        "scope": st.sampled_from(_WORDS) | st.lists(_plain, max_size=3),
    },
)
_bodies = (_json | _tokens).map(lambda value: json.dumps(value).encode()) | st.binary(max_size=20)
_headers = st.dictionaries(
    st.sampled_from(["x-restli-id", "x-rate-limit-reset", "x-ratelimit-reset", "date", "location"]),
    st.sampled_from([*("urn:li:share:1", "garbage", "-5", "9" * 30, "nan"), *_WORDS[:2]]),
    max_size=3,
)
_statuses = st.sampled_from(
    [200, 200, 200, 201, 201, 204, 302, 400, 401, 402, 403, 404, 409, 422, 426, 429, 500, 503]
)
_answers = st.lists(st.tuples(_statuses, _headers, _bodies), min_size=1, max_size=3)

_POST = OutgoingPost(
    text="Hallo https://go.example.org/r/1",
    card=LinkCard(url="https://go.example.org/r/1", title="Hallo"),
)
_CALLS: Mapping[str, Callable[[Network, Account], object]] = {
    "connect": lambda network, _: network.connect(
        code="c", verifier="v" * 50, redirect_uri="http://127.0.0.1/callback"
    ),
    "refresh": lambda network, own: network.refresh(own),
    "revoke": lambda network, own: network.revoke(own),
    "upload": lambda network, own: network.upload(own, Image(data=b"x", alt="Een dijk")),
    "publish": lambda network, own: network.publish(own, _POST),
    "reconcile": lambda network, own: network.reconcile(own, _POST, since=NOW),
    "measure": lambda network, own: list(network.measure(own, ["1", "2"])),
    "delete": lambda network, own: network.delete(own, "1"),
}


@pytest.mark.parametrize("call", list(_CALLS))
@pytest.mark.parametrize("connector", [LinkedIn, X, Mastodon])
def test_any_network_answer_gives_a_result_or_a_known_error(
    monkeypatch: pytest.MonkeyPatch, connector: Callable[[NetworkSettings], Network], call: str
) -> None:
    """JSON of any shape, tokens with a lifetime of words, statuses without sense: no defect."""
    answers: deque[tuple[int, Mapping[str, str], bytes]] = deque()

    def send(adapter: HTTPAdapter, request: requests.PreparedRequest, **_: Any) -> Any:
        status, headers, body = answers.popleft() if answers else (200, {}, b"{}")
        raw = HTTPResponse(BytesIO(body), headers=headers, status=status, preload_content=False)
        return adapter.build_response(request, raw)

    monkeypatch.setattr(HTTPAdapter, "send", send)
    name = connector.__name__.lower()  # type: ignore[attr-defined]
    network = connector(
        NetworkSettings(
            name=name,
            client_id="zwaan-test",
            client_secret="planted-client-secret",
            api_url=f"http://127.0.0.1:9/{name}",
            version="202609",
        )
    )
    tokens = Tokens(access="a", refresh="r", scopes=frozenset({"r_member_postAnalytics"}))
    own = Account(network=name, member_id="42", handle="sanne", tokens=tokens)

    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(_answers)
    def given_any(said: list[tuple[int, Mapping[str, str], bytes]]) -> None:
        answers.clear()
        answers.extend(said)
        with suppress(ZwaanError):
            _CALLS[call](network, own)

    given_any()
