"""Images on LinkedIn."""

from __future__ import annotations

from typing import Any

import requests

from tests.unit.connectors.sandbox.clients import LinkedInClient
from tests.unit.connectors.sandbox.pictures import png


def _announce(client: LinkedInClient, owner: str | None = None) -> dict[str, Any]:
    answer = client.rest(
        "POST",
        "images?action=initializeUpload",
        json={"initializeUploadRequest": {"owner": owner or client.urn}},
    )
    assert answer.status_code == 200, answer.text
    value: dict[str, Any] = answer.json()["value"]
    return value


def _uploaded(client: LinkedInClient, data: bytes | None = None) -> str:
    value = _announce(client)
    answer = requests.put(value["uploadUrl"], data=data or png(), timeout=60)
    assert answer.status_code == 201
    return str(value["image"])


def _process(client: LinkedInClient) -> None:
    requests.post(f"{client.url}/_sandbox/clock", json={"advance": 31}, timeout=60)


def test_an_image_can_be_used_when_it_is_processed(linkedin: LinkedInClient) -> None:
    """Before the upload and during processing a post with it is 400, afterwards 201."""
    value = _announce(linkedin)
    content = {"media": {"id": value["image"], "altText": "Een lasser aan het werk"}}
    waiting = linkedin.post("Met foto", content=content)
    requests.put(value["uploadUrl"], data=png(), timeout=60)
    processing = linkedin.post("Met foto", content=content)
    _process(linkedin)

    assert value["uploadUrl"].startswith(f"{linkedin.url}/linkedin/")
    assert value["uploadUrlExpiresAt"] > 1_700_000_000_000
    assert waiting.json()["code"] == "MEDIA_ASSET_WAITING_UPLOAD"
    assert processing.json()["code"] == "MEDIA_ASSET_PROCESSING"
    assert linkedin.post("Met foto", content=content).status_code == 201


def test_articles_and_several_images_are_accepted(linkedin: LinkedInClient) -> None:
    """A link with a thumbnail, and two to twenty images, are accepted and shown."""
    first, second = _uploaded(linkedin), _uploaded(linkedin)
    _process(linkedin)
    article = {"source": "https://example.org/v", "title": "Vacature", "thumbnail": first}
    several = {"images": [{"id": first, "altText": "a"}, {"id": second, "altText": "b"}]}

    link = linkedin.post("Met link", content={"article": article})
    assert link.status_code == 201
    assert linkedin.post("Met fotos", content={"multiImage": several}).status_code == 201
    page = requests.get(
        f"{linkedin.url}/linkedin/feed/update/{link.headers['x-restli-id']}/", timeout=60
    ).text
    assert "Vacature" in page
    picture = requests.get(f"{linkedin.url}/_sandbox/media/linkedin/{first}", timeout=60)
    assert (picture.headers["content-type"], picture.content) == ("image/png", png())


def test_non_image_upload_fails_in_processing(linkedin: LinkedInClient) -> None:
    """Any bytes are 201 at upload; text and images of too many pixels cannot be posted."""
    for data in (b"hello", png(7000, 7000)):
        urn = _uploaded(linkedin, data)
        _process(linkedin)
        answer = linkedin.post("Met foto", content={"media": {"id": urn}})
        assert (answer.status_code, answer.json()["code"]) == (400, "MEDIA_ASSET_PROCESSING_FAILED")


def test_images_belong_to_their_owner(linkedin: LinkedInClient) -> None:
    """No one uploads for another member, uses another's image, or reads an image's status."""
    urn = _uploaded(linkedin)
    _process(linkedin)
    piet = LinkedInClient(linkedin.url)
    piet.connect(email="piet@example.org", name="Piet")
    request = {"initializeUploadRequest": {"owner": linkedin.urn}}

    foreign = piet.rest("POST", "images?action=initializeUpload", json=request)
    assert foreign.status_code == 403
    assert piet.post("Gestolen", content={"media": {"id": urn}}).status_code == 400
    assert linkedin.rest("GET", f"images/{urn}").status_code == 403


def test_an_upload_address_takes_one_upload_in_its_day(linkedin: LinkedInClient) -> None:
    """A second PUT, a late one and a guessed address are refused."""
    value = _announce(linkedin)
    assert requests.put(value["uploadUrl"], data=png(), timeout=60).status_code == 201
    assert requests.put(value["uploadUrl"], data=png(), timeout=60).status_code == 403

    late = _announce(linkedin)
    requests.post(f"{linkedin.url}/_sandbox/clock", json={"advance": 90_000}, timeout=60)
    assert requests.put(late["uploadUrl"], data=png(), timeout=60).status_code == 403
    guessed = f"{linkedin.url}/linkedin/dms-uploads/guess"
    assert requests.put(guessed, data=png(), timeout=60).status_code == 403
