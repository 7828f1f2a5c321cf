"""How the processes run, and what they leave behind."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel, Field, field_validator

from services.settings.values import OptionalDuration


class Processes(BaseModel):
    consumer_group: str = "zwaan"
    publish_concurrency: int = Field(default=8, ge=1, le=64)
    keep_audit: OptionalDuration = Field(
        default=None, description="How long the audit is kept: 730d. Empty: for ever."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @field_validator("consumer_group")
    @classmethod
    def _check_group(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,100}", value):
            raise ValueError("has to be 1 to 100 letters, digits, dots, hyphens or underscores")
        return value
