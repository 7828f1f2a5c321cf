"""Words that no post should hold, and the small ones and the numbers of a language."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """One language's words."""

    boasts: re.Pattern[str]
    #: Small words that stand in most sentences, and that the other languages do not have.
    small_words: frozenset[str]
    employment: re.Pattern[str]
    number_words: frozenset[str]


def _stems(words: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(words.split()) + ")", re.IGNORECASE)


def _listed(words: str) -> list[str]:
    return words.split()


def _words(words: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(words.split()) + r")\b", re.IGNORECASE)


#: Sentences that speak to a machine instead of a reader are never quoted.
INJECTION = re.compile(
    r"\b(?:ignore|disregard|forget|negeer|vergeet)\b.{0,60}"
    r"\b(?:instruct|prompt|rules|above|previous|opdracht|instructie|regels|hierboven|voorgaande)"
    r"|\bsystem\s*prompt|\blanguage model\b|\btaalmodel\b|\byou are (?:now )?an?\b|\bas an ai\b"
    r"|\bje bent (?:nu )?een (?:ai|assistent)\b|\bassistant\b\s*:|\bprompt\b",
    re.IGNORECASE,
)

LEXICONS = {
    "nl": Lexicon(
        small_words=frozenset(
            _listed(
                "de het een en van met voor dat niet naar zijn wordt werd worden hebben heeft ook nog"
                " maar er je ze wij ons onze bij uit aan om als dan te"
            )
        ),
        boasts=_stems(
            "trots geweldig uniek fantastisch toonaangevend marktleider ongekend ongelooflijk grensverleggend"
            " baanbrekend topper world-class teamplayer denkniveau marktconform laptop top\\s?team beste\\b mooiste\\b passie dynamisch uitdagende\\s+baan"
        ),
        employment=_words("ik\\s+werk\\s+(?:bij|hier|voor) medewerkers?\\s+van"),
        number_words=frozenset(
            _listed(
                "twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien "
                "zestien zeventien achttien negentien twintig dertig veertig vijftig zestig zeventig "
                "tachtig negentig honderd honderden duizend duizenden miljoen miljoenen miljard "
                "tweede derde dubbel half helft"
            )
        ),
    ),
    "en": Lexicon(
        small_words=frozenset(
            _listed(
                "the and with for that this has have were are been they from our your you their his"
                " her not but it its to by as an a on"
            )
        ),
        boasts=_stems(
            "proud amazing unique fantastic leading\\b market\\s?leader incredible ground-?breaking"
            " cutting-?edge world-?class best\\b awesome passion dynamic rockstar ninja excit synerg leverag team\\s+player laptop\\b"
        ),
        employment=_words("i\\s+work\\s+(?:at|for|here) employees?\\s+(?:of|at)"),
        number_words=frozenset(
            _listed(
                "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
                "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty "
                "ninety hundred hundreds thousand thousands million millions billion twice double "
                "half"
            )
        ),
    ),
}
