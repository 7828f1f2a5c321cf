"""From an ASGI request to a `Call`."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Message, Receive, Scope

from connectors.sandbox.exchange import Answer, Call, Refusal, Upload

#: More than the largest image that either network takes.
MAX_BODY_BYTES = 40_000_000


async def read_call(scope: Scope, receive: Receive) -> Call:
    """Return the request once its body is complete.

    Raises Refusal for a body that is too large or a form that cannot be read, and
    ClientDisconnect when the client went away.
    """
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }
    body = await _body(scope, receive)
    form, uploads = await _form(scope, headers.get("content-type", ""), body)
    raw_query = scope["query_string"].decode("latin-1")
    return Call(
        method=scope["method"],
        path=scope["path"],
        parameters=scope.get("path_params", {}),
        query=dict(parse_qsl(raw_query, keep_blank_values=True)),
        raw_query=raw_query,
        headers=headers,
        body=body,
        form=form,
        uploads=uploads,
    )


async def _body(scope: Scope, receive: Receive) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in Request(scope, receive).stream():
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise Refusal(Answer(status=413))
        chunks.append(chunk)
    return b"".join(chunks)


async def _form(
    scope: Scope, content_type: str, body: bytes
) -> tuple[dict[str, str], dict[str, Upload]]:
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        text = body.decode("utf-8", "replace")
        return dict(parse_qsl(text, keep_blank_values=True)), {}
    if kind != "multipart/form-data":
        return {}, {}

    async def replay() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    form: dict[str, str] = {}
    uploads: dict[str, Upload] = {}
    try:
        async with Request(scope, replay).form() as fields:
            for name, value in fields.multi_items():
                if isinstance(value, UploadFile):
                    uploads[name] = Upload(name=value.filename or "", data=await value.read())
                else:
                    form[name] = value
    except MultiPartException as error:
        raise Refusal(Answer(status=400)) from error
    return form, uploads
