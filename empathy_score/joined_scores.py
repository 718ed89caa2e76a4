"""The input joined with its scores: one row for each row of the input, in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from empathy_score.errors import InputError
from empathy_score.readers.sql import column_types, file_literal, literal, quoted
from empathy_score.readers.table import Export

JOINED = "input AS i POSITIONAL JOIN ordered AS s"
"""What the columns of :func:`scored_columns` are selected from."""

_WINDOW = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredColumn:
    """One column of a scored table.

    Parameters
    ----------
    name : str
        Its name in the scored table.
    sql : str
        What it is in :data:`JOINED`.
    kind : str
        Its DuckDB type.
    """

    name: str
    sql: str
    kind: str


def scored_columns(export: Export, schema: Mapping[str, str]) -> Iterator[ScoredColumn]:
    r"""Give the columns of the scored table: the input's, then the added ones.

    An input column with the name of an added one becomes ``<name>_input``.

    Parameters
    ----------
    export : Export
        The input.
    schema : mapping
        Names of the added columns, in order, and their DuckDB types.

    Yields
    ------
    ScoredColumn

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from empathy_score.readers import open_export
    >>> with tempfile.TemporaryDirectory() as name:
    ...     file = Path(name, "chat.csv")
    ...     _ = file.write_text("text,score\nSorry!,high\n")
    ...     export = open_export([file], folder=Path(name))
    ...     for column in scored_columns(export, {"score": "DOUBLE"}):
    ...         print(column.name, column.sql, column.kind)
    ...     export.connection.close()
    text i."text" VARCHAR
    score_input i."score" VARCHAR
    score s."score" DOUBLE
    """
    kinds = column_types(export.connection, "input")
    taken = {name.lower() for name in (*export.names, *schema)}
    added = {name.lower() for name in schema}
    for name in export.names:
        new = name
        if name.lower() in added:
            while new.lower() in taken:
                new += "_input"
            taken.add(new.lower())
        yield ScoredColumn(name=new, sql=f"i.{quoted(name)}", kind=kinds[name])
    for name, kind in schema.items():
        yield ScoredColumn(name=name, sql=f"s.{quoted(name)}", kind=kind)


def join_scores(export: Export, schema: Mapping[str, str], out: object) -> None:
    r"""Bring the parts of scores into the database, so that :data:`JOINED` is there.

    Parameters
    ----------
    export : Export
        The input; scores are in the parts of its folder.
    schema : mapping
        Names of the added columns, in order, and their DuckDB types.
    out : object
        What the scored table is written to, for the error.

    Raises
    ------
    InputError
        Two parts score one row.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from empathy_score.readers import open_export
    >>> with tempfile.TemporaryDirectory() as name:
    ...     file = Path(name, "chat.csv")
    ...     _ = file.write_text("text\nSorry!\nOrder number?\n")
    ...     export = open_export([file], folder=Path(name))
    ...     (Path(name) / "parts").mkdir()
    ...     _ = Path(name, "parts", "1.jsonl").write_text('{"__row": 0, "score": 0.5}')
    ...     join_scores(export, {"score": "DOUBLE"}, "scored.csv")
    ...     found = export.connection.execute(f"SELECT text, score FROM {JOINED}")
    ...     print(found.fetchall())
    ...     export.connection.close()
    [('Sorry!', 0.5), ('Order number?', None)]
    """
    _load_scores(export, schema)
    _order_scores(export, out)


def _load_scores(export: Export, schema: Mapping[str, str]) -> None:
    """Fill the table ``scores`` from the parts."""
    kinds = {"__row": "BIGINT", **schema}
    cells = ", ".join(f"{quoted(name)} {kind}" for name, kind in kinds.items())
    export.connection.execute(f"CREATE OR REPLACE TABLE scores ({cells})")
    pairs = (f"{literal(name)}: {literal(kind)}" for name, kind in kinds.items())
    listed = ", ".join(pairs)
    for path in sorted((export.folder / "parts").glob("*.jsonl")):
        export.connection.execute(
            f"INSERT INTO scores SELECT * FROM read_json({file_literal(path)}, "
            f"format = 'newline_delimited', columns = {{{listed}}})"
        )


def _order_scores(export: Export, out: object) -> None:
    """Fill ``ordered`` with one row for each row of ``input``, in its order.

    Window by window: a sort of everything does not fit into memory where texts are
    long, and a join does not promise an order.
    """
    connection = export.connection
    connection.execute("SET threads = 1")  # rows then stay in the order of the tables
    connection.execute(
        "CREATE OR REPLACE TABLE ordered AS "
        "SELECT i.__row AS __at, s.* FROM input AS i, scores AS s LIMIT 0"
    )
    for first in range(0, export.n_rows, _WINDOW):
        window = f"__row BETWEEN {first} AND {first + _WINDOW - 1}"
        connection.execute(
            "INSERT INTO ordered SELECT i.__row, s.* FROM "
            f"(SELECT __row FROM input WHERE {window}) AS i LEFT JOIN "
            f"(SELECT * FROM scores WHERE {window}) AS s "
            "ON i.__row = s.__row ORDER BY i.__row"
        )
    found = connection.execute(
        "SELECT count(*), count(*) FILTER (i.__row IS DISTINCT FROM s.__at) "
        "FROM input AS i POSITIONAL JOIN ordered AS s"
    ).fetchone()
    if found != (export.n_rows, 0):
        raise InputError(
            f"{out}: not written, because rows have more than one score in "
            f"{export.folder / 'parts'}"
        )
