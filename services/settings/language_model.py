"""The optional language model."""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, Field, SecretStr

from services.settings.values import Duration


class LanguageModel(BaseModel):
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
