"""empathy-score check-patterns, and own cues in the other commands."""

import json
import sys

import pytest

from empathy_score import EmpathyScorer, InputError
from empathy_score.cli import main
from empathy_score.file_scoring import score_files

ROW = {
    "id": "reassurance.your_back",
    "phrases": ["we've got your back"],
    "examples": ["We've got your back."],
    "counter_examples": ["Come back."],
}


def run(monkeypatch, capsys, *words):
    monkeypatch.setattr(sys, "argv", ["empathy-score", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        main()
    return stop.value.code, capsys.readouterr()


@pytest.fixture
def mine(tmp_path):
    file = tmp_path / "mine.jsonl"
    file.write_text(json.dumps(ROW))
    return file


def test_rows_that_do_what_they_say_give_0(monkeypatch, capsys, mine):
    code, said = run(monkeypatch, capsys, "check-patterns", mine)
    assert code == 0
    assert said.out == (
        "1 rows, 1 examples, 1 counter-examples: all rows do what they say\n"
    )


def test_a_row_that_does_not_gives_1_and_a_line_with_file_and_line(
    monkeypatch, capsys, mine
):
    mine.write_text(json.dumps({**ROW, "examples": ["We have your back."]}))
    code, said = run(monkeypatch, capsys, "check-patterns", mine)
    assert code == 1
    assert said.out.startswith(f"{mine}:1: wrong: reassurance.your_back: example 'We h")
    assert said.out.endswith("1 rows are wrong\n")


def test_a_file_that_is_no_cues_gives_2_and_one_line(monkeypatch, capsys, mine):
    mine.write_text("{")
    code, said = run(monkeypatch, capsys, "check-patterns", mine)
    assert code == 2
    assert said.err.startswith(f"empathy-score: {mine}:1: not a JSON object")
    assert said.err.count("\n") == 1


def test_explain_and_score_take_own_cues(monkeypatch, capsys, mine, tmp_path):
    text = "We've got your back."
    code, said = run(monkeypatch, capsys, "explain", text, "--patterns", mine)
    assert code == 0
    assert "reassurance.your_back" in said.out
    (tmp_path / "chat.csv").write_text(f"role,text\nagent,{text}\n")
    done = score_files(
        [tmp_path / "chat.csv"], tmp_path / "scored.jsonl", patterns=[mine]
    )
    row = json.loads((tmp_path / "scored.jsonl").read_text())
    one = EmpathyScorer.load(patterns=mine).score(text)
    assert done.n_scored == 1
    assert row["score"] == pytest.approx(one.score)
    assert [cue["pattern"] for cue in row["cues"]] == ["reassurance.your_back"]
    assert row["cue_reassurance"] == 1


def test_a_run_goes_on_only_with_the_same_cues(mine, tmp_path):
    chat, out = tmp_path / "chat.csv", tmp_path / "scored.csv"
    chat.write_text("role,text\nagent,Hi\n")
    (tmp_path / ".scored.csv.unfinished").mkdir()
    settings = tmp_path / ".scored.csv.unfinished" / "settings.json"
    settings.write_text(json.dumps({"patterns": []}))
    with pytest.raises(InputError, match=r"not what they were: .*patterns"):
        score_files([chat], out, patterns=[mine], resume=True)


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]


def cells(tmp_path, **options):
    chat, out = tmp_path / "chat.jsonl", tmp_path / "scored.csv"
    rows = [{"text": text, "=name": 'fine "=1"'} for text in [*FORMULAS, "a=1"]]
    chat.write_text("\n".join(map(json.dumps, rows)))
    score_files([chat], out, **options)
    import csv

    with out.open(newline="") as lines:
        header, *found = csv.reader(lines)
    return header, found


def test_formulas_get_an_apostrophe_on_request(tmp_path):
    header, found = cells(tmp_path, safe_csv=True)
    assert header[:2] == ["text", "'=name"]
    assert [row[0] for row in found] == [*(f"'{one}" for one in FORMULAS), "a=1"]
    assert {row[1] for row in found} == {'fine "=1"'}
    assert not [cell for row in found for cell in row if cell.startswith(tuple("=+@"))]


def test_without_it_the_text_stays_as_it_was(tmp_path):
    header, found = cells(tmp_path)
    assert header[:2] == ["text", "=name"]
    assert [row[0] for row in found] == [*FORMULAS, "a=1"]
