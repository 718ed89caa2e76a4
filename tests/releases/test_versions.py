"""Changelog, citation and package name the same versions."""

import hashlib
import json
import re
from pathlib import Path

import pytest
import srsly

import empathy_score

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def sections():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    return re.split(r"^## ", text, flags=re.MULTILINE)[1:]


def test_every_version_says_whether_scores_change(sections):
    assert all("\n### Scores\n" in section for section in sections)


def test_the_newest_section_is_about_this_version(sections):
    assert sections[0].startswith(f"[{empathy_score.__version__}]")


def test_the_newest_section_names_the_reference_scores(sections):
    data = Path(__file__).with_name("reference_scores.jsonl").read_bytes()
    assert f"`{hashlib.sha256(data).hexdigest()[:12]}`" in sections[0]


def test_the_newest_section_names_the_models_with_their_versions(sections):
    said = " ".join(sections[0].split())
    for about in (ROOT / "models").glob("*/model.json"):
        version = json.loads(about.read_text(encoding="utf-8"))["version"]
        assert f"{about.parent.name} {version}" in said


def test_the_citation_is_of_this_version():
    found = srsly.read_yaml(ROOT / "CITATION.cff")
    assert found["version"] == empathy_score.__version__
