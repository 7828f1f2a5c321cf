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
    #: Small words that stand in most sentences, and that the other languages do not have.
    small_words: frozenset[str]
    #: A sentence that starts like this asks its reader to do something: for a page, not for a post.
    asking: re.Pattern[str]
    #: A sentence that starts like this leans on the one before it.
    leaning: re.Pattern[str]
    #: Words that point to something outside the sentence, wherever they stand.
    pointing: re.Pattern[str]
    #: Words that stand for a person or thing, which may be named earlier in the same sentence …
    pronouns: re.Pattern[str]
    #: … when the sentence begins like this.
    naming: re.Pattern[str]
    #: Those of them that stand for one person, …
    personal: re.Pattern[str]
    #: … and words for one, names apart.
    persons: re.Pattern[str]
    first_person: re.Pattern[str]
    employment: re.Pattern[str]
    number_words: frozenset[str]
    months: tuple[str, ...]
    hours: str
    #: A team by its name.
    team: str
    #: How a topic ends that may stand after "about" without an article: a plural, a thing that is
    #: not counted, a craft. "Over storingen" is Dutch, "over brug" is not.
    bare_topic: re.Pattern[str]


def _stems(words: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(words.split()) + ")", re.IGNORECASE)


def _both(who: str, what: str) -> re.Pattern[str]:
    """Sentences with a word of either list, in any order."""
    first, second = ("|".join(words.split()) for words in (who, what))
    return re.compile(rf"(?=.*\b(?:{first}))(?=.*\b(?:{second}))", re.IGNORECASE)


