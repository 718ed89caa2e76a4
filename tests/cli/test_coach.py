import sys

import pandas
import pytest

from empathy_score import EmpathyScorer
from empathy_score.cli.app import main


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    said = [
        ("1", "customer", None, "It broke again after days, [red]! \x1b[31mHm\x1b[0m"),
        ("1", "agent", "Ann", "What is the order\x07 number, please?"),
        ("2", "customer", None, "Hello."),
        ("2", "agent", "Bea", "Hello."),
    ]
    frame = pandas.DataFrame(said, columns=["conversation", "role", "agent", "text"])
    path = tmp_path_factory.mktemp("scored") / "scored.parquet"
    EmpathyScorer.load().score_frame(frame).to_parquet(path)
    return path


@pytest.fixture
def run(monkeypatch, capsys):
    """Run ``empathy-score coach``: exit code, stdout and stderr."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["empathy-score", "coach", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return stopped.value.code, said.out, said.err

    return run


def test_coach_shows_what_was_missed_and_why(run, scored):
    code, out, err = run(scored)
    assert (code, err) == (0, "")
    assert "Ann: 1 turn in 1 conversation" in out
    assert "asked “What is the order number, please?”" in out
    assert "[red]" in out
    assert "Bea: 1 turn in 1 conversation\nStrong moments: none found." in out


def test_coach_prints_nothing_that_a_terminal_would_obey(run, scored):
    out = run(scored)[1]
    assert all(sign.isprintable() or sign == "\n" for sign in out)


def test_coach_of_one_agent_leaves_the_others_out(run, scored):
    out = run(scored, "--only", "Bea")[1]
    assert "Bea" in out
    assert "Ann" not in out


def test_coach_of_a_stranger_says_who_there_is(run, scored):
    code, out, err = run(scored, "--only", "Cal")
    assert (code, out) == (2, "")
    assert err == "empathy-score: there is no agent 'Cal'; there are 'Ann', 'Bea'\n"


def test_coach_of_a_table_that_was_not_scored_says_so(run, tmp_path):
    file = tmp_path / "said.csv"
    file.write_text("role,text\nagent,Hello\n", encoding="utf-8")
    code, _, err = run(file)
    assert code == 2
    assert "empathy-score score" in err
