"""The rules of coaching as rows of data, and the reader of those rows.

``rules/customer.jsonl`` knows what customers say that calls for empathy,
``reply.jsonl`` what a reply did instead of answering, ``strength.jsonl`` what makes a
strong answer, ``pattern.jsonl`` and ``conversation.jsonl`` what becomes a habit. Each
row holds examples and counter-examples; they are the tests.
"""

from __future__ import annotations

import difflib
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from empathy_score.errors import InputError
from empathy_score.lexicon import CUE_LABELS, SUBTYPES, load_lexicon

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Kind = Literal["trouble", "good_news"]
Measure = Literal["share_of_turns", "phrase_repeated", "phrase_in_conversations"]
Example = Mapping[str, str]

CUE_NAMES = frozenset(
    {*CUE_LABELS}
    | {f"{label}.{kind}" for label, kinds in SUBTYPES.items() for kind in kinds}
    | {row.id for row in load_lexicon().cues}
)
"""What a rule may ask for: a cue, a kind of it, or a row of the lexicon."""

_SLOT = re.compile(r"\{([^{}]+)\}")
_SLOTS = CUE_NAMES | {"said", "question", "reply", "count", "of", "phrase", "words"}


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Conditions on an answer; all that are given must hold.

    Attributes
    ----------
    cue, any_cue, no_cue : tuple of str
        Cues that must all be there, of which one must be there, of which none may be.
        What is denied does not count.
    said : tuple of str
        Rows of ``customer.jsonl``, of which one was found in the customer's turn.
    asks, called, missed, interrupts : bool or None
        Whether the answer asks something other than "anything else?"; the customer's
        turn called for empathy; nothing answered; it cut the customer off.
    """

    cue: tuple[str, ...] = ()
    any_cue: tuple[str, ...] = ()
    no_cue: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    asks: bool | None = None
    called: bool | None = None
    missed: bool | None = None
    interrupts: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRow:
    """Words of customers that call for empathy.

    ``says`` names them, ``first`` says what an answer begins with, ``weight`` in
    (0, 1) is how far the words alone show a call; words in a clause in which ``unless``
    is found do not count, nor do words that a reply meets by what ``met_by`` finds
    in it. ``where`` is ``file:line``.
    """

    id: str
    kind: Kind
    weight: float
    says: str
    first: str
    pattern: str
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]
    where: str
    unless: str | None = None
    met_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """What an answer does; the first row whose conditions hold names it."""

    id: str
    when: When
    says: str
    example: Example
    counter_example: Example | None
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternRow:
    """A habit: of the turns of ``of``, ``least`` and a ``share`` are as in ``when``."""

    id: str
    good: bool
    when: When
    least: int
    share: float
    says: str
    example: Example | None
    counter_example: Example | None
    where: str
    of: When = field(default_factory=When)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRow:
    """A habit that shows over a conversation, or from one to the next.

    ``share_of_turns``: a ``share`` of at least ``turns`` turns hold ``cue``.
    ``phrase_repeated``: one warm phrase of at least ``words`` words stands in ``times``
    turns. ``phrase_in_conversations``: it stands in a ``share`` of the conversations.
    Said from ``least`` conversations on.
    """

    id: str
    measure: Measure
    least: int
    says: str
    example: tuple[str, ...]
    counter_example: tuple[str, ...]
    where: str
    cue: str = ""
    share: float = 0.0
    turns: int = 1
    times: int = 1
    words: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All rows, each kind in the order of its file."""

    customer: tuple[CustomerRow, ...]
    reply: tuple[AnswerRow, ...]
    strength: tuple[AnswerRow, ...]
    pattern: tuple[PatternRow, ...]
    conversation: tuple[ConversationRow, ...]


@cache
def load_rules() -> Rules:
    """Read the rules that ship with the package.

    Returns
    -------
    Rules

    Raises
    ------
    InputError
        If a row is not valid; the text names file and line.

    Examples
    --------
    >>> "how_long" in {row.id for row in load_rules().customer}
    True
    """
    return read_rules(resources.files("empathy_score.coaching").joinpath("rules"))


