"""What signs, seals and admits."""

from __future__ import annotations

import re

from pydantic import BaseModel, Field, SecretStr, field_validator

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
                "has to be one or more Fernet keys, separated by commas; "
                "make one with: zwaan doctor --new-token-key"
            )
        return value
