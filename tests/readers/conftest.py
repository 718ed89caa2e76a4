"""Fixtures of the readers of JSON exports: a test module names its ``FORMAT``."""

import json
from pathlib import Path

import pytest

from empathy_score.readers.turn import Turn, Unusable

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture
def document(request):
    """Read a fixture of the module's format."""
    folder = FIXTURES / request.module.FORMAT.name
    return lambda name: json.loads((folder / name).read_text(encoding="utf-8"))


@pytest.fixture
def turns(request, document):
    """Read the turns of a fixture in which everything is right."""

    def read(name):
        found = list(request.module.FORMAT.read(document(name), "the-file"))
        assert all(isinstance(one, Turn) for one in found)
        return found

    return read


@pytest.fixture
def parts(request, document):
    """Split what a damaged file gives into texts that were read, and reasons."""

    def read(name):
        found = list(request.module.FORMAT.read(document(name), "the-file"))
        texts = [one.text for one in found if isinstance(one, Turn)]
        return texts, [one.reason for one in found if isinstance(one, Unusable)]

    return read
