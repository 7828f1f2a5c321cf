"""Which addresses outsiders cannot open."""

from __future__ import annotations

import pytest

from services.text.web_address import internal_host


@pytest.mark.parametrize(
    "url",
    [
        "https://intranet.harbour.example/blog/7",
        "http://inside.water.example",
        "https://news.harbour.local/a",
        "https://wiki/page",
        "http://10.1.2.3:8080/story",
        "http://[fd00::1]/story",
    ],
)
def test_an_address_of_the_inside_is_one(url: str) -> None:
    assert internal_host(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.harbour.example/intranet/7",
        "https://insideout.example/story",
        "https://news.inside-the-harbour.example",
        "http://93.184.216.34/story",
    ],
)
def test_a_public_address_is_none(url: str) -> None:
    assert not internal_host(url)
