"""Read pattern files: one JSON object a line, checked, with file and line.

A row is a regular expression over the plain form of a text
(:mod:`empathy_score.normalization`), in which every choice needs a word or a mark of
its own. ``{name}`` stands for a row of ``fragments.jsonl``. The evidence is the last
group that took part, or the whole match; a choice that ends in an empty group ``()``
is an exception, taken and thrown away. The row's ``id`` is ``label.name`` or
``label.subtype.name``. Its examples must match and its counter-examples must not; the
tests see to that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from empathy_score.errors import LexiconError
from empathy_score.lexicon.prepared import is_prepared
from empathy_score.lexicon.row_checks import check_keys, compiled, json_rows, unknown

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

CUE_LABELS = (
    "greeting",
    "acknowledgement",
    "perspective_taking",
    "apology",
    "gratitude",
    "reassurance",
    "help_offer",
    "personalization",
    "alternatives",
    "follow_up",
    "feedback_request",
    "positivity",
    "open_question",
    "closed_question",
    "dismissal",
    "interruption",
)
"""The cues, in the order of columns."""

SUBTYPES: Mapping[str, tuple[str, ...]] = {
    "apology": ("specific", "generic", "conditional", "refusal", "clarification"),
    "dismissal": ("blame", "policy", "impatience", "command"),
}
"""The kinds of the cues that have kinds."""

_FRAGMENT = re.compile(r"\{([a-z_]+)\}")
_PATTERN_KEYS = {"id", "pattern", "source", "examples", "counter_examples"}
_SCOPE_KEYS = {
    "id",
    "effect",
    "side",
    "pattern",
    "labels",
    "examples",
    "counter_examples",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One row: an expression and what its match means.

    ``expression`` has its fragments filled in; ``where`` is ``file:line``.
    """

    id: str
    label: str
    subtype: str | None
    expression: str
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the words beside a match make of it.

    ``effect`` is ``"negated"`` (the cue is denied) or ``"ignored"`` (it is not that
    cue at all); ``side`` says where ``expression`` must stand, directly before or
    directly after the match; ``labels`` are the cues and signals it concerns.
    """

    id: str
    effect: Literal["negated", "ignored"]
    side: Literal["before", "after"]
    expression: str
    labels: tuple[str, ...]
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """All rows: cues, signals (wording that is no cue of its own), scopes.

    ``own`` are a user's rows of cues, from :func:`~.own_rows.read_own_rows`.
    """

    cues: tuple[Pattern, ...]
    signals: tuple[Pattern, ...]
    scopes: tuple[Scope, ...]
    own: tuple[Pattern, ...] = ()

    @property
    def signal_labels(self) -> tuple[str, ...]:
        """Names of the signals, sorted."""
        return tuple(sorted({row.label for row in self.signals}))


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    """Read the lexicon that ships with the package.

    Returns
    -------
    Lexicon
        Cached: the files are read once.

    Raises
    ------
    LexiconError
        If a row is not valid; the text names file and line.

    Examples
    --------
    >>> "apology" in {row.label for row in load_lexicon().cues}
    True
    """
    return read_lexicon(resources.files("empathy_score.lexicon"))


@lru_cache(maxsize=1)
def load_fragments() -> Mapping[str, str]:
    """Read the named expressions that ship with the package, once."""
    return read_fragments(resources.files("empathy_score.lexicon") / "fragments.jsonl")


def read_lexicon(folder: Traversable | Path) -> Lexicon:
    """Read a folder of pattern files.

    Parameters
    ----------
    folder : Path
        Holds ``cues/<label>.jsonl``, ``signals/<label>.jsonl``, ``scopes.jsonl`` and
        ``fragments.jsonl``.

    Returns
    -------
    Lexicon
        Rows in the order of files and lines.

    Raises
    ------
    LexiconError
        If a row is not valid.
    """
    fragments = read_fragments(folder / "fragments.jsonl")
    cues = _read_patterns(folder / "cues", fragments)
    for row in cues:
        if row.label not in CUE_LABELS:
            raise LexiconError(unknown(row.where, "cue", row.label, CUE_LABELS))
    signals = _read_patterns(folder / "signals", fragments)
    labels = {row.label for row in (*cues, *signals)}
    scopes = tuple(_read_scopes(folder / "scopes.jsonl", fragments, labels))
    check_unique((*cues, *signals))
    return Lexicon(cues=cues, signals=signals, scopes=scopes)


def _read_patterns(
    folder: Traversable, fragments: Mapping[str, str]
) -> tuple[Pattern, ...]:
    rows: list[Pattern] = []
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".jsonl"):
            label = file.name.removesuffix(".jsonl")
            rows.extend(
                pattern_of(row, label, where, fragments) for row, where in _rows(file)
            )
    return tuple(rows)


def pattern_of(
    row: Mapping[str, Any], label: str, where: str, fragments: Mapping[str, str]
) -> Pattern:
    """Make a row of a file a pattern.

    Parameters
    ----------
    row : mapping
        What stands in the file.
    label : str
        The cue or signal it is of.
    where : str
        ``file:line``, for messages.
    fragments : mapping of str to str
        From :func:`read_fragments`.

    Returns
    -------
    Pattern

    Raises
    ------
    LexiconError
        If a key is unknown, missing or of another type, the id does not have its
        form, or the pattern is no regular expression.
    """
    check_keys(row, _PATTERN_KEYS, {"id", "pattern", "examples"}, where)
    subtype = _subtype(row["id"], label, where)
    filled = _filled(row["pattern"], fragments, where)
    expression = _bounded(filled)
    if not is_prepared(expression):
        for one in (filled, expression):
            compiled(one, where)
    return Pattern(
        id=row["id"],
        label=label,
        subtype=subtype,
        expression=expression,
        examples=tuple(row["examples"]),
        counter_examples=tuple(row.get("counter_examples", ())),
        where=where,
    )


def _subtype(identifier: str, label: str, where: str) -> str | None:
    parts = identifier.split(".")
    kinds = SUBTYPES.get(label)
    if parts[0] != label or len(parts) != (3 if kinds else 2):
        form = f"{label}.<subtype>.<name>" if kinds else f"{label}.<name>"
        raise LexiconError(f"{where}: id {identifier!r} must have the form {form}")
    if kinds is None:
        return None
    if parts[1] not in kinds:
        raise LexiconError(unknown(where, "subtype", parts[1], kinds))
    return parts[1]


def _read_scopes(
    file: Traversable, fragments: Mapping[str, str], labels: set[str]
) -> Iterator[Scope]:
    for row, where in _rows(file):
        check_keys(row, _SCOPE_KEYS, _SCOPE_KEYS - {"counter_examples"}, where)
        for key, allowed in (
            ("effect", ("negated", "ignored")),
            ("side", ("before", "after")),
        ):
            if row[key] not in allowed:
                raise LexiconError(unknown(where, key, row[key], allowed))
        for label in row["labels"]:
            if label not in labels:
                raise LexiconError(unknown(where, "label", label, sorted(labels)))
        yield Scope(
            id=row["id"],
            effect=row["effect"],
            side=row["side"],
            expression=compiled(
                _filled(row["pattern"], fragments, where), where
            ).pattern,
            labels=tuple(row["labels"]),
            examples=tuple(row["examples"]),
            counter_examples=tuple(row.get("counter_examples", ())),
            where=where,
        )


def read_fragments(file: Traversable) -> dict[str, str]:
    """Read the expressions that have a name.

    Parameters
    ----------
    file : Path
        JSON lines with ``name`` and ``pattern``.

    Returns
    -------
    dict of str to str
    """
    fragments: dict[str, str] = {}
    for row, where in _rows(file):
        check_keys(row, {"name", "pattern"}, {"name", "pattern"}, where)
        filled = _filled(row["pattern"], fragments, where)
        fragments[row["name"]] = f"(?:{compiled(filled, where).pattern})"
    return fragments


def _filled(pattern: str, fragments: Mapping[str, str], where: str) -> str:
    def fill(match: re.Match[str]) -> str:
        if match[1] not in fragments:
            raise LexiconError(unknown(where, "fragment", match[1], list(fragments)))
        return fragments[match[1]]

    return _FRAGMENT.sub(fill, pattern)


def _bounded(expression: str) -> str:
    """Begin at a word's edge where the expression begins with a word."""
    first = expression
    while first.startswith("(?:"):
        first = first[3:]
    return rf"\b(?:{expression})" if first[:1].isalnum() else f"(?:{expression})"


def _rows(file: Traversable) -> Iterator[tuple[dict[str, Any], str]]:
    yield from json_rows(file.read_text(encoding="utf-8"), file.name)


def check_unique(rows: Iterable[Pattern]) -> None:
    """Raise LexiconError if two rows have one id."""
    seen: dict[str, str] = {}
    for row in rows:
        if row.id in seen:
            raise LexiconError(f"{row.where}: id {row.id!r} is taken by {seen[row.id]}")
        seen[row.id] = row.where