_NEVER = re.compile(r"(?!)")


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
        asking=re.compile(
            r"(?:reageer|solliciteer|kijk|bekijk|lees|klik|bel|mail|meld|download|bezoek|stuur|schrijf"
            r"|scan|volg|like|deel|interesse|nieuwsgierig|meer\s+weten)\b",
            re.IGNORECASE,
        ),
        cues={
            "setback": _stems(
                "misging mislukt misten miste\\b fout verkeerd helaas lekte lekkage kapot vertra tegenval"
                " te\\s+(?:laat|snel) viel\\b.{0,60}\\b(?:uit|stil|om)\\b wist(?:en)?\\s+(?:het\\s+)?niet bijna\\s+niemand vergeten vergat schrok onderschat overschat vastliep"
                " vastzat lastig klacht klopte\\b.{0,12}\\bniet werkte\\s+niet opnieuw mis\\b slechter blokkeer ten\\s+onrechte"
            ),
            "lesson": _stems(
                "geleerd leerde sindsdien voortaan achteraf volgende\\s+keer nu\\b"
                " anders\\s+doen besloten ontdekt"
            ),
            "helped": _both(
                "bewoner klant buurvrouw buurman huishoud patiënt cliënt leerling gezin boer bakker"
                " verpleeghuis school ziekenhuis winkel ondernemer reiziger",
                "help hielp geholpen kreeg krijg kregen terug dank bedank weer blij gerust veilig",
            ),
            "origin": _stems(
                "begon ontstond oorsprong vroeger oprichting opgericht doel (?:we|wij)\\s+willen streven streefd"
                " ooit generatie jaren\\s+geleden"
            ),
            "start": _stems(
                "inwerk eerste\\s+(?:week|weken|maand|maanden|drie|zes|dag|dagen|jaar)"
                " (?:tweede|derde|vierde)\\s+week meelopen loop\\s+je\\s+mee ga\\s+je\\s.{0,20}\\bmee\\b"
                " leer\\s+je leert\\s+je opleiding te\\s+beginnen buddy maatje proeftijd begeleid"
            ),
            "need": _stems(
                "diploma rijbewijs ervaring nodig hoef moet\\s+je\\s+kunnen niveau rekenen\\s+moet"
            ),
            "team": _stems("ploeg\\b team\\b stagiair collega’s collega's samen\\b"),
            "task": re.compile(
                r"^(?:je|u)\s(?!contract|dienst|recht|(?:moet|hebt|bent|krijgt|mag|kunt)\b)\w+t\b",
                re.IGNORECASE,
            ),
            "work": _stems(
                "krast?\\b gekrast me(?:et|ten)\\b maten\\b gemeten nagemeten controle(?:er|ren|erde)"
                " gecontroleerd test(?:te|en|ten)?\\b getest repare(?:er|ren) gerepareerd herstel(?:t|de|len)?\\b"
                " hersteld vervang verving monte(?:er|ren) gemonteerd schakel(?:t|en|de|den)\\b geschakeld"
                " lass?en\\b gelast soldeer schroef boor(?:t|de) geboord zaagt? gezaagd graaft? gegraven"
                " aangesloten sluit\\b.{0,40}\\baan\\b teken(?:t|en|de|den)\\b getekend reken(?:t|de|en)\\b bereken"
                " programme(?:er|ren) oefen(?:t|en|de|den)\\b geoefend nagekeken (?:kijkt?|keek|keken)\\b.{0,40}\\bna\\b"
                " verpleeg verbind verzorg onderzo(?:ekt|cht) smeer poets timmer metsel verft?\\b schilder"
                " snijdt? weegt? woog meng kneed afgesteld ingesteld bijgesteld stel(?:t|de|den)\\b.{0,40}\\b(?:bij|af)\\b"
                " nagelopen nagemaakt herschr uitgezocht zoekt\\b.{0,30}\\buit\\b legt?\\b.{0,60}\\buit\\b noteer"
                " gereedschap mes\\b handen\\b handleiding werkinstructie protocol checklist draaiboek"
                " stopwatch tekening meetlat ladder steiger"
            ),
            "explains": re.compile(
                r"^(?:een|de|het)\s+\w+\s+(?:is|zijn)\s+(?:de|het|een)\b|\bbetekent\b",
                re.IGNORECASE,
            ),
            "turn": _words("niet nooit niemand geen nee maar"),
            "aside": _stems(
                "koffie lunch parke(?:er|ren) stroopwafel \\w*taart brood krentenbrood gebak borrel uitzicht"
                " foto\\s+van"
            ),
            "craft": _stems(
                "monteur kabel onderstation meet meting tekening gereedschap handen laag\\s+voor techni"
                " schakel lassen laswerk code\\b gegevens model planning test oefen controle handleiding"
                " reparatie installatie draad machine transformator apparaat\\b software"
            ),
        },
        boasts=_stems(
            "trots geweldig uniek fantastisch toonaangevend marktleider ongekend ongelooflijk grensverleggend"
            " baanbrekend topper world-class teamplayer denkniveau marktconform laptop top\\s?team beste\\b mooiste\\b passie dynamisch uitdagende\\s+baan"
        ),
        leaning=re.compile(
            r"(?:dat|dit|die|deze|hij|zij|ze|haar|hun|zijn|hem|daar\w*|hier\w*|toen|maar|en|of|want|dus"
            r"|ook|zo|toch|zij|dan|bovendien|zelf|sindsdien|dezelfde|beide|allebei|vervolgens|achteraf"
            r"|(?:in|op|bij|met|van|voor|aan)\s+(?:zijn|die|dat|dit|deze|dezelfde)|uiteindelijk|eindelijk|anders|wel|nee|ja|soms|later|eerst|de\s+(?:ene|andere|rest)"
            r"|(?:twee|drie|vier|vijf|zes|zeven|acht|negen|tien|\w+tien|\w+tig)\s+(?:hebben|hadden|zijn|waren|van)"
            r"|het\s+(?:is|was|wordt|werd|kan|kon|heeft|had|gaat|ging|bleek|bleef|blijft|lag|ligt|zit|zat"
            r"|staat|stond|kost|kostte|duurt|duurde|begint|begon|hangt|hing|helpt|hielp|moet|moest|mag"
            r"|mocht|lijkt|leek|voelt|werkt|werkte|klopt|klopte|komt|kwam|doet|deed|vraagt|scheelt"
            r"|gebeurt|gebeurde|lukt|lukte|viel|valt|eerste|tweede))\b",
            re.IGNORECASE,
        ),
        pointing=re.compile(
            r"\b(?:ervan|ermee|erover|eraan|erin|erbij|erop|daar\w*|hiervan|hierover|hieraan|toen|dus|zo"
            r"|sindsdien|dezelfde|hetzelfde|toch|dit|deze|juist|anders|allebei"
            r"|de\s+(?:andere|tweede|derde|rest)|het\s+(?:andere|tweede)"
            r"|zo’n|zo'n|het\s+(?:wel|niet|nooit|ook|nog|er|al|zelf|eerst|nu|hem|haar|ons|mij|me)"
            r"|die\s+(?:dag|nacht|ochtend|middag|avond|week|maand|zomer|winter|jaren|zin|vraag|brief|fout"
            r"|keer|plek|manier|tijd)"
            r"|het\s+(?:op|in|aan|bij|met|van|voor|naar|uit)|hen|hem|(?-i:haar)"
            r"|dat\s+(?:jaar|moment|nummer|gesprek|plan|werk|uur))\b"
            r"|\b(?:het|dat|ook)[.?]"
            r"|\b(?:als|nadat|omdat|toen|voordat)\s+(?:ik|we|wij)\s+(?:het|hem|ze)\b"
            # "Zwaarder" than what?
            r"|\b(?:zwaarder|belangrijker|liever|vaker)\b(?!.*\bdan\b)"
            # "Dat" before something that can be a subject joins two clauses; elsewhere it points.
            r"|(?<!,\s)(?<!, en\s)\bdat\b(?!\s+(?:de|het|een|ik|je|jij|u|we|wij|ze|zij|hij|er|niemand|iemand|iedereen|mensen"
            r"|onze|ons|mijn|zijn|haar|hun|elke|elk|alle|twee|drie|(?-i:[A-ZÀ-Þ]))\b)",
            re.IGNORECASE,
        ),
        pronouns=_words("hij zij ze hun"),
        naming=re.compile(
            r"(?:de|het|een|elke?|iedere|onze|ons|geen|alle|je|twee|drie|vier|vijf|zes|zeven|acht|negen"
            r"|tien|elf|twaalf|[A-Z][a-zà-ÿ]+\s+[A-Z])\b|\d",
            re.IGNORECASE,
        ),
        # A pump is "hij" as well.
        personal=_NEVER,
        persons=_NEVER,
        first_person=_words("ik mijn mij me mezelf"),
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
        team="team {}",
        bare_topic=re.compile(
            r"(?:en|[lmnr]s|data|software|heid|schap|werk|kunde|techniek|zorg|bouw|beheer|onderhoud|contact"
            r"|planning|energie|logistiek|onderwijs|veiligheid|communicatie|participatie|innovatie"
            r"|automatisering|digitalisering|inkoop|verkoop|recht|beleid|water|gas|stroom|spanning"
            r"|landbouw|cultuur|sport|muziek|geluid|licht|afval|groen|mobiliteit|diversiteit)$"
        ),
    ),
    "en": Lexicon(
        small_words=frozenset(
            _listed(
                "the and with for that this has have were are been they from our your you their his"
                " her not but it its to by as an a on"
            )
        ),
        asking=re.compile(
            r"(?:apply|click|read|visit|call|e-?mail|contact|download|check|sign\s+up|register|see|send"
            r"|write|scan|follow|like|share|interested|curious|want\s+to)\b",
            re.IGNORECASE,
        ),
        cues={
            "setback": _stems(
                "wrong fail mistake error broke\\b too\\s+(?:late|few|fast) dark\\b stopped\\b(?!\\s+in\\s+time) delay lost unfortunately leak fault outage missed"
                " worse\\b frighten withdr embarrass could\\s+not forgot underestimat overestimat stuck complain did\\s?n[o'’]t\\s+work"
            ),
            "lesson": _stems(
                "learn(?:t|ed) since\\s+then now\\b in\\s+hindsight next\\s+time realis"
                " realiz decided discovered"
            ),
            "helped": _both(
                "resident customer neighbour neighbor household patient client pupil famil farmer baker"
                " school hospital shop traveller swimming",
                "help get got back thank repaid again glad safe relie warm power",
            ),
            "origin": _stems(
                "began\\b started\\s+(?:as|in)\\b founded origin aim\\b goal generation years\\s+ago"
                " we\\s+strive"
            ),
            "start": _stems(
                "training\\s+(?:takes|lasts|starts|is) (?:your|our|safety)\\s.{0,20}\\btraining learn\\b"
                " we\\s+(?:will\\s+)?teach first\\s+(?:week|month|three|six|day|year) buddy mentor join\\b"
                " to\\s+start before\\s+you\\s+start show\\s+you shadow onboarding settl"
            ),
            "need": _stems("degree experience knowledge need\\b needed required licence diploma"),
            "team": _stems("team\\b colleague shift\\b crew together each\\s+other"),
            "task": re.compile(
                r"^you\s+(?!need|must|may|get\b|will\b|have\b|are\b|can\b|do\s+not)", re.IGNORECASE
            ),
            "work": _stems(
                "measur tested\\b testing\\b tests?\\s+(?:procedure|setup|bench) check(?:s|ed|ing)?\\b inspect repair(?:s|ed)?\\b replac weld solder"
                " drill digs?\\b dug\\b connect(?:s|ed)?\\b calibrat draws?\\b drew\\b drawn\\b drawing tighten"
                " adjust reject count(?:s|ed)?\\b stitch bandag weigh(?:s|ed)? mix(?:es|ed)?\\b knead bakes?\\b"
                " saw(?:s|ed)\\b cuts?\\b paint(?:s|ed)? practis practic rehears review(?:s|ed)?\\b debug deploy"
                " rewr(?:ote|itten) rebuil mended energis operat(?:e|es|ed)\\b wired\\b switched tools?\\b hands\\b manual procedure"
                " checklist stopwatch protocol wrench ladder scaffold"
            ),
            "explains": re.compile(
                r"^(?:an?|the)\s+\w+\s+(?:is|are)\s+(?:an?|the)\b|\bmeans\b", re.IGNORECASE
            ),
            "turn": _words("not never nobody none nothing neither but no without"),
            "aside": _stems(
                "coffee lunch parking cake biscuit dinner view\\s+of picture photograph phone\\s+call"
            ),
            "craft": _stems(
                "engineer cable substation measur drawing tool hands technic switch weld code\\b data\\b"
                " model test manual drill repair wire\\b wired machine transformer software reading"
            ),
        },
        boasts=_stems(
            "proud amazing unique fantastic leading\\b market\\s?leader incredible ground-?breaking"
            " cutting-?edge world-?class best\\b awesome passion dynamic rockstar ninja excit synerg leverag team\\s+player laptop\\b"
        ),
        leaning=_words(
            "that this those these he she it they them him her his its their there then but and or so"
            " also because therefore however which who both since here instead afterwards later neither"
            " either another others yes no some\\s+of most\\s+of one\\s+of the\\s+(?:other|rest|same)"
            " finally eventually otherwise sometimes still yet such"
            # "Thirty-three had not been opened": thirty-three what?
            " (?:\\w+ty-)?(?:two|three|four|five|six|seven|eight|nine|ten|\\w+teen|\\w+ty)\\s+(?:have|had|are|were|of)"
        ),
        pointing=re.compile(
            r"\b(?:this|these|those|then|so|such(?!\s+as)|instead(?!\s+of)|neither|both|therefore|otherwise"
            r"|the\s+(?:same|other|others|second|third|former|latter|rest)"
            r"|that\s+(?:day|night|morning|week|line|question|letter|box|year|moment|number|way|was|is|for"
            r"|to|at|in|on))\b|\b(?:that|too|either|as\s+well|there|did|does)[.?,]"
            r"|\b(?:after|because|before|until|when)\s+(?:i|we)\s+\w+\s+(?:it|them)\b"
            # "It" at the end of a single clause has nothing before it that it could stand for.
            r"|^(?!.*\b(?:and|but|because|before|after|when|while|until|if|that|who|which)\b)[^,]*\bit[.?]",
            re.IGNORECASE,
        ),
        pronouns=_words("he him his she her they them their it its one"),
        naming=re.compile(
            r"(?:an?|the|every|each|our|no|most|all|you|two|three|four|five|six|seven|eight|nine|ten"
            r"|[A-Z][a-z]+\s+[A-Z])\b|\d",
            re.IGNORECASE,
        ),
        personal=_words("he him his she her"),
        persons=_words(
            "father mother parent son daughter boy girl child (?:wo)?man neighbou?r colleague apprentice nurse"
            " trainee pupil buddy patient resident client student assistant someone somebody nobody anybody"
            " everyone who whoever"
            " (?!after|corner|ever|later|letter|never|number|other|over|paper|power|rather|river|under|water"
            "|winter|summer)\\w{2,}(?:er|ist|ian|man|woman|eer)"
        ),
        first_person=_words("i my me myself i'm i’m i've i’ve"),
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
        team="{} team",
        bare_topic=re.compile(
            r"(?:s|ing|ity|ety|ness|ware|work|data|care|ship|ance|ence|energy|power|voltage|culture"
            r"|maintenance|education|automation|innovation|participation|communication|logistics|water"
            r"|waste|traffic|research|health|planning|finance|law|music|sport|art)$"
        ),
    ),
}
