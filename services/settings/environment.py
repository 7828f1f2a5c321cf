"""All settings in one object, read once from ``ZWAAN_*`` variables or a ``.env`` file."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    SettingsConfigDict,
)

from services.errors import WrongSetting
from services.field_faults import nearest, predicate
from services.message import Message, message
from services.settings.broker import BrokerAccess
from services.settings.networks import Networks
from services.settings.organisation import Figures, Organisation, Sharing
from services.settings.places import Places
from services.settings.processes import Keys, LanguageModelSettings, Processes


# Pydantic lists the fields of the last base first.
class Settings(
    Processes,
    LanguageModelSettings,
    Figures,
    Sharing,
    Networks,
    Keys,
    Organisation,
    BrokerAccess,
    Places,
    BaseSettings,
):
    """Frozen settings. Secrets never appear in ``repr``."""

    model_config = SettingsConfigDict(
        env_prefix="ZWAAN_", env_file=".env", frozen=True, extra="ignore", env_ignore_empty=True
    )

    @property
    def is_laptop(self) -> bool:
        """Whether only this machine is served, and no real network.

        Only then a sign-in link signs in at once, and a request from this machine needs no token
        (`services.web.api.access.is_direct`).
        """
        return not (self.is_public or self.real_networks)

    @property
    def offers_standing_consent(self) -> bool:
        if self.standing_consent is not None:
            return self.standing_consent
        return not self.real_networks


def load_settings(**given: Any) -> Settings:
    """Read the settings; ``given`` ones win. Raises WrongSetting naming the variable at fault."""
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = variable(str(first["loc"][0]))
        raise WrongSetting(_of_setting(name, predicate(first))) from error
    if bool(settings.llm_url) != bool(settings.llm_model):
        lacking = "ZWAAN_LLM_MODEL" if settings.llm_url else "ZWAAN_LLM_URL"
        fault = message(
            "setting.model", "is missing: a language model needs both its URL and its name"
        )
        raise WrongSetting(_of_setting(lacking, fault))
    if fault_of_access := settings.fault_of_access(embedded=settings.embedded):
        raise WrongSetting(_of_setting(*fault_of_access))
    return settings


def _of_setting(name: str, fault: Message) -> Message:
    return message("setting.wrong", "the setting {name} {fault}", name=name, fault=fault)


def variable(name: str) -> str:
    """The environment's name of a setting."""
    return f"ZWAAN_{name.upper()}"


def unknown_settings() -> dict[str, str]:
    """``ZWAAN_*`` names that are set and are no setting, each with the one meant, or empty."""
    known = {variable(name) for name in Settings.model_fields}
    given = {
        name.upper()
        for source in (EnvSettingsSource(Settings), DotEnvSettingsSource(Settings))
        for name in source.env_vars
    }
    ours = {name for name in given if name.startswith("ZWAAN_")}
    return {
        name: nearest(name, known)
        for name in sorted(ours - known)
        if not name.startswith("ZWAAN_TEST_")  # of this project's tests
    }
