"""ConvoKit corpora: a folder with ``utterances.jsonl`` and who said what.

The utterances are read line by line and ``speakers.json`` and ``conversations.json``
entry by entry, of which only roles and ratings are kept: a corpus of any size fits.
Pickled files (``*-bin.p``) are never opened. A role is what the metadata of the
utterance, else of the speaker, calls one; else a speaker who is called like a role.

Old corpora say ``user``, ``users.json``, ``root`` and ``reply_to``, newer ones
``speaker``, ``speakers.json``, ``conversation_id`` and ``reply-to``.

Keys: https://convokit.cornell.edu/documentation/data_format.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from empathy_score.columns import role_of, seconds_of
from empathy_score.readers.fields import (
    Object,
    iso,
    kind_of,
    object_at,
    text_at,
)
from empathy_score.readers.formats import Format
from empathy_score.readers.json_entries import json_entries
from empathy_score.readers.spoken import stated_role
from empathy_score.readers.turn import FormatError, Turn, Unusable

_UTTERANCES = "utterances.jsonl"
_BESIDE = ("corpus.json", "index.json", "speakers.json", "users.json")
_ROLES = ("role", "speaker_role", "author_role", "participant_role")
_MAYBE_ROLES = ("speaker_type", "user_type", "author_type", "type")
_ANY_ROLE = {*_ROLES, *_MAYBE_ROLES}
_RATINGS = ("rating", "satisfaction", "satisfaction_score", "csat")
_KEPT = ("language", "queue", "topic")
_GONE = {"[deleted]", "[removed]"}
_EPOCH = 1e8  # seconds; less is since the conversation began


def _recognises(path: Path) -> bool:
    return (path / _UTTERANCES).is_file() and any(
        (path / name).is_file() for name in (*_BESIDE, "conversations.json")
    )


def _read(path: Path, name: str) -> Iterator[Turn | Unusable]:  # noqa: ARG001
    """Give the utterances in the order of the file."""
    roles: dict[str, Any] = {}
    kept: dict[str, Any] = {}
    yield from _gathered(path / "speakers.json", _role, roles)
    yield from _gathered(path / "users.json", _role, roles)
    yield from _gathered(path / "conversations.json", _kept, kept)
    with (path / _UTTERANCES).open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                turn = _turn(_object(line), roles, kept) if line.strip() else None
            except FormatError as error:
                raw = line.decode("utf-8", "replace").rstrip("\r\n")
                yield Unusable(reason=str(error), raw=raw, line=number)
                continue
            if turn is not None and turn.text not in _GONE:
                yield turn


def _gathered(
    file: Path, wanted: Callable[[Object], Any], found: dict[str, Any]
) -> Iterator[Unusable]:
    """Gather what is wanted of the metadata of all entries, where there is any."""
    try:
        for key, entry in _entries(file):
            value = wanted(_meta(entry))
            if value:
                found[key] = value
    except FormatError as error:
        yield Unusable(reason=f"{file.name}: {error}", raw="")


def _entries(file: Path) -> Iterator[tuple[str, Any]]:
    if not file.is_file():
        return
    with file.open(encoding="utf-8-sig", errors="replace") as handle:
        yield from json_entries(handle)


def _meta(entry: Any) -> Object:  # noqa: ANN401
    """Give the metadata of a speaker or conversation, where it is any."""
    meta = entry.get("meta", entry) if isinstance(entry, Mapping) else None
    return meta if isinstance(meta, Mapping) else {}


def _role(meta: Object) -> str | None:
    """Give what the metadata calls a role: a known word first."""
    if _ANY_ROLE.isdisjoint(meta):
        return None
    words = [(key, meta.get(key)) for key in (*_ROLES, *_MAYBE_ROLES)]
    named = [(key, word) for key, word in words if isinstance(word, str) and word]
    known = next((word for _, word in named if stated_role(word)), None)
    return known or next((word for key, word in named if key in _ROLES), None)


def _kept(meta: Object) -> dict[str, Any]:
    ratings = [meta[key] for key in _RATINGS if _is_plain(meta.get(key))]
    kept = {key: meta[key] for key in _KEPT if _is_plain(meta.get(key))}
    return {"rating": ratings[0], **kept} if ratings else kept


def _is_plain(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _object(line: bytes) -> Object:
    try:
        found = json.loads(line.decode("utf-8-sig").rstrip("\r\n"))
    except UnicodeDecodeError as error:
        raise FormatError("is not valid UTF-8") from error
    except json.JSONDecodeError as error:
        wrong = f"{error.msg.removesuffix(' at')} at column {error.colno}"
        raise FormatError(f"is not valid JSON: {wrong}") from error
    except RecursionError as error:
        raise FormatError("is nested too deeply") from error
    except ValueError as error:  # a number of thousands of digits
        raise FormatError(f"is not valid JSON: {error}") from error
    if not isinstance(found, Mapping):
        raise FormatError(f"is {kind_of(found)}, expected an object")
    return found


def _turn(
    utterance: Object, roles: Mapping[str, str], metas: Mapping[str, dict[str, Any]]
) -> Turn:
    text = text_at(utterance, "text")
    if text is None:
        raise FormatError("has no 'text'")
    conversation = _first_text(utterance, "conversation_id", "root")
    if conversation is None:
        raise FormatError("has neither 'conversation_id' nor 'root'")
    speaker = _first_text(utterance, "speaker", "user")
    role = _role(object_at(utterance, "meta")) or roles.get(speaker or "")
    role = role or stated_role(speaker)
    reply_to = _first_text(utterance, "reply-to", "reply_to")
    start = _time(utterance)
    meta = metas.get(conversation, {})
    return Turn(
        conversation=conversation,
        text=text,
        role=role,
        speaker=speaker,
        start=start,
        timestamp=iso(start) if start is not None and start >= _EPOCH else None,
        identifier=text_at(utterance, "id"),
        agent=speaker if role_of(role) == "agent" else None,
        meta={**meta, "reply_to": reply_to} if reply_to else meta,
    )


def _first_text(utterance: Object, *keys: str) -> str | None:
    """Take the first of several keys; of a speaker that is an object, its id."""
    for key in keys:
        value = utterance.get(key)
        if isinstance(value, Mapping):
            return text_at(value, "id")
        if value is not None:
            return text_at(utterance, key)
    return None


def _time(utterance: Object) -> float | None:
    """Take the time; None for words that corpora put there instead of one."""
    found = utterance.get("timestamp")
    if found is not None and not _is_plain(found):
        raise FormatError(f"'timestamp' is {kind_of(found)}, expected a time")
    return seconds_of("timestamp", found)


FORMAT = Format(
    name="convokit",
    title="ConvoKit corpus (a folder)",
    content="folder",
    example="empathy-score score my-corpus/ -o scored.csv",
    endings=(),
    recognises=_recognises,
    read=_read,
)
