import sys

import pytest

from empathy_score.cli.app import main


@pytest.fixture
def explain(monkeypatch, capsys):
    """Run ``empathy-score explain``: exit code, stdout and stderr."""

    def run(*words):
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.setattr(sys, "argv", ["empathy-score", "explain", *words])
        with pytest.raises(SystemExit, match=r"^[012]$") as stopped:
            main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return stopped.value.code, said.out, said.err

    return run


def test_explain_shows_score_cues_and_shares(explain):
    code, out, err = explain("I'm so sorry it came broken again.")
    assert (code, err) == (0, "")
    assert "I'm so sorry it came broken again." in out
    assert "score 0." in out
    assert "apology" in out
    assert "apology.specific" in out
    assert "the apology is of the kind specific" in " ".join(out.split())
    assert "decision value" in out
    assert "mechanisms: emotional reaction" in out
    assert "best sentence" in out


def test_explain_warns_of_another_language(explain):
    out = explain("Das tut mir wirklich sehr leid, ich schaue sofort nach.")[1]
    assert "(0.00 to 1.00)" in out
    assert "out of domain: not English" in out


def test_explain_takes_the_turn_before(explain):
    alone = explain("That is a lot to deal with, I am sorry.")[1]
    words = ("--reply-to", "My father died and I am so upset about this bill.")
    answer = explain("That is a lot to deal with, I am sorry.", *words)[1]
    assert alone != answer


def test_explain_leaves_square_brackets_in_the_text(explain):
    code, out, _ = explain("[red]Sorry[/red] about the [ORDER] [/]")
    assert code == 0
    assert "[red]Sorry[/red] about the [ORDER] [/]" in out


def test_explain_of_a_text_without_cues_has_no_empty_table(explain):
    code, out, _ = explain("Zzz")
    assert code == 0
    assert "apology" not in out
    assert "intercept" in out


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_text_is_one_clear_line(explain, text):
    code, out, err = explain(text)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "not empty" in err


def test_bytes_that_are_no_text_are_one_clear_line(explain):
    code, _, err = explain("So sorry \udcff")  # how Python hands on the byte FF
    assert code == 2
    assert err.startswith("empathy-score: ")
    assert err.count("\n") == 1


def test_a_model_that_does_not_exist_is_one_clear_line(explain):
    code, _, err = explain("Sorry", "--model", "nosuch")
    assert code == 2
    assert err.count("\n") == 1
    assert "nosuch" in err
