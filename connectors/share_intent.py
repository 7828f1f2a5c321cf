"""Where a person's own browser shares a text, without any access of ours to the network.

Sources: https://developer.x.com/en/docs/x-for-websites/tweet-button/guides/web-intent (X) and
https://learn.microsoft.com/linkedin/consumer/integrations/self-serve/plugins/share-plugin
(LinkedIn's share-offsite, which takes a link and no text). LinkedIn's ``shareActive`` takes a text
and is documented nowhere, so the documented way always stands beside it. Pure: nothing is called.
"""

from __future__ import annotations

from urllib.parse import quote

from services.ports import ShareIntent

#: Longer addresses are cut or refused by one of the servers between a browser and a network.
LONGEST = 7_500


def share_intents(network: str, *, text: str, link: str) -> tuple[ShareIntent, ...]:
    """Addresses of the network's composer, the most complete first; none for other networks.

    ``text`` is the whole text with its link in it, ``link`` that link alone.
    """
    offered: list[ShareIntent] = []
    if network == "x":
        offered.append(_with_text(f"https://x.com/intent/tweet?text={_encoded(text)}"))
    elif network == "linkedin":
        offered.append(
            _with_text(f"https://www.linkedin.com/feed/?shareActive=true&text={_encoded(text)}")
        )
        offsite = f"https://www.linkedin.com/sharing/share-offsite/?url={_encoded(link)}"
        offered.append(ShareIntent(address=offsite, carries_text=False))
    return tuple(intent for intent in offered if len(intent.address) <= LONGEST)


def _with_text(address: str) -> ShareIntent:
    return ShareIntent(address=address, carries_text=True)


def _encoded(text: str) -> str:
    # A lone half of a surrogate pair has no encoding; it is refused when the text is stored.
    return quote(text, safe="", errors="replace")
