"""A file of labels that grows by one line a label, and goes on where it stopped."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from empathy_score.errors import InputError
from empathy_score.label_selection import Pick


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFile:
    """Labels on disk.

    Parameters
    ----------
    path : Path
        A ``.jsonl`` file.
    starts : tuple of int
        Where each line begins, in bytes.
    keys : tuple of (int, str)
        Row and text of each line.
    """

    path: Path
    starts: tuple[int, ...] = ()
    keys: tuple[tuple[int, str], ...] = ()


def open_labels(path: Path) -> LabelFile:
    """Open a file of labels, a new one or one that was begun.

    Parameters
    ----------
    path : Path
        A ``.jsonl`` file; it need not exist.

    Returns
    -------
    LabelFile
        A last line that a stopped run left unfinished is removed from the file.

    Raises
    ------
    InputError
        If it has another ending, or holds lines that no labelling wrote.
    """
    if path.suffix != ".jsonl":
        raise InputError(f"{path}: labels are written to a .jsonl file")
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}")
    if not path.exists():
        return LabelFile(path=path)
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    lines = whole.splitlines(keepends=True)
    keys = [_key(line, f"{path}:{place}") for place, line in enumerate(lines, start=1)]
    if len(whole) < len(data):
        os.truncate(path, len(whole))
    ends = itertools.accumulate(map(len, lines), initial=0)
    return LabelFile(path=path, starts=tuple(ends)[:-1], keys=tuple(keys))


def _key(line: bytes, where: str) -> tuple[int, str]:
    try:
        row = json.loads(line)
        return int(row["row"]), str(row["text"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{where}: was not written by empathy-score label; name another file"
        ) from error


def write_label(
    labels: LabelFile, pick: Pick, level: int | None, labeller: str | None
) -> LabelFile:
    """Add a label.

    Parameters
    ----------
    labels : LabelFile
        From :func:`open_labels`.
    pick : Pick
        The turn.
    level : int or None
        None where it was skipped.
    labeller : str or None
        Who says so.

    Returns
    -------
    LabelFile
        With one line more.
    """
    turn = pick.turn
    row: dict[str, Any] = {
        "group": turn.conversation,
        "row": turn.row,
        "context": turn.reply_to,
        "text": turn.text,
        "level": level,
        "picked": pick.picked,
        "labeller": labeller,
        "labelled_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }
    line = (json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "replace")
    with labels.path.open("ab") as handle:
        start = handle.tell()
        handle.write(line)
    return replace(
        labels,
        starts=(*labels.starts, start),
        keys=(*labels.keys, (turn.row, turn.text)),
    )


def undo_label(labels: LabelFile) -> LabelFile:
    """Take the last label away.

    Parameters
    ----------
    labels : LabelFile
        From :func:`open_labels`.

    Returns
    -------
    LabelFile
        With one line less; the same where there is none.
    """
    if not labels.keys:
        return labels
    os.truncate(labels.path, labels.starts[-1])
    return replace(labels, starts=labels.starts[:-1], keys=labels.keys[:-1])


def still_to_label(labels: LabelFile, picks: Sequence[Pick]) -> list[Pick]:
    """Give the picks that have no line yet.

    Parameters
    ----------
    labels : LabelFile
        From :func:`open_labels`.
    picks : sequence of Pick
        From :func:`~empathy_score.label_selection.pick_turns`.

    Returns
    -------
    list of Pick
    """
    done = set(labels.keys)
    return [pick for pick in picks if (pick.turn.row, pick.turn.text) not in done]
