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


def summary_of_agents(run, tmp_path, means):
    """Summarize one agent for each mean, each with six conversations."""
    rows = [
        (f"{name}{number}", "agent", name, "Hello.", mean + 0.01 * (number % 3))
        for name, mean in means.items()
        for number in range(6)
    ]
    path = tmp_path / "scored.csv"
    names = ["ticket", "role", "owner", "text", "score"]
    pl.DataFrame(rows, schema=names, orient="row").write_csv(path)
    code, out, err = run("summarize", path, "--agent", "owner")
    assert (code, err) == (0, "")
    return " ".join(out.split())


def test_of_many_pairs_the_largest_differences_are_shown(run, tmp_path):
    means = {"Ann": 0.1, "Bo": 0.1, "Cy": 0.4, "Di": 0.7}
    said = summary_of_agents(run, tmp_path, means)
    assert said.count("has more") == 5
    assert "Every other difference between two of them is within noise." in said


def test_more_pairs_than_are_shown_are_counted(run, tmp_path):
    means = {"Ann": 0.1, "Bo": 0.3, "Cy": 0.5, "Di": 0.7}
    said = summary_of_agents(run, tmp_path, means)
    assert said.count("has more") == 5
    assert "1 more pairs differ beyond noise." in said
    assert "Every" not in said


def test_agents_who_do_not_differ_are_not_compared_one_by_one(run, tmp_path):
    said = summary_of_agents(
        run, tmp_path, dict.fromkeys(("Ann", "Bo", "Cy", "Di"), 0.3)
    )
    assert "Every difference between two of them is within noise." in said
    assert "has more" not in said
