"""Progress: a bar on a terminal, plain lines elsewhere."""

import io

import pytest
from rich.console import Console

from empathy_score.cli.progress import counting


def shown(total, steps, *, terminal):
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=80)
    with counting(console, "scoring", total) as advance:
        for step in steps:
            advance(step)
    return out.getvalue()


def test_a_file_gets_a_line_at_each_tenth():
    assert shown(2000, [100, 100, 900], terminal=False).splitlines() == [
        "scoring: 200 of 2,000 turns",
        "scoring: 1,100 of 2,000 turns",
    ]


def test_a_terminal_gets_a_bar_that_counts():
    assert "2000/2000" in shown(2000, [1500, 500], terminal=True)


@pytest.mark.parametrize("steps", [[], [7]])
def test_a_terminal_is_told_what_is_done_where_nobody_knows_how_much(steps):
    assert "scoring" in shown(0, steps, terminal=True)
