"""From exports of conversations to rows of one table, the same for every format."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from empathy_score.columns import role_of
from empathy_score.errors import InputError
from empathy_score.readers.documents import json_records, parsed
from empathy_score.readers.fields import kind_of
from empathy_score.readers.recognition import Recognised, text_of
from empathy_score.readers.rejects import Reject, broken_file, encodable, reject
from empathy_score.readers.turn import FormatError, Turn, Unusable
from empathy_score.records import Role

TURN_COLUMNS: Mapping[str, str] = {
    "conversation_id": "VARCHAR",
    "turn_index": "BIGINT",
    "utterance_id": "VARCHAR",
    "speaker": "VARCHAR",
    "role": "VARCHAR",
    "text": "VARCHAR",
    "start": "DOUBLE",
    "end": "DOUBLE",
    "timestamp": "VARCHAR",
    "channel": "VARCHAR",
    "agent_id": "VARCHAR",
    "source_format": "VARCHAR",
    "meta": "JSON",
}
"""Columns of an export's turns, in order, and their DuckDB types."""

_LISTED = 10  # speakers that are remembered for the question who is the agent

Item = tuple[int, "Turn | Unusable"]
"""The line that a turn's document starts on, and the turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unnamed:
    """Speakers of a file of whom nobody says who is the agent.

    Parameters
    ----------
    file : str
        The file, as the caller named it.
    title : str
        Its format.
    speakers : tuple of (str, str)
        Labels of the first ten speakers, and how the first turn of each begins.
    """

    file: str
    title: str
    speakers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of one file.

    Parameters
    ----------
    n_rows : int
        Rows that were written.
    rejects : tuple of Reject
        What was set aside.
    unnamed : Unnamed or None
        Where speakers have labels and no turn has a role.
    """

    n_rows: int
    rejects: tuple[Reject, ...]
    unnamed: Unnamed | None


def write_turns(
    opened: Recognised, roles: Mapping[str, Role], scratch: Path
) -> Written:
    """Append the turns of a file to a scratch file of JSON lines.

    Parameters
    ----------
    opened : Recognised
        A file or folder in a format of conversations.
    roles : mapping
        The caller's roles, by the name of a role or the label of a speaker.
    scratch : Path
        Each line gets the columns of :data:`TURN_COLUMNS`, ``__file`` and ``__line``.

    Returns
    -------
    Written

    Raises
    ------
    InputError
        Nothing of the file can be used.
    """
    file = opened.source.name
    rejects: list[Reject] = []
    first_words: dict[str, str] = {}
    role_for = _roles(roles)
    n_rows, has_roles, has_speakers = 0, False, False
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    with scratch.open("a", encoding="utf-8", errors="replace", newline="\n") as out:
        for line, place, turn in _numbered(_items(opened, rejects), file, rejects):
            role = role_for(turn.speaker, turn.role)
            has_roles = has_roles or role != "unknown"
            has_speakers = has_speakers or turn.speaker is not None
            if turn.speaker is not None and len(first_words) < _LISTED:
                first_words.setdefault(turn.speaker, turn.text[:40])
            row = _row(turn, place, role, opened.format.name)
            out.write(encode({"__file": file, "__line": line, **row}) + "\n")
            n_rows += 1
    unnamed = None
    if has_speakers and not has_roles:
        unnamed = Unnamed(
            file=file,
            title=opened.format.title,
            speakers=tuple(first_words.items()),
        )
    return Written(n_rows=n_rows, rejects=tuple(rejects), unnamed=unnamed)


def _numbered(
    items: Iterable[Item], file: str, rejects: list[Reject]
) -> Iterator[tuple[int, int, Turn]]:
    """Give each turn its number in its conversation; set aside what is unusable."""
    n_turns: Counter[str] = Counter()
    for line, item in items:
        if isinstance(item, Unusable):
            rejects.append(reject(file, item.line or line, item.reason, item.raw))
        elif not encodable(item.text):
            wrong = "holds half of a two-part character (a lone surrogate)"
            rejects.append(reject(file, line, wrong, item.text))
        else:
            yield line, n_turns[item.conversation], item
            n_turns[item.conversation] += 1


def _items(opened: Recognised, rejects: list[Reject]) -> Iterator[Item]:
    """Read a file with its format's reader."""
    file, one = opened.source.name, opened.format
    if one.content == "json":
        yield from _of_documents(opened, rejects)
        return
    try:
        if one.content == "folder":
            yield from ((1, item) for item in one.read(opened.source.path, file))
        else:
            with text_of(opened) as handle:
                text = handle.read().removeprefix("\ufeff")
            yield from ((1, item) for item in one.read(text, file))
    except FormatError as error:
        raise InputError(f"{file}: {error}") from error


def _of_documents(opened: Recognised, rejects: list[Reject]) -> Iterator[Item]:
    file, one = opened.source.name, opened.format
    with text_of(opened) as handle:
        for record in json_records(handle, file, opened.shape):
            if isinstance(record, Reject):
                rejects.append(record)
                continue
            line, text = record
            if not text.strip():
                continue
            document = parsed(record, file)
            if isinstance(document, Reject):
                rejects.append(document)
                continue
            name = file if opened.shape == "document" else f"{file}#{line}"
            try:
                if not isinstance(document, dict):
                    raise FormatError(f"is {kind_of(document)}, expected an object")
                yield from ((line, item) for item in one.read(document, name))
            except FormatError as error:
                if opened.shape == "document":
                    rejects.append(broken_file(file, str(error), line))
                else:
                    rejects.append(reject(file, line, str(error), text))


def _roles(roles: Mapping[str, Role]) -> Callable[[str | None, str | None], Role]:
    """Say who spoke: what the caller says of the speaker, else the export's word."""
    by_caller = {name.strip().casefold() for name in roles}

    @cache
    def role_for(speaker: str | None, role: str | None) -> Role:
        named = speaker is not None and speaker.strip().casefold() in by_caller
        return role_of(speaker if named else role, roles)

    return role_for


def _row(turn: Turn, place: int, role: Role, source_format: str) -> dict[str, object]:
    values = (
        turn.conversation,
        place,
        turn.identifier,
        turn.speaker,
        role,
        turn.text,
        turn.start,
        turn.end,
        turn.timestamp,
        turn.channel,
        turn.agent,
        source_format,
        dict(turn.meta) or None,
    )
    return dict(zip(TURN_COLUMNS, values, strict=True))
