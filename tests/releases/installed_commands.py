"""Commands of an installed wheel; `nox -s matrix` runs them with each version.

The suite has tests of the same commands, so this file is not collected by it.
"""

import json
import subprocess
import sys
from pathlib import Path

CONVERSATIONS = Path(__file__).parent / "conversations.csv"


def run(*words, cwd):
    return subprocess.run(
        [sys.executable, "-m", "empathy_score", *map(str, words)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,  # of a machine with other work
        check=False,
        cwd=cwd,
    )


def test_the_command_is_installed():
    command = Path(sys.executable).with_name("empathy-score")
    done = subprocess.run([command, "--help"], capture_output=True, check=False)
    assert done.returncode == 0
    assert b"explain" in done.stdout


def test_an_export_becomes_csv_and_parquet(tmp_path):
    for out in ("scored.csv", "scored.parquet"):
        done = run("score", CONVERSATIONS, "-o", out, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / out).stat().st_size > 1000


def test_scored_files_of_every_kind_are_summarized(tmp_path):
    for out in ("scored.csv", "scored.jsonl", "scored.parquet"):
        done = run("score", CONVERSATIONS, "-o", out, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        done = run("summarize", out, "--by", "conversation", cwd=tmp_path)
        assert done.returncode == 0, done.stderr


def test_two_processes_write_what_one_writes(tmp_path):
    for out, jobs in (("one.jsonl", 1), ("two.jsonl", 2)):
        done = run("score", CONVERSATIONS, "-o", out, "--jobs", jobs, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    one, two = (tmp_path / name for name in ("one.jsonl", "two.jsonl"))
    assert one.read_bytes() == two.read_bytes()


def test_a_sentence_is_explained(tmp_path):
    done = run("explain", "I'm so sorry it came broken again.", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "apology" in done.stdout


def test_a_small_model_is_trained_and_used(tmp_path):
    said = ["So sorry it broke!", "Order number?", "That must be so hard for you."]
    rows = [
        {
            "conversation": str(k),
            "text": f"{said[k % 3]} {k}",
            "level": (1, 0, 2)[k % 3],
        }
        for k in range(90)
    ]
    lines = "\n".join(json.dumps(row) for row in rows)
    (tmp_path / "labelled.jsonl").write_text(lines + "\n", encoding="utf-8")
    done = run("train", "labelled.jsonl", "-o", "mine", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    words = ("score", CONVERSATIONS, "-o", "scored.csv", "--model", "mine")
    done = run(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_missing_file_is_one_line_and_exit_code_2(tmp_path):
    done = run("score", "none.csv", "-o", "scored.csv", cwd=tmp_path)
    assert done.returncode == 2
    assert "none.csv" in done.stderr
    assert "Traceback" not in done.stderr


def test_spacy_finds_the_components_by_their_entry_points():
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("empathy_cues")
    nlp.add_pipe("empathy_score")
    doc = nlp("I'm so sorry it came broken again.")
    assert doc._.empathy["level"] > 0
    found = [span.label_ for span in doc.spans["empathy_cues"]]
    assert found == ["apology", "acknowledgement"]
