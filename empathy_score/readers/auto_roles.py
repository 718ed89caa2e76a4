"""Roles decided from wording, as two more columns of an opened export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import duckdb

from empathy_score.columns import Columns, named_columns, role_of
from empathy_score.errors import InputError
from empathy_score.readers.sql import (
    as_text,
    column_types,
    interruptible,
    quoted,
    run,
)
from empathy_score.readers.table import AutoRoles, Export
from empathy_score.readers.turn_batches import conversations
from empathy_score.records import Utterance
from empathy_score.speaker_roles import (
    SpeakerRoleModel,
    load_speaker_roles,
    speaker_roles,
)

ROLE_COLUMNS = ("role_auto", "role_confidence")
"""The columns that are added: the role, and the confidence where it was decided."""

_BATCH_SIZE = 20_000


@dataclass(slots=True)
class _Counts:
    """Conversations and confidences so far."""

    decided: int = 0
    unknown: int = 0
    confidence: float = 0.0
    speakers: int = 0


def add_roles(export: Export, model: SpeakerRoleModel | None = None) -> Export:
    r"""Decide the roles that the input does not tell, and add two columns.

    ``role_auto`` holds the role of each row: what the input, or the caller's mapping,
    tells of it or of its speaker, else what the wording says; ``role_confidence`` is
    null for the former and the calibrated confidence for the latter. An input column
    of either name becomes ``<name>_input``. Conversations are read in batches.

    Parameters
    ----------
    export : Export
        Opened; its table ``input`` is replaced.
    model : SpeakerRoleModel, optional
        The shipped one by default.

    Returns
    -------
    Export
        Its role column is ``role_auto``, ``auto_roles`` says what was decided.

    Raises
    ------
    InputError
        If no column names the speakers.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from empathy_score.readers.table import open_export
    >>> said = "a,thank you for calling how may i help you\nb,my order never came\n"
    >>> with tempfile.TemporaryDirectory() as name:
    ...     file = Path(name, "call.csv")
    ...     _ = file.write_text("speaker,text\n" + said)
    ...     export = add_roles(open_export([file], folder=Path(name)))
    ...     rows = export.connection.execute("SELECT role_auto FROM input").fetchall()
    ...     export.connection.close()
    >>> rows, export.columns.role
    ([('agent',), ('customer',)], 'role_auto')
    """
    if export.columns.speaker is None:
        raise InputError(
            "roles cannot be decided without a column of speakers; columns: "
            f"{', '.join(map(repr, export.names))}. "
            "Name one with speaker= / --speaker COLUMN"
        )
    model = model or load_speaker_roles()
    counts = _Counts()
    run(
        export.connection,
        "CREATE OR REPLACE TABLE decided (__row BIGINT, role VARCHAR, score DOUBLE)",
    )
    for batch in conversations(export, _BATCH_SIZE):
        _insert(export.connection, list(_decisions(export, batch, model, counts)))
    names = _renamed(export)
    _add_columns(export.connection)
    mean = counts.confidence / counts.speakers if counts.speakers else None
    return replace(
        export,
        columns=_columns(export.columns, dict(zip(export.names, names, strict=True))),
        names=(*names, *ROLE_COLUMNS),
        roles={},  # applied already
        has_roles=True,
        unknown_roles=(),
        unnamed=(),
        auto_roles=AutoRoles(
            n_decided=counts.decided,
            n_unknown=counts.unknown,
            mean_confidence=mean,
        ),
    )


def _decisions(
    export: Export,
    batch: Sequence[Utterance],
    model: SpeakerRoleModel,
    counts: _Counts,
) -> Iterator[tuple[int, str, float | None]]:
    """Give the row, role and confidence of each utterance of whole conversations."""
    labels = _labels(export, [utterance.row for utterance in batch])
    speakers = [labels.get(utterance.row) for utterance in batch]
    told = [
        utterance
        if utterance.role != "unknown"
        else utterance._replace(role=role_of(speaker, export.roles))
        for utterance, speaker in zip(batch, speakers, strict=True)
    ]
    found = speaker_roles(told, speakers, model)
    sure: dict[str, bool] = {}
    for (conversation, _), one in found.items():
        if one.confidence is None:
            continue
        known = one.role != "unknown"
        sure[conversation] = sure.get(conversation, True) and known
        counts.confidence += one.confidence if known else 0.0
        counts.speakers += known
    counts.decided += sum(sure.values())
    counts.unknown += len(sure) - sum(sure.values())
    for utterance, speaker in zip(told, speakers, strict=True):
        decided = found.get((utterance.conversation, speaker or ""))
        if utterance.role != "unknown" or decided is None:
            yield utterance.row, utterance.role, None
        else:
            yield utterance.row, decided.role, decided.confidence


def _labels(export: Export, rows: Sequence[int]) -> dict[int, str | None]:
    """Label of the speaker of some rows; None where it is blank."""
    name = export.columns.speaker or ""
    kinds = column_types(export.connection, "input")
    label = f"nullif(trim({as_text('i.' + quoted(name), kinds[name])}), '')"
    with interruptible():
        found = export.connection.execute(
            f"SELECT i.__row, {label} FROM input AS i "
            "JOIN (SELECT unnest($rows::BIGINT[]) AS at) AS wanted "
            "ON wanted.at = i.__row WHERE i.__row BETWEEN $first AND $last",
            {"rows": list(rows), "first": min(rows), "last": max(rows)},
        ).fetchall()
    return dict(found)


def _insert(
    connection: duckdb.DuckDBPyConnection,
    rows: Sequence[tuple[int, str, float | None]],
) -> None:
    columns = [list(column) for column in zip(*rows, strict=True)]
    with interruptible():
        connection.execute(
            "INSERT INTO decided SELECT unnest($1::BIGINT[]), "
            "unnest($2::VARCHAR[]), unnest($3::DOUBLE[])",
            columns,
        )


def _renamed(export: Export) -> tuple[str, ...]:
    """Make way for the added columns; give the input's names as they are then."""
    names = list(export.names)
    for place, name in enumerate(names):
        if name.lower() not in ROLE_COLUMNS:
            continue
        taken = {other.lower() for other in names}
        new = f"{name}_input"
        while new.lower() in taken:
            new += "_input"
        run(
            export.connection,
            f"ALTER TABLE input RENAME COLUMN {quoted(name)} TO {quoted(new)}",
        )
        names[place] = new
    return tuple(names)


def _columns(columns: Columns, renamed: dict[str, str]) -> Columns:
    own = {key: renamed[name] for key, name in named_columns(columns).items()}
    return Columns(**{**own, "role": ROLE_COLUMNS[0]})


def _add_columns(connection: duckdb.DuckDBPyConnection) -> None:
    """Replace ``input`` by itself and the decisions, row by row in its order."""
    role, confidence = map(quoted, ROLE_COLUMNS)
    run(connection, "SET threads = 1")  # rows then stay in their order
    run(
        connection,
        f"CREATE TABLE with_roles AS SELECT i.*, d.role AS {role}, "
        f"d.score AS {confidence} FROM input AS i POSITIONAL JOIN "
        "(SELECT role, score FROM decided ORDER BY __row) AS d",
    )
    run(connection, "DROP TABLE input")
    run(connection, "DROP TABLE decided")
    run(connection, "ALTER TABLE with_roles RENAME TO input")
    run(connection, "SET threads = 2")
