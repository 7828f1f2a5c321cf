"""The images of the example stories, served by the demo itself so that they need no network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.routing import Mount, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

#: Where the stories say that they are, and where a demo has them.
_PUBLIC = "https://www.zwaan.example/images"
_PATH = "/example-images"


def image_base(local_url: str) -> str:
    """The base address of the images in a demo at this address."""
    return local_url + _PATH


def beside_images(pages: ASGIApp, folder: Path) -> ASGIApp:
    """The pages, with the images in ``folder`` on their own path beside them."""
    images = Mount(_PATH, StaticFiles(directory=folder))
    return Router([images], default=pages, redirect_slashes=False)


def with_images_at(event: Mapping[str, Any], base: str) -> dict[str, Any]:
    """The event, with the addresses of its images as they are in this demo."""
    data = event["data"]
    moved = [
        {**image, "url": image["url"].replace(_PUBLIC, base, 1)} for image in data.get("images", ())
    ]
    return {**event, "data": {**data, "images": moved}} if moved else dict(event)
