"""Which column holds what: recognised by usual names, or named by the caller."""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta, timezone
from datetime import time as clock
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources
from numbers import Real
from typing import cast, get_args

from empathy_score.errors import InputError
from empathy_score.records import Role

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_SHOWN = 30  # names of columns in a message
_CLOCK = re.compile(r"(?:(\d{1,9}):)?(\d{1,3}):(\d{2}(?:[.,]\d+)?)")
_DURATION = re.compile(r"(-?\d+(?:\.\d+)?)\s*s")
_TIMESTAMP = re.compile(
    r"(\d{4})[-/](\d\d)[-/](\d\d)"
    r"(?:[T ]+(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?"
    r"\s*(?:(Z|UTC|GMT)|([+-])(\d\d):?(\d\d)?)?",
    re.IGNORECASE,
)
_UNITS = (
    (re.compile(r"(?:ms|millis|milliseconds?)$", re.IGNORECASE), 1e3),
    (re.compile(r"(?:usec|micros|microseconds?)$", re.IGNORECASE), 1e6),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Names of the columns that scoring reads; None where there is none.

    Parameters
    ----------
    text : str
        What was said.
    conversation, role, speaker, turn, start, end, agent, team, channel : str or None
        Identifier of the conversation, who spoke, number of the turn, times,
        which agent, the agent's team, voice or chat. Where only one column says who
        spoke, it is both the role and the speaker.
    """

    text: str
    conversation: str | None = None
    role: str | None = None
    speaker: str | None = None
    turn: str | None = None
    start: str | None = None
    end: str | None = None
    agent: str | None = None
    team: str | None = None
    channel: str | None = None


def recognise_columns(
    names: Sequence[str],
    *,
    text: str | None = None,
    conversation: str | None = None,
    role: str | None = None,
    speaker: str | None = None,
    turn: str | None = None,
    start: str | None = None,
    end: str | None = None,
    agent: str | None = None,
    team: str | None = None,
    channel: str | None = None,
) -> Columns:
    """Find the columns by their usual names; a column the caller names wins.

    Names are compared without case, spaces, underscores and hyphens. A column
    that the caller gave one meaning is not recognised as another. The speaker (a label
    such as ``spk_0``) is another column than the role; where there is only one of both,
    it serves as both.

    Parameters
    ----------
    names : sequence of str
        All columns of the table.
    text, conversation, role, speaker, turn, start, end : str, optional
        The exact name of a column.
    agent, team, channel : str, optional
        The exact name of a column.

    Returns
    -------
    Columns

    Raises
    ------
    InputError
        A named column does not exist, or no text column was found.

    Examples
    --------
    >>> found = recognise_columns(["Ticket ID", "sender_type", "Body"])
    >>> found.conversation, found.role, found.text
    ('Ticket ID', 'sender_type', 'Body')
    """
    named = {
        "text": text,
        "conversation": conversation,
        "role": role,
        "speaker": speaker,
        "turn": turn,
        "start": start,
        "end": end,
        "agent": agent,
        "team": team,
        "channel": channel,
    }
    for meaning, name in named.items():
        if name is not None and name not in names:
            raise InputError(_unknown_column(meaning, name, names))
    free: dict[str, str] = {}
    for name in names:
        if name not in named.values():
            free.setdefault(_plain(name), name)
    found = {
        meaning: named[meaning] or _first_alias(aliases, free)
        for meaning, aliases in _known()["columns"].items()
    }
    text_column = found.pop("text")
    if text_column is None:
        raise InputError(
            f"no text column found among {_listed(names)}; "
            "name it with text= / --text COLUMN"
        )
    found["speaker"] = _speaker(named["speaker"], found["role"], free)
    found["role"] = found["role"] or found["speaker"]
    return Columns(text=text_column, **found)


def named_columns(columns: Columns) -> dict[str, str]:
    """Give the columns that were found, by meaning.

    Examples
    --------
    >>> named_columns(Columns(text="body", role="sender"))
    {'text': 'body', 'role': 'sender'}
    """
    return {key: name for key, name in asdict(columns).items() if name is not None}


def check_meanings(columns: Mapping[str, str]) -> None:
    """Raise InputError where a key is none of the meanings.

    Examples
    --------
    >>> check_meanings({"text": "body"})
    """
    allowed = [field.name for field in fields(Columns)]
    for key in columns:
        if key not in allowed:
            raise InputError(
                f"{key!r} is no meaning of a column; allowed: {', '.join(allowed)}"
            )


def role_of(value: object, mapping: Mapping[str, Role] | None = None) -> Role:
    """Say who spoke, by the caller's mapping, then by certain names.

    Parameters
    ----------
    value : object
        Cell of the role column.
    mapping : mapping, optional
        The caller's names, compared without case, before the known ones.

    Returns
    -------
    {"agent", "customer", "bot", "system", "unknown"}
        ``"unknown"`` for everything that is not certain, such as ``internal``.

    Examples
    --------
    >>> role_of("End-user"), role_of("internal"), role_of("P1", {"p1": "agent"})
    ('customer', 'unknown', 'agent')
    """
    if value is None:
        return "unknown"
    whole = isinstance(value, float) and value.is_integer()
    name = str(int(cast(float, value)) if whole else value).strip()
    for given, role in (mapping or {}).items():
        if given.strip().casefold() == name.casefold():
            return role
    return _known_roles().get(_plain(name), "unknown")


def roles_mapping(items: Sequence[str]) -> dict[str, Role]:
    """Read ``end-user=customer`` options.

    Raises
    ------
    InputError
        An item without ``=``, or a role that does not exist.

    Examples
    --------
    >>> roles_mapping(["end-user=customer", "P1 = agent"])
    {'end-user': 'customer', 'P1': 'agent'}
    """
    allowed = get_args(Role)
    mapping: dict[str, Role] = {}
    for item in items:
        name, sign, role = (part.strip() for part in item.rpartition("="))
        if not sign or not name:
            raise InputError(
                f"{item!r} is no role mapping; write VALUE=ROLE, "
                "for instance --roles end-user=customer"
            )
        if role.lower() not in allowed:
            raise InputError(
                f"{role!r} in {item!r} is no role; allowed: {', '.join(allowed)}"
            )
        mapping[name] = cast(Role, role.lower())
    return mapping


def seconds_of(column_name: str, value: object) -> float | None:
    """Read a time in seconds, with the precision it came in.

    Numbers and numeric strings are seconds, or milliseconds where the name of
    the column ends in ``ms`` or ``millis`` (microseconds for ``usec`` and
    ``micros``). Numbers too large for seconds since 1970 are epoch
    milliseconds, microseconds or nanoseconds. Timestamps (ISO 8601; UTC where
    no zone is named) give seconds since 1970, ``HH:MM:SS.mmm`` and ``MM:SS``
    give seconds.

    Parameters
    ----------
    column_name : str
        Name of the column, for its unit.
    value : object
        Cell of the column.

    Returns
    -------
    float or None
        None for what is no time.

    Examples
    --------
    >>> seconds_of("start", "01:02:03.250"), seconds_of("startTimeMs", 1500)
    (3723.25, 1.5)
    >>> seconds_of("created_at", "1970-01-01T00:01:00Z")
    60.0
    >>> seconds_of("created_at", "yesterday") is None
    True
    """
    if isinstance(value, str):
        number = _number(value)
        if number is None:
            return _finite(_seconds_of_text(value.strip()))
        return _scaled(column_name, number)
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=timezone.utc)
        return _finite((aware - _EPOCH).total_seconds())
    if isinstance(value, clock):
        since = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
        return since.total_seconds() + value.microsecond / 1e6
    if isinstance(value, timedelta):
        return _finite(value.total_seconds())
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        return None
    try:
        return _scaled(column_name, float(value))
    except OverflowError:
        return None


@lru_cache(maxsize=512)
def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).casefold()


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:_SHOWN]) or "no columns at all"
    return f"{shown} and {len(names) - _SHOWN:,} more" if names[_SHOWN:] else shown


def _first_alias(aliases: Sequence[str], free: Mapping[str, str]) -> str | None:
    return next(
        (free[name] for alias in aliases if (name := _plain(alias)) in free), None
    )


def _speaker(
    named: str | None, role: str | None, free: Mapping[str, str]
) -> str | None:
    """Give the column of the speaker's label; that of the role where there is none."""
    others = {plain: name for plain, name in free.items() if name != role}
    return named or _first_alias(_known()["columns"]["speaker"], others) or role


def _unknown_column(meaning: str, name: str, names: Sequence[str]) -> str:
    by_plain = {_plain(known): known for known in names}
    near = difflib.get_close_matches(_plain(name), by_plain, n=1, cutoff=0.6)
    hint = f" Did you mean {by_plain[near[0]]!r}?" if near else ""
    return (
        f"there is no column {name!r} for the {meaning}; columns: {_listed(names)}."
        f"{hint} Name one with {meaning}= / --{meaning} COLUMN"
    )


@cache
def _known() -> dict[str, dict[str, list[str]]]:
    text = resources.files("empathy_score").joinpath("columns.json").read_text("utf-8")
    return cast("dict[str, dict[str, list[str]]]", json.loads(text))


@cache
def _known_roles() -> dict[str, Role]:
    return {
        _plain(name): cast(Role, role)
        for role, names in _known()["roles"].items()
        for name in names
    }


def _number(text: str) -> float | None:
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def _finite(seconds: float | None) -> float | None:
    return seconds if seconds is not None and math.isfinite(seconds) else None


@cache
def _factor(column_name: str) -> float | None:
    """Say how many of the column's units make a second; None if unsaid."""
    found = (factor for unit, factor in _UNITS if unit.search(column_name))
    return next(found, None)


def _scaled(column_name: str, number: float) -> float | None:
    """Bring a number to seconds, by the column's unit or else by its size."""
    factor = _factor(column_name)
    if factor is None:
        size = abs(number)
        sizes = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
        factor = next((by for above, by in sizes if size >= above), 1.0)
    return _finite(number / factor)


def _seconds_of_text(text: str) -> float | None:
    if clock := _CLOCK.fullmatch(text):
        hours, minutes, seconds = clock.groups()
        if float(seconds.replace(",", ".")) >= 60 or (hours and int(minutes) >= 60):
            return None
        whole = int(hours or 0) * 3600 + int(minutes) * 60
        return whole + float(seconds.replace(",", "."))
    if duration := _DURATION.fullmatch(text):
        return _finite(float(duration[1]))
    if stamp := _TIMESTAMP.fullmatch(text):
        return _seconds_of_timestamp(stamp)
    return None


def _seconds_of_timestamp(stamp: re.Match[str]) -> float | None:
    date = [int(part or 0) for part in stamp.group(1, 2, 3, 4, 5, 6)]
    try:
        moment = datetime(*date, tzinfo=timezone.utc)  # type: ignore[misc, arg-type]
    except ValueError:
        return None
    fraction = float(f"0.{stamp[7]}") if stamp[7] else 0.0
    offset = int(stamp[10] or 0) * 3600 + int(stamp[11] or 0) * 60
    seconds = (moment - _EPOCH).total_seconds()
    return seconds - (-offset if stamp[9] == "-" else offset) + fraction
