"""Words that say nothing by themselves, those of talking and asking, and those that turn a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from services.voice.language.lexicon import LEXICONS


@lru_cache(maxsize=32_768)
def stem(word: str, language: str) -> str:
    """``word`` in small letters without what its place in a sentence adds to it."""
    found = str(_STEMMERS[language].stemWord(word))
    if language == "nl":
        # Left by the stemmer: "hij volgt", and the two spellings of "precies, precieze".
        found = _THIRD_PERSON.sub("", found).translate(_SPELLED_AS_SAID)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimWords:
    """One language's words, in small letters; ``talking`` holds stems."""

    #: Words that say nothing by themselves.
    small: frozenset[str]
    #: Reading, telling, asking and thinking: what a person does with a text.
    talking: frozenset[str]
    #: Without one of these, or with one more, a sentence says something else.
    denying: frozenset[str]
    counting: frozenset[str]
    #: Between the words of a sentence these add nothing.
    glue: frozenset[str]
    #: What opens a question that claims nothing.
    asking: frozenset[str]


_THIRD_PERSON = re.compile(r"(?<=[^\W\d_aeiou])t$|e$")
_SPELLED_AS_SAID = str.maketrans("zv", "sf")
_STEMMERS = {
    "nl": snowballstemmer.stemmer("dutch"),
    "en": snowballstemmer.stemmer("english"),
}


def _about_it() -> frozenset[str]:
    """Dutch words like "ervan", "daarachter", "hiermee" and "waarop"."""
    ends = _set(
        "aan achter af bij binnen boven buiten door heen in langs mee na naar naast om onder op over"
        " tegen toe tussen uit van voor"
    )
    return frozenset(start + end for start in _set("er daar hier waar") for end in ends)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _stems(words: str, language: str) -> frozenset[str]:
    return frozenset(stem(word, language) for word in words.split())


_NL = ClaimWords(
    small=LEXICONS["nl"].small_words
    | _about_it()
    | _set(
        "ik je jij jou jouw jullie u uw hij zij ze hem haar hun hen we wij ons onze mij me mijn zich"
        " zelf men iemand iets niets niemand alles iedereen elk elke ieder iedere alle al veel meer"
        " meest weinig minder wat wie waar wanneer hoe waarom welk welke die dat deze dit daar hier er"
        " zo zulk zulke zo’n in uit op af om over onder boven tussen door tegen tot na naar voor achter"
        " bij binnen buiten sinds zonder langs mee toe heen daarom waarom hierom"
        " en of maar want omdat doordat"
        " zodat terwijl als dan toen dus ook nog wel niet geen nooit nee ja nu net toch even eens maar"
        " weer dus heel erg zeer best gewoon misschien zeker bijna altijd soms vaak vaker ooit weleens"
        " graag gerust liever ben bent is zijn was waren geweest word wordt worden werd werden geworden"
        " heb hebt heeft hebben had hadden gehad zal zult zullen zou zouden kan kunt kun kunnen kon"
        " konden mag mogen mocht moet moeten moest moesten wil wilt willen wilde wou hoef hoeft hoeven"
        " ga gaat gaan ging gingen kom komt komen kwam doe doet doen deed gedaan maak maakt laat laten"
        " blijf blijft blijven bleef te een één t m andere ander anders zelfde dezelfde verder meteen"
        " vast eerst dan pas vanaf volgens via per zoals alsof ofwel noch echt lang kort goed"
        " direct overal ergens eigenlijk zelfs ongeveer samen precies helemaal vandaag gauw apart"
        " bovendien trouwens inderdaad immers blijkbaar kennelijk juist ander anderen beide allebei"
    ),
    talking=_stems(
        "lezen las gelezen lees zin regel stuk stukje tekst verhaal woord woorden passage alinea citaat"
        " citeren aanhalen haal aan bijvoorbeeld voorbeeld vertellen vertelde schrijven schreef"
        " geschreven delen deel gedeeld zeggen zegt zei horen hoor gehoord luisteren vragen vraag"
        " vroeg antwoord antwoorden reageren reactie reacties opmerking opmerkingen bespreken gesprek"
        " praten spreken sprak bijpraten denken dacht gedachte gedachten nadenken meedenken idee"
        " weten weet wist kennen ken kende herkennen herken herkenbaar herinneren onthouden onthield"
        " zien zie zag gezien kijken keek kijk blik oog opvallen opviel viel valt vallen treffen trof"
        " treffend raken raakte geraakt hangen bijblijven bijbleef stilstaan stil staan staat stond"
        " pakken pak pikken pik noemen noem genoemd wijzen wijs tip aanraden aandacht aandachtig"
        " interesse interessant interesseert benieuwd nieuwsgierig mening vinden vind vond gevonden"
        " mooi mooie sterk helder bedanken dank dankzij moment minuut tijd link doorlezen verderop"
        " elders onderstrepen onderstreepte streep aanstrepen aangestreept zetten zette ervaring"
        " ervaren voelen voelt gevoel kant kanten hart fijn leuk aanspreken aanspreekt lijken lijkt"
        " helpen help hulp contact bellen bel mailen mail sturen stuur bericht berichtje seintje"
        " koffie bekende vriend buur ontdekken verbazen verbaasde opkijken begrijpen snappen geloven"
        " betekenen durven durf proberen volgen gevolgd nieuw nieuws eerlijk eerlijkheid indruk punt"
        " mens mensen collega gegevens feiten kortom plezier zitten stellen weglaten willen wens"
        " alvast vooral ding dingen manier beeld gebeuren gebeurt soort lijn zaak twee volgt verwachten"
        " hopen hoop vermoeden kiezen zoeken houden houd waarderen leren geleerd leerde uitleggen"
        " uitleg toelichten aanvullen vul doorgeven geef meegeven meenemen neem nam genomen opsteken"
        " besluiten onderwerp vraagteken zeggen gerust plaats verschil detail missen mis gemist overslaan sla twijfel eigen open welkom zin begin",
        "nl",
    ),
    denying=_set(
        "niet geen nooit niemand niets nergens noch zonder nauwelijks onwaar onjuist onzin verzonnen"
        " gelogen ontkennen"
    ),
    counting=LEXICONS["nl"].number_words
    | _set(
        "bijna soms misschien vaak zelden ooit ongeveer sommige enkele veel weinig meer minder meest"
        " alle iedereen elke altijd kan kunnen mag moet moeten wil zou zouden één"
    ),
    glue=_set("de het een en maar want omdat dus toen daarna dat die dit deze er te"),
    asking=_set("wat wie hoe waar wanneer waarom welk welke waarmee waardoor waarover"),
)

