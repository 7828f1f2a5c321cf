from __future__ import annotations

import pytest

from services.domain.voice import Composer, PostTemplates


@pytest.fixture(scope="session")
def templates() -> PostTemplates:
    return PostTemplates.load()


@pytest.fixture
def composer(templates: PostTemplates) -> Composer:
    return Composer(templates)
