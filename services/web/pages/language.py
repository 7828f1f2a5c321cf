"""The language of the pages, for whoever reads them; texts keep that of the person's voice."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from fastapi.responses import RedirectResponse, Response

from services.language import LANGUAGES
from services.web.access import VisitorView
from services.web.view import came_from

router = APIRouter()


@router.post("/language")
async def choose(view: VisitorView) -> Response:
    """Remembered in this browser; the answer is the page that the reader was on."""
    chosen = (await view.request.form()).get("language")
    if chosen not in LANGUAGES:
        raise HTTPException(422)
    view.request.session["language"] = chosen
    page = came_from(view.request)
    path = page.path if page.path.startswith("/") else "/"
    # A path alone, and no second slash: nobody is led to another host.
    back = "/" + path.lstrip("/\\") + (f"?{page.query}" if page.query else "")
    return RedirectResponse(back, status_code=303)
