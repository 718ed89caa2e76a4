"""Scored tables into a database: PostgreSQL, SQLite or DuckDB, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import duckdb

from empathy_score.errors import InputError
from empathy_score.joined_scores import (
    JOINED,
    ScoredColumn,
    join_scores,
    scored_columns,
)
from empathy_score.readers.databases import (
    database_errors,
    transaction,
)
from empathy_score.readers.sql import fetched, interruptible, literal, quoted, run
from empathy_score.readers.table import Export
from empathy_score.sql_target import (
    ATTACHED,
    Target,
    TargetTable,
    check_free,
    own_names,
    table_statements,
    target_table,
)
from empathy_score.sql_types import cell_sql

if TYPE_CHECKING:
    from psycopg import Connection as PostgresConnection
    from sqlalchemy import Connection

_Rows: TypeAlias = "list[tuple[Any, ...]]"

_AS_IT_IS = {"no_parameters": True}  # a percent sign in a name is one


def check_target(target: Target) -> None:
    """Raise unless the table can be written, so that nobody waits in vain.

    Parameters
    ----------
    target : Target

    Raises
    ------
    InputError
        No such database, no such folder for it, the table is there already, or its
        name cannot be one.

    Examples
    --------
    >>> check_target(Target(url="sqlite:///no-such-folder/a.db", table="scored"))
    Traceback (most recent call last):
    empathy_score.errors.InputError: sqlite:///no-such-folder/a.db: there is no such \
