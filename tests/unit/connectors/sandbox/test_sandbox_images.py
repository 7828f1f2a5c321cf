"""Recognising images by their first bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sandbox.state.posts import recognise
from tests.unit.connectors.sandbox.pictures import gif, jpeg, png


@pytest.mark.parametrize(
    ("data", "mime", "size"),
    [
        (png(300, 200), "image/png", (300, 200)),
        (gif(3, 5), "image/gif", (3, 5)),
        (jpeg(7, 9), "image/jpeg", (7, 9)),
    ],
)
def test_the_three_formats_are_recognised(data: bytes, mime: str, size: tuple[int, int]) -> None:
    """PNG, GIF and JPEG give their type, width and height."""
    image = recognise(data)

    assert image is not None
    assert (image.mime, image.width, image.height) == (mime, *size)


@given(st.binary())
@pytest.mark.parametrize("start", [b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"GIF89a"])
def test_any_other_bytes_are_no_defect(start: bytes, data: bytes) -> None:
    """Arbitrary bytes are an image or are not, and never raise."""
    assert recognise(b"<svg>" + data) is None
    recognise(start + data)
