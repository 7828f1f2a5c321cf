"""Who the organisation is to its people, and how it mails them."""

from __future__ import annotations

from pydantic import BaseModel, Field, SecretStr


class Organisation(BaseModel):
    organisation: str = Field(default="Zwaan", description="Name used in the disclosure.")
    contact: str = Field(default="", description="Whom an ambassador can ask; shown on pages.")
    careers_url: str = Field(default="", description="Where links of closed vacancies lead.")
    smtp_url: SecretStr | None = Field(
        default=None, description="smtp:// or smtps://user:password@host:port. Empty: no mail."
    )
    mail_from: str = "zwaan@localhost"
