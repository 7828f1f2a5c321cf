"""Roles and jobs as one says them aloud, and what is left out because no one is it."""

from __future__ import annotations

import pytest

from services.language import Language
from services.voice.writing.subject import lowered, named_job, said_job, said_role


@pytest.mark.parametrize(
    ("role", "language", "said"),
    [
        ("site reliability engineer", "en", "a site reliability engineer"),
        ("SRE", "en", "an SRE"),
        ("HR adviser", "en", "an HR adviser"),
        ("electrician", "en", "an electrician"),
        ("union officer", "en", "a union officer"),
        ("head of flys", "en", "head of flys"),
        ("CEO", "en", "CEO"),
        ("library assistant", "en", "a library assistant"),
        ("apprentice, first year", "en", ""),
        ("group manager operations support", "en", ""),
        ("Kitchen", "en", ""),
        ("Customer Care", "en", ""),
        ("accounts payable", "en", ""),
        ("monteur seinwezen", "nl", "monteur seinwezen"),
        ("wijkverpleegkundige", "nl", "wijkverpleegkundige"),
        ("hoofd educatie", "nl", "hoofd educatie"),
        ("medewerker behoud en beheer", "nl", "medewerker behoud en beheer"),
        ("HR", "nl", ""),
        ("Planning", "nl", ""),
        ("Technisch Beheer", "nl", ""),
        ("", "nl", ""),
    ],
)
def test_a_role_after_i_am(role: str, language: Language, said: str) -> None:
    """With its article in English; a department says nothing."""
    assert said_role(role, language) == said


@pytest.mark.parametrize(
    ("title", "language", "said"),
    [
        ("Conciërge (0,8 fte)", "nl", "een conciërge"),
        ("Medewerker storingslijn", "nl", "een medewerker storingslijn"),
        ("Maintenance Technician (Nights)", "en", "a maintenance technician"),
        ("Banker Mason (permanent)", "en", "a banker mason"),
        ("Control room operator", "en", "a control room operator"),
        ("Android Developer", "en", "an Android developer"),
        ("Adviseur HR en WGA", "nl", "een adviseur HR en WGA"),
        ("Claims Handler, Cargo", "en", "a claims handler"),
        ("Assistent-teler 32-40 uur", "nl", "een assistent-teler"),
        ("Peilbeheerder rayon West", "nl", "een peilbeheerder rayon West"),
        ("Trainee Scaffolder x 3", "en", "a trainee scaffolder"),
        ("Planner tolkaanvragen", "nl", "een planner tolkaanvragen"),
        ("Relief Lock Keeper (seasonal), Upper Marrow", "en", "a relief lock keeper"),
        ("Registered Nurse – Mixed Practice", "en", "a registered nurse"),
        ("Operations Manager", "en", "an operations manager"),
        ("Verzorgenden IG", "nl", ""),
        ("Drivers", "en", ""),
        ("Stage marketing", "nl", ""),
        ("Wij zoeken een monteur", "nl", ""),
        ("Nacht", "nl", ""),
        ("", "en", ""),
    ],
)
def test_a_job_after_we_are_looking_for(title: str, language: Language, said: str) -> None:
    """What is no single person, or calls, is after a colon instead."""
    assert said_job(title, language) == said


def test_what_a_job_board_adds_is_no_job() -> None:
    """A benefit after a bar is left out, a department stays."""
    assert named_job("Accountmanager | uncapped bonus") == "Accountmanager"
    assert named_job("Nurse – Mixed Practice") == "Nurse – Mixed Practice"


@pytest.mark.parametrize(
    ("role", "spelled"),
    [
        ("Service Engineer", "service engineer"),
        ("Disability Swimming Coach", "disability swimming coach"),
        ("HR-Adviseur", "HR-adviseur"),
        ("iOS and Android Developer", "iOS and Android developer"),
        ("Teacher of German", "teacher of German"),
        ("DevOps Engineer", "DevOps engineer"),
        ("Monteur Zwolle", "monteur Zwolle"),
    ],
)
def test_a_capital_that_names_nothing_is_small(role: str, spelled: str) -> None:
    """Acronyms, inner capitals and names stay."""
    assert lowered(role, "Zwolle") == spelled
