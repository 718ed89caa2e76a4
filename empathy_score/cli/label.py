"""``empathy-score label``: pick the turns most worth labelling, and label them."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from empathy_score.label_file import LabelFile
    from empathy_score.label_selection import Pick

KEYS = "0 none   1 weak   2 strong   s skip   u undo   q quit"
_LEVELS = {"0": 0, "1": 1, "2": 2, "s": None}


def label_command(
    exports: Annotated[
        list[Path], typer.Argument(help="Exports of conversations, as for score.")
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", help="Labels: .jsonl; a file begun is gone on with."
        ),
    ] = Path("labels.jsonl"),
    labeller: Annotated[
        str | None, typer.Option(help="Your name, written beside each label.")
    ] = None,
    number: Annotated[
        int, typer.Option("--number", "-n", min=1, help="How many turns.")
    ] = 100,
    roles: Annotated[
        list[str] | None,
        typer.Option(help="What a role's name means, as end-user=customer."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="The model whose uncertainty counts.")
    ] = None,
    seed: Annotated[
        int, typer.Option(help="Labellers with the same seed see the same turns.")
    ] = 0,
) -> int:
    """Label the turns of EXPORTS that are most worth it, at the terminal.

    Four in five are turns the model is unsure of, as different as can be; every fifth
    is drawn at random. Each label is written at once.
    """
    from rich.console import Console

    from empathy_score.columns import roles_mapping
    from empathy_score.conversations import read_conversations
    from empathy_score.errors import InputError
    from empathy_score.label_file import open_labels, still_to_label
    from empathy_score.label_selection import candidates, pick_turns
    from empathy_score.model import load_model

    if not sys.stdin.isatty():
        raise InputError("labels are given with keys: label needs a terminal")
    labels = open_labels(out)
    console = Console()
    given = roles_mapping(roles or [])
    turns = candidates(read_conversations(exports, roles=given), seed=seed)
    picks = pick_turns(turns, load_model(model), number, seed=seed)
    n_done = len(picks) - len(still_to_label(labels, picks))
    if n_done:
        _say(console, f"{n_done} of {len(picks)} turns have been labelled before")
    with keys_of_the_terminal() as key:
        labels = ask_all(console, labels, picks, labeller, key)
    left = len(still_to_label(labels, picks))
    _say(console, f"{len(picks) - left} of {len(picks)} turns are in {out}")
    if left:
        _say(console, "the same command goes on where you stopped")
    return 0


def ask_all(
    console: Console,
    labels: LabelFile,
    picks: Sequence[Pick],
    labeller: str | None,
    key: Callable[[], str],
) -> LabelFile:
    """Ask for the level of each turn that has none, until all have or q is pressed."""
    from empathy_score.label_file import still_to_label, undo_label, write_label

    while to_do := still_to_label(labels, picks):
        pick = to_do[0]
        _show(console, pick, len(picks) - len(to_do) + 1, len(picks))
        answer = _answer(console, key)
        if answer == "q":
            break
        if answer == "u":
            if not labels.keys:
                _say(console, "there is nothing to undo")
            labels = undo_label(labels)
            continue
        labels = write_label(labels, pick, _LEVELS[answer], labeller)
    return labels


@contextmanager
def keys_of_the_terminal() -> Iterator[Callable[[], str]]:
    """Read single keys while the block runs; what is typed ahead is not lost.

    Yields
    ------
    callable
        Waits for a key. Keys that send several characters, arrows for instance, are
        one, so that none of their digits is taken for a level.
    """
    try:
        import termios
        import tty
    except ImportError:  # Windows
        yield typer.getchar
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)

    def key() -> str:
        found = os.read(terminal, 1)
        if found in (b"", b"\x04"):
            raise EOFError
        if found == b"\x1b":
            while select.select([terminal], [], [], 0.02)[0]:
                found += os.read(terminal, 16)
        return found.decode("latin-1")

    try:
        tty.setcbreak(terminal)
        yield key
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _answer(console: Console, key: Callable[[], str]) -> str:
    """Wait for a key that means something; Ctrl-C and Ctrl-D are q."""
    _say(console, KEYS)
    while True:
        try:
            answer = key().lower()
        except (KeyboardInterrupt, EOFError):
            return "q"
        if answer in (*_LEVELS, "u", "q"):
            _say(console, f"> {answer}")
            return answer


def _show(console: Console, pick: Pick, place: int, n_picks: int) -> None:
    """Show a turn with the customer's before it, without what the model thinks."""
    console.print()
    _say(console, f"{place} of {n_picks}")
    if pick.turn.reply_to is not None:
        _say(console, f"  customer: {harmless(pick.turn.reply_to)}")
    _say(console, f"  agent:    {harmless(pick.turn.text)}")


def harmless(text: str) -> str:
    """Take away what a terminal would obey: escapes and other control characters."""
    return "".join(
        letter if letter.isprintable() or letter == "\n" else " " for letter in text
    )


def _say(console: Console, line: str) -> None:
    console.print(line, highlight=False, markup=False, emoji=False)
