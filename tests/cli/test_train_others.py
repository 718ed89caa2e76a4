"""The commands that train the smaller models: opportunities, confidence."""

import json
import sys
from pathlib import Path

import pytest

from empathy_score.cli.app import main
from empathy_score.cue_confidence import load_cue_confidence
from empathy_score.opportunity import load_opportunity_model
from empathy_score.speaker_roles import load_speaker_roles

DATA = Path(__file__).parents[2] / "data" / "conversations"
PEER_SUPPORT = DATA.parent / "peer_support"


@pytest.fixture
def empathy_score(monkeypatch, capsys):
    """Run the command line here: exit code, stdout and stderr."""

    def run(*words):
        monkeypatch.setenv("COLUMNS", "300")
        monkeypatch.setattr(sys, "argv", ["empathy-score", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return stopped.value.code, said.out, said.err

    return run


@pytest.fixture
def conversations(tmp_path):
    """Some of the project's files; whole conversations."""
    folder = tmp_path / "conversations"
    folder.mkdir()
    for file in sorted(DATA.glob("*.jsonl"))[:8]:
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def test_a_model_of_opportunities_is_trained_and_loads(
    conversations, tmp_path, empathy_score
):
    code, out, err = empathy_score(
        "train-opportunity", conversations, "-o", tmp_path / "mine"
    )
    assert (code, err) == (0, "")
    assert "on held-out conversations F1 0." in out
    assert load_opportunity_model(tmp_path / "mine").name == "mine"


def test_a_model_of_confidence_is_trained_and_loads(tmp_path, empathy_score):
    code, out, err = empathy_score(
        "train-confidence", PEER_SUPPORT, "-o", tmp_path / "mine"
    )
    assert (code, err) == (0, "")
    assert "reflection AUC 0." in out
    assert load_cue_confidence(tmp_path / "mine").name == "mine"


def test_a_model_of_roles_is_trained_and_loads(conversations, tmp_path, empathy_score):
    code, out, err = empathy_score(
        "train-roles", conversations, "-o", tmp_path / "mine"
    )
    assert (code, err) == (0, "")
    assert "accuracy on held-out ones 0." in out
    assert load_speaker_roles(tmp_path / "mine").name == "mine"
    card = (tmp_path / "mine" / "README.md").read_text("utf-8")
    assert "| all | beginning to end |" in card


@pytest.mark.parametrize("command", ["train-opportunity", "train-confidence"])
def test_a_file_without_labels_is_one_line(command, tmp_path, empathy_score):
    bare = tmp_path / "bare.jsonl"
    row = {"conversation_id": "1", "role": "agent", "text": "Hello."}
    bare.write_text(json.dumps(row) + "\n", encoding="utf-8")
    code, _, err = empathy_score(command, bare, "-o", tmp_path / "mine")
    assert code == 2
    assert err.startswith("empathy-score: ")
    assert err.count("\n") == 1
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    "command",
    ["train-opportunity", "train-confidence", "train-interruption", "train-roles"],
)
def test_an_output_that_is_a_file_is_one_line(command, tmp_path, empathy_score):
    taken = tmp_path / "mine"
    taken.write_text("kept", encoding="utf-8")
    code, _, err = empathy_score(command, PEER_SUPPORT, "-o", taken)
    assert code == 2
    assert "is a file; name a folder for the model" in err
    assert taken.read_text(encoding="utf-8") == "kept"
