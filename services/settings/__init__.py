"""Settings, by subject. Nothing outside this package reads the environment.

Defaults are those of a laptop: an embedded log, SQLite, and the sandbox networks.
"""

from services.settings.environment import Settings, load_settings, unknown_settings, variable
from services.settings.networks import OFF, SANDBOX, SANDBOX_CLIENT_SECRET, is_real

__all__ = [
    "OFF",
    "SANDBOX",
    "SANDBOX_CLIENT_SECRET",
    "Settings",
    "is_real",
    "load_settings",
    "unknown_settings",
    "variable",
]