_EN = ClaimWords(
    small=LEXICONS["en"].small_words
    | _set(
        "i me my mine myself you your yours he him his she her hers it its we us our ours they them"
        " their theirs one ones someone somebody something anyone anybody anything everyone everybody"
        " everything nobody nothing none who whom whose what which when where why how that this these"
        " those here there a an the and or but so if because since while although though as than then"
        " of in on at by for from to into onto with without within about over under between behind"
        " after before during through against up down out off along across near is are am was were be"
        " been being do does did done doing have has had having will would shall should can could may"
        " might must let lets get gets got go goes going went come comes came make makes made take"
        " takes took not no nor never yes only just also too very quite rather really even still yet"
        " already always often sometimes ever again once now soon all any each every some many much"
        " more most few less least such same other another own both either neither else like well"
        " good little bit lot maybe perhaps s t re ve ll d m hardly it’s i’m don’t that’s i’d i’ll i’ve"
        " right later away together indeed anyway simply exactly truly straight somewhere anywhere"
        " everywhere elsewhere afterwards beforehand almost enough instead today thereby herein"
        " first next last further keep keeps"
    ),
    talking=_stems(
        "read reading line sentence bit piece passage text story words word quote quotation cite"
        " example tell telling told write wrote written writing share sharing say says said hear"
        " heard listen ask asking asked question answer reply replies comment comments respond"
        " discuss talk chat speak conversation think thinking thought thoughts mind idea know knew"
        " recognise recognize familiar remember remind reminded memory see saw seen look looking eye"
        " notice noticed stand stood stands stick stuck strike struck stay stays stayed linger pause"
        " stop second moment minute pick picked point mention pass attention interest interested"
        " interesting curious wonder wondering opinion view views find found thank thanks grateful"
        " glad happy enjoy enjoyed love worth link linked read continue continues follow followed"
        " feel felt impression spirit experience mean means meaning understand believe dare try help"
        " contact call mail message reach touch coffee friend neighbour surprise surprised begin"
        " start leave left add adds fit fits want wish need prefer honest honestly clear plain short"
        " fact facts terms figures people person colleague colleagues new thing things way side sort"
        " kind time place part twice aloud loud welcome deserve deserves mine detail note gave give expect hope guess"
        " suppose choose decide explain learn learnt learned appreciate value trust care turn topic"
        " different subject difference open put miss missed overlook skip escape doubt"
        " gives bring brings seem seems show shows",
        "en",
    ),
    denying=_set(
        "not no never nobody nothing none nowhere neither nor without hardly untrue false nonsense"
        " lie lies isn’t don’t doesn’t didn’t won’t wasn’t aren’t can’t cannot couldn’t wouldn’t"
        " shouldn’t haven’t hasn’t"
    ),
    counting=LEXICONS["en"].number_words
    | _set(
        "almost sometimes maybe perhaps often rarely seldom ever about some few many much more less"
        " most all every everybody everyone always can could may might must should would one"
    ),
    glue=_set("the a an and but because so then that this which it to of"),
    asking=_set("what who how where when why which whose"),
)

CLAIM_WORDS = {"nl": _NL, "en": _EN}
