"""When two names of a craft mean the same.

Case, accents, plurals and the gap in a compound make no difference, and for the crafts listed here
neither does the language. A part of a word is never enough: "data" is not "database".
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# "C", "C++" and "C#" are three crafts, and ".NET" is no grid ("net" in Dutch).
_WORD = re.compile(r"(?<!\w)\.?[^\W_]+[+#]*")
_GENITIVE = re.compile(r"['’]s\b")

# The same crafts, teams and places return for thousands of people.
_CACHED = 20_000

# One craft a line. Left out on purpose: words that mean another craft elsewhere.
_SAME = """
beton; concrete
staal; steel
hout; timber
watermanagement; water management
laagspanning; low voltage
middenspanning; medium voltage
hoogspanning; high voltage
elektrotechniek; electrical engineering
werktuigbouwkunde; mechanical engineering
civiele techniek; civil engineering
installatietechniek; building services
netplanning; grid planning
netbeheer; grid management
stationsbouw; substations; substation; stations
kabelwerk; cabling; cable work
meettechniek; metering; meten
inbedrijfstelling; commissioning
storingen; outages; storingsdienst
energietransitie; energy transition
zonne-energie; solar energy; solar power
windenergie; wind energy; wind power
laadinfrastructuur; charging infrastructure
warmtenet; district heating
waterbouw; hydraulic engineering
tekenwerk; technisch tekenen; technical drawing; drafting
werkvoorbereiding; work preparation
rekenmodellen; modelleren; modelling; modeling
vakmanschap; craftsmanship
bedrijfsvoering; grid operation; grid operations
onderhoud; maintenance
veiligheid; safety
duurzaamheid; sustainability
software; softwareontwikkeling; software development; software engineering
ontwikkelaar; developer; programmeur; programmer
data science; datawetenschap
data-engineering; data engineer
data-analyse; data analysis; data analytics
informatiebeveiliging; information security; cybersecurity
verpleegkunde; verpleegkundige; nurse; nursing
onderwijs; education
opleiden; opleiding; opleidingen; training
werving; werving en selectie; recruitment; recruiting
gezondheid; health
participatie; participation
omgevingsmanagement; stakeholder management
juridische zaken; legal; legal affairs
administratie; administration
projectmanagement; project management
inkoop; procurement; purchasing
verkoop; sales
klantenservice; customer service
klantcontact; customer contact
communicatie; communications
personeelszaken; human resources; hr
financiën; finance
logistiek; logistics
ontwerp; design
onderzoek; research
projectleider; project manager; projectmanager
"""


@lru_cache(maxsize=_CACHED)
def folded(text: str) -> str:
    """``text`` without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark))


def words_of(text: str) -> list[str]:
    return _WORD.findall(_GENITIVE.sub("", folded(text)))


@lru_cache(maxsize=_CACHED)
def craft_key(name: str) -> str:
    """What all names of one craft share; empty for a name without a letter or digit."""
    key = _plain_key(name)
    return _SYNONYMS.get(key, key)


@lru_cache(maxsize=_CACHED)
def name_key(name: str) -> str:
    """What all spellings of one proper name share: a team's, for example."""
    return "".join(words_of(name))


def _plain_key(name: str) -> str:
    # Joined: Dutch writes "netplanning" where others write "net-planning" or "net planning". Only
    # its last word has a plural: "midden" is none.
    words = words_of(name)
    return "".join([*words[:-1], *map(_singular, words[-1:])])


def _singular(word: str) -> str:
    """Take off a Dutch or English plural; deliberately no more than that.

    A stemmer for search merges "constructie" and "constructeur", and "staal" and "stal": colleagues
    would be asked for a job that is not their craft.
    """
    if len(word) > _SHORT and word.endswith("en"):
        word = _dutch_stem(word[:-2])
    if len(word) > _SHORT and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    # English "technology" and "technologies", Dutch "technologie".
    return f"{word[:-1]}ie" if len(word) > _SHORT and word.endswith("y") else word


#: Shorter words are left alone: "gas" is no plural.
_SHORT = 4


def _dutch_stem(stem: str) -> str:
    """ "brugg(en)" is "brug", "sluiz(en)" is "sluis"."""
    if len(stem) > 1 and stem[-1] == stem[-2]:
        return stem[:-1]
    return stem[:-1] + {"z": "s", "v": "f"}.get(stem[-1], stem[-1])


_SYNONYMS = {
    _plain_key(name): _plain_key(line.split(";")[0])
    for line in _SAME.strip().splitlines()
    for name in line.split(";")
}