folder; create it first
    """
    table = target_table(target)
    database = table.database
    if database.kind != "postgresql" and not database.file.exists():
        return
    with database_errors(database, "cannot be written to"):
        if database.kind == "duckdb":
            with duckdb.connect(str(database.file), read_only=True) as own:
                found = own.execute("SELECT current_database()").fetchone()
                known = _duckdb_columns(own, str(found and found[0]), table)
        else:
            with transaction(database, write=False) as connection:
                known = _known_columns(connection, table)
    check_free(table, known)


def write_table(export: Export, target: Target, schema: Mapping[str, str]) -> int:
    r"""Join the input and the parts, and write a table whole or not at all.

    Columns are those of :func:`~.writers.write_scored`. Lists, structs and JSON
    become JSONB in PostgreSQL and JSON text in SQLite. All happens in one
    transaction: before its end, and after any failure, others see the table as it
    was. A text with the character NUL, which PostgreSQL cannot hold, has U+FFFD
    in its place there. SQLite has no NaN: it is null there.

    Parameters
    ----------
    export : Export
        The input; scores are in the parts of its folder.
    target : Target
        The table.
    schema : mapping
        Names of the added columns, in order, and their DuckDB types.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    InputError
        The table exists and ``if_exists`` is ``"fail"``, it lacks a column, or the
        database refuses it or a row.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from empathy_score.readers import open_export
    >>> from empathy_score.writers import add_scores
    >>> with tempfile.TemporaryDirectory() as name:
    ...     file = Path(name, "chat.csv")
    ...     _ = file.write_text("text\nSorry!\n")
    ...     export = open_export([file], folder=Path(name))
    ...     add_scores(export.folder, "0001", [{"__row": 0, "score": 0.5}])
    ...     target = Target(url=f"duckdb:///{name}/calls.duckdb", table="scored")
    ...     print(write_table(export, target, {"score": "DOUBLE"}))
    ...     export.connection.close()
    ...     with duckdb.connect(f"{name}/calls.duckdb") as own:
    ...         print(own.execute("FROM scored").fetchall())
    1
    [('Sorry!', 0.5)]
    """
    table = target_table(target)
    database = table.database
    with (
        database_errors(database, f"the table {table.name} could not be written"),
        interruptible(),
    ):
        join_scores(export, schema, target.table)
        columns = own_names(database, scored_columns(export, schema))
        cells = (cell_sql(database.kind, one.sql, one.kind) for one in columns)
        rows = f"SELECT {', '.join(cells)} FROM {JOINED}"
        if database.kind == "duckdb":
            _write_duckdb(export.connection, table, columns, rows)
            return export.n_rows
        with transaction(database, write=True) as connection:
            known = _known_columns(connection, table)
            for statement in table_statements(table, columns, known):
                connection.exec_driver_sql(statement, execution_options=_AS_IT_IS)
            run(export.connection, rows)
            chunks = iter(lambda: fetched(export.connection), [])
            fill = _copy if database.kind == "postgresql" else _insert
            fill(connection, f"{table.sql} ({_listed(columns)})", chunks)
    return export.n_rows


def _listed(columns: Iterable[ScoredColumn]) -> str:
    return ", ".join(quoted(column.name) for column in columns)


def _known_columns(connection: Connection, table: TargetTable) -> list[str] | None:
    """Name the columns of a table of PostgreSQL or SQLite; None without a table."""
    query = "SELECT name FROM pragma_table_info(?)"
    given = table.name
    if table.database.kind == "postgresql":
        _check_schema(connection, table)
        query = (
            "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) "
            "AND attnum > 0 AND NOT attisdropped"
        )
        given = table.sql
    found = connection.exec_driver_sql(query, (given,)).scalars()
    return [str(name) for name in found] or None


def _check_schema(connection: Connection, table: TargetTable) -> None:
    if table.schema is None:
        return
    query = "SELECT count(*) FROM pg_namespace WHERE nspname = %s"
    if not connection.exec_driver_sql(query, (table.schema,)).scalar():
        raise InputError(
            f"{table.database.name}: there is no schema {table.schema!r}; create it "
            "first"
        )


def _copy(connection: Connection, into: str, chunks: Iterable[_Rows]) -> None:
    own = cast("PostgresConnection[Any]", connection.connection.driver_connection)
    with (
        own.cursor() as cursor,
        cursor.copy(f"COPY {into} FROM STDIN".encode()) as copy,
    ):
        for row in chain.from_iterable(chunks):
            copy.write_row(row)


def _insert(connection: Connection, into: str, chunks: Iterable[_Rows]) -> None:
    for rows in chunks:
        marks = ", ".join("?" * len(rows[0]))
        connection.exec_driver_sql(f"INSERT INTO {into} VALUES ({marks})", rows)


def _duckdb_columns(
    connection: duckdb.DuckDBPyConnection, catalog: str, table: TargetTable
) -> list[str] | None:
    """Name the columns of a table of DuckDB; None without a table."""
    schema = table.schema or "main"
    found = connection.execute(
        "SELECT count(*) FROM information_schema.schemata WHERE catalog_name = ? "
        "AND lower(schema_name) = lower(?)",
        [catalog, schema],
    ).fetchone()
    if found == (0,):
        raise InputError(
            f"{table.database.name}: there is no schema {schema!r}; create it first"
        )
    rows = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_catalog = ? "
        "AND lower(table_schema) = lower(?) AND lower(table_name) = lower(?)",
        [catalog, schema, table.name],
    ).fetchall()
    return [str(row[0]) for row in rows] or None


def _write_duckdb(
    connection: duckdb.DuckDBPyConnection,
    table: TargetTable,
    columns: Sequence[ScoredColumn],
    rows: str,
) -> None:
    """Let DuckDB carry the rows from its scratch database into the other."""
    file = literal(str(table.database.file))
    connection.execute(f"ATTACH {file} AS {ATTACHED} (TYPE duckdb)")
    # The scratch database does without compression; the other should not.
    connection.execute("PRAGMA force_compression = 'auto'")
    try:
        connection.execute("BEGIN")
        try:
            known = _duckdb_columns(connection, ATTACHED, table)
            for statement in table_statements(table, columns, known):
                connection.execute(statement)
            run(connection, f"INSERT INTO {table.sql} ({_listed(columns)}) {rows}")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
    finally:
        connection.execute(f"DETACH {ATTACHED}")
