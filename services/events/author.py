"""An author as systems write one: "jan@example.org (Jan Vos)", "Jan Vos <jan@example.org>"."""

from __future__ import annotations

_BRACKETS = str.maketrans("()<>[];|/", "         ")
_AROUND = ",;:|\"'–-/. "
#: How people hide an address from machines.
_HIDDEN = (" [at] ", "[at]", " (at) ", "(at)", "%40")


def split_author(written: str) -> tuple[str, str]:
    """The name and the e-mail address, each empty where there is none."""
    for hidden in _HIDDEN:
        written = written.replace(hidden, "@")
    if "@" not in written:
        return " ".join(written.split()), ""
    words = _first(written).translate(_BRACKETS).split()
    addresses = [word for word in words if _is_address(word)]
    name = " ".join(word for word in words if word not in addresses).strip(_AROUND)
    if name.lower() in ("mailto", "e-mail", "email", "mail"):
        name = ""
    address = addresses[0].strip(_AROUND) if addresses else ""
    address = address[7:] if address.lower().startswith("mailto:") else address
    if "." not in address.rpartition("@")[2]:  # a name in a network of one's own
        return name or name_of(address), ""
    return name, address


def name_of(address: str) -> str:
    """What to call somebody of whom only the e-mail address is known: "Jan Vos" of jan.vos@…"""
    return " ".join(address.partition("@")[0].replace(".", " ").replace("_", " ").split()).title()


def _first(written: str) -> str:
    """Of several authors with an address each the first, with what stands in brackets behind it."""
    first, comma, others = written.partition("), ")
    return first if comma and "@" in first and "@" in others else written


def _is_address(word: str) -> bool:
    local, _, domain = word.strip(_AROUND).rpartition("@")
    return bool(local) and bool(domain)
