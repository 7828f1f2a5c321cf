"""An address that leads nowhere: the page that says so is in the language of who is signed in."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException

from services.web.access import VisitorView

router = APIRouter()


@router.get("/{path:path}", include_in_schema=False)
async def nowhere(_view: VisitorView, path: str) -> None:  # noqa: ARG001 - whatever it is
    raise HTTPException(404)
