"""How the processes run and what they leave behind; what signs, seals and admits; the optional language
model.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, Field, SecretStr, field_validator

from services.message import message
from services.settings.values import Duration, OptionalDuration

# 32 bytes in base64 for URLs each.
_FERNET_KEYS = r"\s*[A-Za-z0-9_-]{43}=\s*(,\s*[A-Za-z0-9_-]{43}=\s*)*,?\s*"


class Keys(BaseModel):
    secret_key: SecretStr | None = Field(
        default=None, description="Signs sessions. Empty: made once and kept in DATA."
    )
    token_keys: SecretStr | None = Field(
        default=None,
        description="Fernet keys, newest first, comma-separated. Empty: made once, kept in DATA.",
    )
    api_token: SecretStr | None = Field(
        default=None, description="Bearer token of the event API. Needed beyond loopback."
    )

    @field_validator("token_keys")
    @classmethod
    def _check_keys(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(_FERNET_KEYS, value.get_secret_value()):
            raise ValueError(
                message(
                    "setting.fernet-keys",
                    "has to be one or more Fernet keys, separated by commas; make one with: zwaan doctor --new-token-key",
                )
            )
        return value


class LanguageModelSettings(BaseModel):
    llm_url: str = Field(
        default="",
        description="An OpenAI-compatible endpoint, such as https://host/v1. Empty: none.",
    )
    llm_model: str = Field(default="", description="The model's name there.")
    llm_key: SecretStr = Field(default=SecretStr(""), description="Its bearer token, if any.")
    llm_concurrency: int = Field(default=2, ge=1, le=16)
    llm_timeout: Duration = Field(
        default=timedelta(seconds=30),
        gt=timedelta(),
        le=timedelta(minutes=5),
        description="For a whole answer.",
    )


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
            raise ValueError(
                message(
                    "setting.group",
                    "has to be 1 to 100 letters, digits, dots, hyphens or underscores",
                )
            )
        return value
