from __future__ import annotations

import pytest

from services.voice import Composer, PostTemplates
from tests.unit.voice.material import shipped_templates


@pytest.fixture(scope="session")
def templates() -> PostTemplates:
    return shipped_templates()


@pytest.fixture
def composer(templates: PostTemplates) -> Composer:
    return Composer(templates)
