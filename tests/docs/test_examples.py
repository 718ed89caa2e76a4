"""What the documentation shows can be typed: Python runs, commands exist."""

import doctest
import re
import shlex
from pathlib import Path

import pytest
import typer

from empathy_score.cli.app import app

ROOT = Path(__file__).parents[2]
PAGES = sorted(ROOT.glob("docs/*.md"))
WITH_PYTHON = [page for page in PAGES if ">>> " in page.read_text(encoding="utf-8")]
COMMANDS = typer.main.get_command(app).commands


def commands_in(text):
    for block in re.findall(r"```bash\n(.*?)```", text, re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            for part in re.split(r"&&|\|", line):
                words = shlex.split(part, comments=True)
                if words[:1] == ["empathy-score"]:
                    yield words[1:]


@pytest.mark.parametrize("page", WITH_PYTHON, ids=lambda page: page.name)
def test_python_in_a_page_runs(page, monkeypatch):
    monkeypatch.chdir(ROOT)
    done = doctest.testfile(str(page), module_relative=False)
    assert done.attempted
    assert done.failed == 0


@pytest.mark.parametrize("page", [ROOT / "README.md", *PAGES], ids=lambda p: p.name)
def test_commands_and_options_in_a_page_exist(page):
    for name, *words in commands_in(page.read_text(encoding="utf-8")):
        assert name in COMMANDS, f"{page.name}: empathy-score {name}"
        known = {opt for param in COMMANDS[name].params for opt in param.opts}
        given = {word.partition("=")[0] for word in words if re.match("--?[a-z]", word)}
        assert given <= known, f"{page.name}: {name} has no {given - known}"


def test_the_guides_hold_commands_to_check():
    guide = (ROOT / "docs" / "analyst.md").read_text(encoding="utf-8")
    assert ["score", "exports/", "-o", "scored.csv"] in list(commands_in(guide))
