"""Labelling at a real terminal, and with keys from a list."""

import io
import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from empathy_score.cli.app import main
from empathy_score.cli.label import ask_all, harmless
from empathy_score.label_file import open_labels
from empathy_score.label_selection import Candidate, Pick

CHATS = Path(__file__).parents[2] / "data" / "samples" / "chats.csv"
TEXTS = ["Order number?", "Oh no, I'm sorry.", "[bold]Okay[/bold] :smile:"]
PICKS = [
    Pick(
        turn=Candidate(row=row, conversation="c", text=text, reply_to=before),
        picked="unsure",
    )
    for row, (text, before) in enumerate(zip(TEXTS, ["Hi", None, "Hm"], strict=True))
]


def labelled(path):
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    return [(row["row"], row["level"]) for row in rows]


def ask(path, keys):
    """Answer with some keys; Ctrl-C where there are no more."""
    console = Console(file=io.StringIO(), width=200)
    left = iter(keys)

    def key():
        for found in left:
            return found
        raise KeyboardInterrupt

    ask_all(console, open_labels(path), PICKS, "ann", key)
    return console.file.getvalue()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "labels.jsonl"


def test_keys_give_levels_and_s_leaves_a_turn_out(path):
    ask(path, "02s")
    assert labelled(path) == [(0, 0), (1, 2), (2, None)]


def test_a_key_that_means_nothing_is_asked_again(path):
    ask(path, "x\n91Q")
    assert labelled(path) == [(0, 1)]


def test_u_takes_the_last_label_back(path):
    ask(path, "02u1q")
    assert labelled(path) == [(0, 0), (1, 1)]


def test_u_at_the_beginning_says_that_there_is_nothing(path):
    assert "there is nothing to undo" in ask(path, "uq")


@pytest.mark.parametrize("keys", ["1q", "1"])
def test_q_and_ctrl_c_stop_and_the_next_run_goes_on(path, keys):
    ask(path, keys)
    assert labelled(path) == [(0, 1)]
    said = ask(path, "02")
    assert "2 of 3" in said
    assert "1 of 3" not in said
    assert labelled(path) == [(0, 1), (1, 0), (2, 2)]


def test_the_turn_before_is_shown_where_there_is_one_and_no_score(path):
    said = ask(path, "000")
    assert "  customer: Hi\n  agent:    Order number?" in said
    assert "2 of 3\n  agent:    Oh no" in said
    assert TEXTS[2] in said  # no markup, no emoji codes
    assert "level" not in said


def test_what_a_terminal_would_obey_is_not_shown():
    assert harmless("a\x1b[2Jb\x07c\r\nd é👋") == "a [2Jb c \nd é👋"


def test_without_a_terminal_it_is_one_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["empathy-score", "label", str(CHATS)])
    monkeypatch.setattr(sys, "stdin", io.StringIO("1"))
    with pytest.raises(SystemExit, match="2"):
        main()
    err = capsys.readouterr().err
    assert "label needs a terminal" in err
    assert err.count("\n") == 1


def read_until(ours, words, seconds=120):
    """Read what a terminal shows, until some words were shown."""
    said, end = "", time.monotonic() + seconds
    while words not in said:
        assert time.monotonic() < end, said
        if select.select([ours], [], [], 1.0)[0]:
            said += os.read(ours, 1).decode("latin-1")
    return said


@pytest.fixture
def terminal(path):
    """The command in a pseudo-terminal: our end of it, and the process."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "empathy_score", "label", str(CHATS)),
            *("-o", str(path), "-n", "4"),
        ],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "dumb", "COLUMNS": "100"},
        start_new_session=True,
    )
    yield ours, process
    process.kill()
    process.wait()
    os.close(ours)
    os.close(theirs)


def test_at_a_terminal_keys_are_labels_without_enter(terminal, path):
    ours, process = terminal
    assert "1 of 4" in read_until(ours, "q quit")
    os.write(ours, b"0")
    assert "2 of 4" in read_until(ours, "q quit")
    os.write(ours, b"\x1b[1~")  # the key Home is no 1
    time.sleep(0.5)
    os.write(ours, b"1u2q")  # typed ahead of the third turn
    assert "3 of 4" in read_until(ours, "turns are in")
    assert process.wait(timeout=60) == 0
    assert [level for _, level in labelled(path)] == [0, 2]
