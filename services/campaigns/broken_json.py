"""JSON whose writer put texts into it unescaped, as page templates do."""

from __future__ import annotations

_ESCAPES = frozenset('"\\/bfnrtu')
_BLANKS = " \t\r\n\u00a0"


def repaired(text: str) -> str:
    """``text`` with its quotation marks and backslashes escaped, and no comma too many.

    A quotation mark ends a text only where JSON goes on behind it.
    """
    written: list[str] = []
    is_text, place = False, 0
    while place < len(text):
        sign = text[place]
        if is_text and sign == "\\":
            following = text[place + 1 : place + 2]
            if following in _ESCAPES:
                written.append(sign + following)
            elif following == "x":
                written.append("\\u00")
            else:
                written.append(following)
            place += 1
        elif sign == '"':
            is_sign = is_text and not _ends(text, place + 1)
            written.append('\\"' if is_sign else sign)
            is_text = is_text == is_sign
        elif is_text or sign != ",":
            written.append(" " if sign == "\u00a0" and not is_text else sign)
        elif _next(text, place + 1) not in (",", "}", "]", ""):
            written.append(sign)
        place += 1
    return "".join(written)


def _next(text: str, place: int) -> str:
    while place < len(text) and text[place] in _BLANKS:
        place += 1
    return text[place : place + 1]


def _ends(text: str, place: int) -> bool:
    following = _next(text, place)
    if following != ",":
        return following in (":", "}", "]", "")
    behind = text.index(",", place) + 1
    return _next(text, behind) in ('"', "{", "[", ",", "}", "]")
