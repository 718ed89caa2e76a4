import sys

import polars as pl
import pytest

from empathy_score.cli.app import main


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a command: exit code, stdout and stderr."""

    def run(*words):
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.setattr(sys, "argv", ["empathy-score", *map(str, words)])
        with pytest.raises(SystemExit, match=r"^[012]$") as stopped:
            main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return stopped.value.code, said.out, said.err

    return run


@pytest.fixture
def scored(tmp_path):
    """Three agents with 8, 8 and 1 conversations, the second with more empathy."""
    agents = ["Ann [a]"] * 8 + ["Bo"] * 8 + ["Cy"]
    rows = []
    for number, agent in enumerate(agents):
        score = 0.2 + 0.4 * (agent == "Bo") + 0.02 * (number % 4)
        day = f"2024-05-{1 + number:02}"
        rows.append((str(number), "visitor", None, "It broke!", None, None, day, 0))
        rows.append((str(number), "agent", agent, "Sorry.", score, True, day, number))
    path = tmp_path / "scored.csv"
    names = ["ticket", "role", "owner", "text", "score", "opportunity", "date", "csat"]
    pl.DataFrame(
        rows, schema=names, orient="row", infer_schema_length=None
    ).with_columns(
        missed_opportunity=pl.when("opportunity").then(pl.col("owner") == "Bo")
    ).write_csv(path)
    return path


def test_summarize_shows_agents_with_intervals_and_says_who_differs(run, scored):
    code, out, err = run("summarize", scored, "--agent", "owner")
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    assert "Ann [a]" in out
    assert "8 of 8" in out
    assert "0 of 8" in out
    assert "(90 %)" in out
    assert "beyond noise." in " ".join(out.split())
    assert "after" not in out  # no times, no column of answers


def test_summarize_hides_small_groups_and_writes_all_columns(run, scored, tmp_path):
    out_file = tmp_path / "agents.parquet"
    words = ("--agent", "owner", "--min-conversations", "2", "-o", out_file)
    code, out, _ = run("summarize", scored, *words)
    assert code == 0
    assert "1 with fewer than 2 conversations hidden" in out
    assert "Cy" not in out
    written = pl.read_parquet(out_file)
    assert written["agent"].to_list() == ["Ann [a]", "Bo"]
    assert written["met_share"].to_list() == [1.0, 0.0]


def test_summarize_by_week_and_by_conversation(run, scored, tmp_path):
    weeks = run("summarize", scored, "--by", "week", "--start", "date")[1]
    assert "2024-04-29" in weeks
    out_file = tmp_path / "weeks.csv"
    run("summarize", scored, "--by", "week", "--start", "date", "-o", out_file)
    assert out_file.read_text().splitlines()[1].startswith("2024-04-29,5,5,")
    told = run("summarize", scored, "--by", "conversation")[1]
    assert "sations" not in told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "no scored turn says which agent"),
        (("--by", "shift"), "no grouping; allowed: conversation, agent"),
        (("-o", "a.xlsx"), "unknown ending '.xlsx'"),
        (("--agent", "owner", "--confidence", "90"), "between 0 and 1"),
    ],
)
def test_summarize_says_in_a_line_what_is_wrong(run, scored, words, said):
    code, out, err = run("summarize", scored, *words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_impact_says_how_empathy_goes_with_an_outcome(run, scored):
    words = ("--outcome", "csat", "--agent", "owner", "--draws", "200")
    code, out, err = run("impact", scored, *words)
    assert (code, err) == (0, "")
    said = " ".join(out.split())
    assert "Over 17 conversations, " in said
    assert "This is association, not cause" in said
    assert "csat from least to most empathy" in said
    assert "o" in out.splitlines()[-2].split()[-1]


def test_impact_of_a_column_without_numbers_is_an_error(run, scored):
    code, _, err = run("impact", scored, "--outcome", "owner")
    assert code == 2
    assert "holds no numbers" in err
