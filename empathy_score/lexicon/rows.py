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

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from empathy_score.errors import LexiconError

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
    """All rows: cues, signals (wording that is no cue of its own), scopes."""

    cues: tuple[Pattern, ...]
    signals: tuple[Pattern, ...]
    scopes: tuple[Scope, ...]

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
    fragments = _read_fragments(folder / "fragments.jsonl")
    cues = _read_patterns(folder / "cues", fragments)
    for row in cues:
        if row.label not in CUE_LABELS:
            raise LexiconError(_unknown(row.where, "cue", row.label, CUE_LABELS))
    signals = _read_patterns(folder / "signals", fragments)
    labels = {row.label for row in (*cues, *signals)}
    scopes = tuple(_read_scopes(folder / "scopes.jsonl", fragments, labels))
    _check_unique((*cues, *signals))
    return Lexicon(cues=cues, signals=signals, scopes=scopes)


def _read_patterns(
    folder: Traversable, fragments: Mapping[str, str]
) -> tuple[Pattern, ...]:
    rows: list[Pattern] = []
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".jsonl"):
            label = file.name.removesuffix(".jsonl")
            rows.extend(
                _pattern(row, label, where, fragments) for row, where in _rows(file)
            )
    return tuple(rows)


def _pattern(
    row: dict[str, Any], label: str, where: str, fragments: Mapping[str, str]
) -> Pattern:
    _check_keys(row, _PATTERN_KEYS, {"id", "pattern", "examples"}, where)
    subtype = _subtype(str(row["id"]), label, where)
    return Pattern(
        id=row["id"],
        label=label,
        subtype=subtype,
        expression=_bounded(_filled(row["pattern"], fragments, where)),
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
        raise LexiconError(_unknown(where, "subtype", parts[1], kinds))
    return parts[1]


def _read_scopes(
    file: Traversable, fragments: Mapping[str, str], labels: set[str]
) -> Iterator[Scope]:
    for row, where in _rows(file):
        _check_keys(row, _SCOPE_KEYS, _SCOPE_KEYS - {"counter_examples"}, where)
        for key, allowed in (
            ("effect", ("negated", "ignored")),
            ("side", ("before", "after")),
        ):
            if row[key] not in allowed:
                raise LexiconError(_unknown(where, key, row[key], allowed))
        for label in row["labels"]:
            if label not in labels:
                raise LexiconError(_unknown(where, "label", label, sorted(labels)))
        yield Scope(
            id=row["id"],
            effect=row["effect"],
            side=row["side"],
            expression=_compiled(
                _filled(row["pattern"], fragments, where), where
            ).pattern,
            labels=tuple(row["labels"]),
            examples=tuple(row["examples"]),
            counter_examples=tuple(row.get("counter_examples", ())),
            where=where,
        )


def _read_fragments(file: Traversable) -> dict[str, str]:
    fragments: dict[str, str] = {}
    for row, where in _rows(file):
        _check_keys(row, {"name", "pattern"}, {"name", "pattern"}, where)
        fragments[row["name"]] = f"(?:{_filled(row['pattern'], fragments, where)})"
    return fragments


def _filled(pattern: str, fragments: Mapping[str, str], where: str) -> str:
    def fill(match: re.Match[str]) -> str:
        if match[1] not in fragments:
            raise LexiconError(_unknown(where, "fragment", match[1], list(fragments)))
        return fragments[match[1]]

    return _compiled(_FRAGMENT.sub(fill, pattern), where).pattern


def _bounded(expression: str) -> str:
    """Begin at a word's edge where the expression begins with a word."""
    first = expression
    while first.startswith("(?:"):
        first = first[3:]
    return rf"\b(?:{expression})" if first[:1].isalnum() else f"(?:{expression})"


def _compiled(expression: str, where: str) -> re.Pattern[str]:
    try:
        return re.compile(expression, re.ASCII)
    except re.error as error:
        raise LexiconError(
            f"{where}: {expression!r} is no regular expression: {error}"
        ) from error


def _rows(file: Traversable) -> Iterator[tuple[dict[str, Any], str]]:
    lines = file.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        where = f"{file.name}:{number}"
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise LexiconError(f"{where}: not a JSON object: {error}") from error
        if not isinstance(row, dict):
            raise LexiconError(f"{where}: not a JSON object: {line[:60]!r}")
        yield row, where


def _check_keys(
    row: Mapping[str, Any], allowed: set[str], needed: set[str], where: str
) -> None:
    for key in row:
        if key not in allowed:
            raise LexiconError(_unknown(where, "key", key, sorted(allowed)))
    missing = sorted(needed - set(row))
    if missing:
        raise LexiconError(f"{where}: missing key {missing[0]!r}")


def _check_unique(rows: tuple[Pattern, ...]) -> None:
    seen: dict[str, str] = {}
    for row in rows:
        if row.id in seen:
            raise LexiconError(f"{row.where}: id {row.id!r} is taken by {seen[row.id]}")
        seen[row.id] = row.where


def _unknown(
    where: str, what: str, found: str, allowed: list[str] | tuple[str, ...]
) -> str:
    near = difflib.get_close_matches(str(found), allowed, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"allowed are {', '.join(allowed)}"
    return f"{where}: unknown {what} {found!r}; {hint}"
