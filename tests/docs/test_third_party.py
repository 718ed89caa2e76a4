"""What users install is named with its licence."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location(
    "third_party", ROOT / "docs" / "third_party.py"
)
third_party = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(third_party)


def test_every_requirement_of_the_project_stands_in_the_notices():
    page = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| ")]
    listed = [(row[0].strip("| "), row[1].strip("`"), row[2]) for row in rows[1:]]
    assert listed == [
        (name, requirement, extra or "core")
        for name, requirement, extra in third_party.requirements()
    ], "run python docs/third_party.py"


def test_a_licence_is_what_the_package_says_and_a_missing_package_is_said():
    assert third_party.licence("spacy") == "MIT"
    assert third_party.licence("no-such-package").startswith("not installed")
