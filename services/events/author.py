"""An author as systems write one: "jan@example.org (Jan Vos)", "Jan Vos <jan@example.org>"."""

from __future__ import annotations

_BRACKETS = str.maketrans("()<>[]", "      ")
_AROUND = ",;:|\"'–-/ "


def split_author(written: str) -> tuple[str, str]:
    """The name and the e-mail address, each empty where there is none."""
    if "@" not in written:
        return " ".join(written.split()), ""
    words = written.translate(_BRACKETS).split()
    addresses = [word for word in words if _is_address(word)]
    name = " ".join(word for word in words if word not in addresses).strip(_AROUND)
    if name.lower() in ("mailto", "e-mail", "email", "mail"):
        name = ""
    address = addresses[0].strip(_AROUND) if addresses else ""
    return name, address[7:] if address.lower().startswith("mailto:") else address


def name_of(address: str) -> str:
    """What to call somebody of whom only the e-mail address is known: "Jan Vos" of jan.vos@…"""
    return " ".join(address.partition("@")[0].replace(".", " ").replace("_", " ").split()).title()


def _is_address(word: str) -> bool:
    local, _, domain = word.strip(_AROUND).rpartition("@")
    return bool(local) and "." in domain
