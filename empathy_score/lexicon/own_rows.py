"""Read a user's own cues: JSON lines or TOML, checked, with file and line.

A row has an ``id`` (``label.name`` or ``label.subtype.name``, the label one of
:data:`~empathy_score.lexicon.CUE_LABELS`), ``examples``, mostly ``counter_examples``,
and either ``phrases``, a list of plain words, or a ``pattern``, a regular expression
as in the rows that ship with the package (:mod:`.rows`). In TOML each row begins with
the line ``[[cue]]``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from empathy_score.errors import LexiconError
from empathy_score.lexicon.matching import needed_of_row
from empathy_score.lexicon.row_checks import check_keys, json_rows, unknown
from empathy_score.lexicon.rows import (
    CUE_LABELS,
    Pattern,
    check_unique,
    load_fragments,
    load_lexicon,
    pattern_of,
)
from empathy_score.normalization import plain_text

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ENDINGS = (".jsonl", ".toml")
"""Endings of files of own cues."""

LARGEST_FILE = 2_000_000
"""Bytes of the largest file that is read."""

MOST_ROWS = 2_000
"""Rows that a file may hold."""

_KEYS = {"id", "pattern", "phrases", "source", "examples", "counter_examples"}
_HEADER = re.compile(r"[ \t]*\[\[[ \t]*cue[ \t]*\]\][ \t]*(?:#.*)?\r?")


def read_own_rows(*paths: Path | str) -> tuple[Pattern, ...]:
    r"""Read files of own cues.

    Parameters
    ----------
    *paths : Path or str
        ``.jsonl`` files, one row a line, or ``.toml`` files.

    Returns
    -------
    tuple of Pattern
        In the order of files and lines.

    Raises
    ------
    LexiconError
        If a file cannot be read, is larger than it may be, or a row is not valid or
        has an id that is taken; the text names file and line.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     file = Path(name, "mine.toml")
    ...     _ = file.write_text('[[cue]]\nid = "reassurance.back"\n'
    ...         'phrases = ["we have your back"]\nexamples = ["We have your back!"]\n')
    ...     rows = read_own_rows(file)
    >>> rows[0].label, rows[0].where.rpartition(":")[2]
    ('reassurance', '1')
    """
    return make_own_rows(row for path in paths for row in read_row_objects(path))


def own_rows_of(patterns: str | Path | Sequence[str | Path]) -> tuple[Pattern, ...]:
    """Read what scoring, training and evaluation take as ``patterns``.

    Parameters
    ----------
    patterns : str, Path or sequence of these
        One file of own cues or several, see :func:`read_own_rows`; empty for none.

    Returns
    -------
    tuple of Pattern

    Raises
    ------
    LexiconError
        As :func:`read_own_rows`.

    Examples
    --------
    >>> own_rows_of(())
    ()
    """
    files = [patterns] if isinstance(patterns, str | Path) else patterns
    return read_own_rows(*files)


def make_own_rows(objects: Iterable[tuple[dict[str, Any], str]]) -> tuple[Pattern, ...]:
    """Make rows of objects, as they stand in a file or in a pipeline's settings.

    Parameters
    ----------
    objects : iterable of (dict, str)
        A row's keys and values, and where it stands, for messages.

    Returns
    -------
    tuple of Pattern
        In the same order.

    Raises
    ------
    LexiconError
        If a row is not valid or has an id that is taken.

    Examples
    --------
    >>> row = {"id": "greeting.ahoy", "phrases": ["ahoy"], "examples": ["Ahoy there!"]}
    >>> make_own_rows([(row, "row 1")])[0].label
    'greeting'
    """
    rows = [_own(row, where) for row, where in objects]
    lexicon = load_lexicon()
    check_unique((*lexicon.cues, *lexicon.signals, *rows))
    return tuple(rows)


def read_row_objects(path: Path | str) -> Iterator[tuple[dict[str, Any], str]]:
    """Read the objects of a file of own cues; :func:`make_own_rows` checks them.

    Parameters
    ----------
    path : Path or str
        A ``.jsonl`` or ``.toml`` file.

    Yields
    ------
    tuple of (dict, str)
        Each row's object, and its ``file:line``.

    Raises
    ------
    LexiconError
        If the file cannot be read, is larger than it may be, or holds no rows.
    """
    path = Path(path)
    text = _text(path)
    rows = json_rows if path.suffix.lower() == ".jsonl" else _toml_rows
    number = 0
    for number, (row, where) in enumerate(rows(text, str(path)), 1):
        if number > MOST_ROWS:
            raise LexiconError(f"{where}: more than {MOST_ROWS:,} rows; split the file")
        yield row, where
    if not number:
        raise LexiconError(f"{path}: holds no rows")


def _text(path: Path) -> str:
    if path.suffix.lower() not in ENDINGS:
        raise LexiconError(
            f"{path}: unknown ending {path.suffix!r}; allowed: {', '.join(ENDINGS)}"
        )
    try:
        with path.open("rb") as handle:
            data = handle.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise LexiconError(
                f"{path}: is larger than {LARGEST_FILE:,} bytes; split the file"
            )
        return data.decode("utf-8-sig")
    except OSError as error:
        raise LexiconError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise LexiconError(f"{path}:{line}: is no UTF-8 text") from error


def _toml_rows(text: str, name: str) -> Iterator[tuple[dict[str, Any], str]]:
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        at = re.search(r"at line (\d+), column \d+", str(error))
        where = f"{name}:{at[1]}" if at else name
        raise LexiconError(f"{where}: is no TOML: {error}") from error
    others = [key for key in found if key != "cue"]
    if others:
        raise LexiconError(unknown(name, "key", others[0], ["cue"]))
    rows = found.get("cue", [])
    lines = [
        number
        for number, line in enumerate(text.split("\n"), 1)
        if _HEADER.fullmatch(line)
    ]
    # As many headers as rows: none stands inside a text, and none is written otherwise.
    if not isinstance(rows, list) or len(rows) != len(lines):
        raise LexiconError(
            f"{name}: each row must begin with a line [[cue]] of its own"
        )
    yield from ((row, f"{name}:{line}") for row, line in zip(rows, lines, strict=True))


def _own(row: dict[str, Any], where: str) -> Pattern:
    check_keys(row, _KEYS, {"id", "examples"}, where)
    if ("pattern" in row) == ("phrases" in row):
        raise LexiconError(f"{where}: needs either 'pattern' or 'phrases'")
    for key in ("examples", "phrases"):
        if not row.get(key, True):
            raise LexiconError(f"{where}: {key!r} is empty; give at least one text")
    label = row["id"].partition(".")[0]
    if label not in CUE_LABELS:
        raise LexiconError(unknown(where, "cue", label, CUE_LABELS))
    kept = {key: value for key, value in row.items() if key != "phrases"}
    if "phrases" in row:
        kept["pattern"] = _any_of(row["phrases"], where)
    made = pattern_of(kept, label, where, load_fragments())
    needed_of_row(made)  # raises where no word is certain
    return made


def _any_of(phrases: Iterable[str], where: str) -> str:
    """Write the expression that finds plain words, the longest first."""
    plain = {plain_text(phrase).text.strip() for phrase in phrases}
    if "" in plain:
        raise LexiconError(f"{where}: a phrase holds no word")
    ordered = sorted(plain, key=lambda phrase: (-len(phrase), phrase))
    # Braces name fragments in a pattern.
    escaped = [re.escape(one).replace(r"\{", "[{]") for one in ordered]
    return escaped[0] if len(escaped) == 1 else f"(?:{'|'.join(escaped)})"
