"""The languages that Zwaan writes and speaks."""

from __future__ import annotations

from typing import Literal

Language = Literal["nl", "en"]
