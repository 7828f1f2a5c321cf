"""Who the organisation is to its people, and how it mails them."""

from __future__ import annotations

from email.utils import parseaddr
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, Field, SecretStr, field_validator


class Organisation(BaseModel):
    organisation: str = Field(default="Zwaan", description="Name used in the disclosure.")
    contact: str = Field(default="", description="Whom an ambassador can ask; shown on pages.")
    careers_url: str = Field(default="", description="Where links of closed vacancies lead.")
    smtp_url: SecretStr | None = Field(
        default=None, description="smtp:// or smtps://user:password@host:port. Empty: no mail."
    )
    mail_from: str = "zwaan@localhost"
    time_zone: str = Field(
        default="Europe/Amsterdam", description="Where a day without a time begins and ends."
    )

    @field_validator("time_zone")
    @classmethod
    def _is_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("is not a time zone; write for example Europe/Amsterdam")
        return name

    @field_validator("mail_from")
    @classmethod
    def _is_mailbox(cls, written: str) -> str:
        name, at, domain = parseaddr(written)[1].rpartition("@")
        if not (name and at and domain):
            raise ValueError("is no e-mail address; write for example zwaan@example.org")
        return written

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
