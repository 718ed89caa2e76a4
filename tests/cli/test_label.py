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


class _Terminal:
    """A command in a pseudo-terminal."""

    def __init__(self, *words):
        ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "empathy_score", *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "dumb", "COLUMNS": "100"},
            start_new_session=True,
        )
        os.close(theirs)
        self.ours, self.said = ours, ""

    def until(self, words, seconds=90):
        """Read until some words were said since the last call."""
        end = time.monotonic() + seconds
        while words not in self.said:
            assert time.monotonic() < end, self.said
            if not select.select([self.ours], [], [], 1.0)[0]:
                continue
            try:
                self.said += os.read(self.ours, 65536).decode("utf-8", "replace")
            except OSError:  # the other side has closed the terminal
                break
        before, found, self.said = self.said.partition(words)
        assert found, before
        return before

    def press(self, key):
        os.write(self.ours, key.encode())

    def close(self):
        self.process.wait(timeout=60)
        os.close(self.ours)
        return self.process.returncode


def test_at_a_terminal_keys_are_labels_without_enter(path):
    terminal = _Terminal("label", str(CHATS), "-o", str(path), "-n", "4")
    for place, key in ((1, "0"), (2, "2"), (3, "q")):
        assert f"{place} of 4" in terminal.until("q quit")
        terminal.press(key)
        if key != "q":
            terminal.until(f"> {key}")
    terminal.until("2 of 4 turns are in")
    assert terminal.close() == 0
    assert [level for _, level in labelled(path)] == [0, 2]