def read_rules(folder: Traversable | Path) -> Rules:
    """Read a folder of rules.

    Parameters
    ----------
    folder : Path
        Holds ``customer.jsonl``, ``reply.jsonl``, ``strength.jsonl``,
        ``pattern.jsonl`` and ``conversation.jsonl``.

    Returns
    -------
    Rules

    Raises
    ------
    InputError
        If a row is not valid; the text names file and line.
    """
    rules = Rules(
        customer=_read(folder, "customer", CustomerRow),
        reply=_read(folder, "reply", AnswerRow),
        strength=_read(folder, "strength", AnswerRow),
        pattern=_read(folder, "pattern", PatternRow),
        conversation=_read(folder, "conversation", ConversationRow),
    )
    _check_ids(
        rules.customer, rules.reply, rules.strength, rules.pattern, rules.conversation
    )
    known = {row.id for row in rules.customer}
    answers: tuple[AnswerRow | PatternRow, ...] = (
        *rules.reply,
        *rules.strength,
        *rules.pattern,
    )
    for row in answers:
        for name in row.when.said:
            _check(name in known, row.where, "row of customer.jsonl", name, known)
    return rules


def _check_ids(*files: tuple[Any, ...]) -> None:
    """Raise InputError where an id names two rows, of one file or of two."""
    seen: dict[str, str] = {}
    for row in itertools.chain.from_iterable(files):
        if row.id in seen:
            raise InputError(
                f"{row.where}: the id {row.id!r} is taken by {seen[row.id]}"
            )
        seen[row.id] = row.where


def _read(folder: Traversable | Path, name: str, record: type[Any]) -> tuple[Any, ...]:
    return tuple(_records(folder / f"{name}.jsonl", record))


def _records(file: Traversable | Path, record: type[Any]) -> Iterator[Any]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        where = f"{file.name}:{number}"
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"{where}: not a JSON object: {error}") from error
        yield _record(row, where, record)


def _record(row: dict[str, Any], where: str, record: type[Any]) -> Any:  # noqa: ANN401
    allowed = set(record.__dataclass_fields__) - {"where"}
    for key in row:
        _check(key in allowed, where, "key", key, allowed)
    for slot in _SLOT.findall(str(row.get("says", ""))):
        for name in slot.split("|"):
            _check(name in _SLOTS, where, "slot", name, _SLOTS)
    given = {key: _value(key, value, where) for key, value in row.items()}
    try:
        return record(**given, where=where)
    except TypeError as error:
        missing = str(error).partition("missing")[2].partition(": ")[2]
        raise InputError(f"{where}: missing key {missing}") from error


def _value(key: str, value: Any, where: str) -> Any:  # noqa: ANN401
    if key in ("when", "of"):
        return _when(value, where)
    if key in ("pattern", "unless", "met_by"):
        try:
            re.compile(value, re.ASCII)
        except re.error as error:
            raise InputError(
                f"{where}: {value!r} is no regular expression: {error}"
            ) from error
    return tuple(value) if isinstance(value, list) else value


def _when(conditions: Mapping[str, Any], where: str) -> When:
    allowed = set(When.__dataclass_fields__)
    for key in conditions:
        _check(key in allowed, where, "condition", key, allowed)
        if key in ("cue", "any_cue", "no_cue"):
            for name in conditions[key]:
                _check(name in CUE_NAMES, where, "cue", name, CUE_NAMES)
    given = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in conditions.items()
    }
    return When(**cast("dict[str, Any]", given))


def _check(
    good: bool, where: str, what: str, found: str, allowed: set[str] | frozenset[str]
) -> None:
    if not good:
        near = difflib.get_close_matches(found, allowed, n=1)
        hint = (
            f"did you mean {near[0]!r}?"
            if near
            else f"allowed are {', '.join(sorted(allowed))}"
        )
        raise InputError(f"{where}: unknown {what} {found!r}; {hint}")
