"""Words that tell what a sentence is about, and words that no post should hold.

Cues are stems: they match at the start of a word. They only sort sentences that are quoted
verbatim, so a wrong guess costs fitness, never truth.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """One language's words. ``cues`` maps a kind of fact to the pattern that recognises it."""

    cues: dict[str, re.Pattern[str]]
    boasts: re.Pattern[str]
    #: A sentence that starts like this leans on the one before it.
    leaning: re.Pattern[str]
    #: Words that point to a person or thing named elsewhere.
    pointing: re.Pattern[str]
    employment: re.Pattern[str]
    number_words: frozenset[str]
    months: tuple[str, ...]
    hours: str


def _stems(words: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(words.split()) + ")", re.IGNORECASE)


def _both(who: str, what: str) -> re.Pattern[str]:
    """Sentences with a word of either list, in any order."""
    first, second = ("|".join(words.split()) for words in (who, what))
    return re.compile(rf"(?=.*\b(?:{first}))(?=.*\b(?:{second}))", re.IGNORECASE)


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
        cues={
            "setback": _stems(
                "misging mislukt misten miste\\b fout verkeerd helaas lekte lekkage kapot vertra tegenval"
                " te\\s+laat viel\\s+(?:uit|stil|om) vergeten vergat schrok onderschat overschat vastliep"
                " vastzat lastig klacht klopte\\s+niet werkte\\s+niet"
            ),
            "lesson": _stems(
                "geleerd leerde sindsdien voortaan achteraf volgende\\s+keer nu\\s+(?:doen|beginnen|bellen|vragen)"
                " anders\\s+doen besloten ontdekt"
            ),
            "helped": _both(
                "bewoner klant buurvrouw buurman huishoud patiënt cliënt leerling gezin boer bakker"
                " verpleeghuis school ziekenhuis winkel ondernemer reiziger",
                "help hielp geholpen kreeg krijg kregen terug dank bedank weer blij gerust veilig",
            ),
            "origin": _stems(
                "begon ontstond oorsprong vroeger oprichting opgericht doel willen\\s+we streven idee"
                " ooit generatie jaren\\s+geleden daarom waarom"
            ),
            "craft": _stems(
                "monteur kabel station meet meting tekening gereedschap handen laag\\s+voor techni"
                " schakel las code software gegevens model plan(?:ner|ning)? test oefen controle handleiding"
            ),
        },
        boasts=_stems(
            "trots geweldig uniek fantastisch toonaangevend marktleider ongekend ongelooflijk grensverleggend"
            " baanbrekend topper world-class top\\s?team beste\\b mooiste\\b passie dynamisch uitdagende\\s+baan"
        ),
        leaning=_words(
            "dat dit die deze hij zij ze hem haar hun het er daar daarom daarna daardoor toen maar en of want"
            " dus ook zo toch zij dan hierdoor bovendien zelf sindsdien dezelfde beide"
        ),
        pointing=_words(
            "ik mijn mij me hij hem haar zij ze ervan ermee erover eraan erin erbij erop daarvan daarmee"
            " daarop daarbij hiervan hierover het\\s+er dezelfde de\\s+(?:andere|tweede|derde)"
            " die\\s+(?:dag|nacht|ochtend|week|zin|vraag|brief)"
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
        months=tuple(
            _listed(
                "januari februari maart april mei juni juli augustus september oktober november "
                "december"
            )
        ),
        hours="uur",
    ),
    "en": Lexicon(
        cues={
            "setback": _stems(
                "wrong fail mistake error broke too\\s+late delay lost unfortunately leak fault outage missed"
                " forgot underestimat overestimat stuck complain did\\s?n[o'’]t\\s+work"
            ),
            "lesson": _stems(
                "learn(?:t|ed) since\\s+then from\\s+now now\\s+we in\\s+hindsight next\\s+time realis"
                " realiz decided discovered"
            ),
            "helped": _both(
                "resident customer neighbour neighbor household patient client pupil famil farmer baker"
                " school hospital shop traveller swimming",
                "help get got back thank repaid again glad safe relie warm power",
            ),
            "origin": _stems(
                "began started founded origin aim\\b goal wanted idea once\\b generation years\\s+ago because why"
            ),
            "craft": _stems(
                "engineer cable substation measur drawing tool hands technic switch weld code software data"
                " model plann test check manual drill"
            ),
        },
        boasts=_stems(
            "proud amazing unique fantastic leading\\b market\\s?leader incredible ground-?breaking"
            " cutting-?edge world-?class best\\b awesome passion dynamic rockstar ninja excit"
        ),
        leaning=_words(
            "that this those these he she it they them him her his there then but and or so also because"
            " therefore however which who both since"
        ),
        pointing=_words(
            "i my me he she him her they them it its the\\s+(?:same|other|second|third)"
            " that\\s+(?:day|night|morning|week|line|question|letter|box)"
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
        months=tuple(
            _listed(
                "January February March April May June July August September October November "
                "December"
            )
        ),
        hours="hours",
    ),
}
