"""Databases by their address: PostgreSQL, SQLite and DuckDB.

PostgreSQL and SQLite are reached through SQLAlchemy, DuckDB through its own
connection. Nothing here shows a password: addresses are named without it, and
without the options after ``?``, which may hold one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast, get_args

import duckdb

from empathy_score.errors import InputError

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

Kind = Literal["postgresql", "sqlite", "duckdb"]

DATABASE_URLS = "postgresql://USER@HOST/DATABASE, sqlite:///FILE, duckdb:///FILE"
"""How addresses are written."""

_KINDS: dict[str, Kind] = {
    **{kind: kind for kind in get_args(Kind)},
    "postgres": "postgresql",
    "postgresql+psycopg": "postgresql",
}
_DRIVERS = {"postgresql": "postgresql+psycopg", "sqlite": "sqlite"}
_POSTGRES_OPTIONS = {"connect_timeout": "10", "application_name": "empathy-score"}
_POSTGRES_ENCODING = {"client_encoding": "utf8"}
_OWN_ERRORS = (sqlite3.Error, sqlite3.Warning, duckdb.Error)
_EXTRA = "pip install 'empathy-score[sql]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """One database.

    Parameters
    ----------
    kind : {"postgresql", "sqlite", "duckdb"}
        Which of the three.
    name : str
        Its address without password and options, for messages.
    url : sqlalchemy.URL
        Its whole address; not shown.
    """

    kind: Kind
    name: str
    url: URL = field(repr=False)

    @property
    def file(self) -> Path:
        """The file of a SQLite or DuckDB database."""
        # DuckDB takes some relative names, such as md:calls, for other databases.
        return Path(self.url.database or "").absolute()


def database_at(address: str) -> Database:
    """Read the address of a database.

    Parameters
    ----------
    address : str
        As in :data:`DATABASE_URLS`; a PostgreSQL address may go on with a
        password, a port and libpq's options.

    Returns
    -------
    Database

    Raises
    ------
    InputError
        No such address, another kind of database, or the drivers are missing.
        The text never shows the address, which may hold a password.

    Examples
    --------
    >>> found = database_at("postgresql://ann:secret@db.example/calls?sslmode=require")
    >>> found.name
    'postgresql://ann@db.example/calls'
    >>> "secret" in repr(found)
    False
    """
    for module in ("sqlalchemy", "psycopg"):
        if find_spec(module) is None:
            raise InputError(f"databases need {module}, not installed here; {_EXTRA}")
    from sqlalchemy import URL, make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        # Not "from error": its text may hold a piece of the password.
        raise InputError(
            f"the address of the database cannot be read; write {DATABASE_URLS}, and "
            "signs such as @ : / in a password as %40 %3A %2F"
        ) from None
    kind = _KINDS.get(url.drivername)
    if kind is None:
        raise InputError(
            f"{url.drivername.partition('+')[0]!r} is no database that can be used "
            f"here; write {DATABASE_URLS}"
        )
    if "@" in (url.host or ""):
        raise InputError(
            "the password in the address of the database holds @; write it as %40"
        )
    name = URL.create(kind, url.username, None, url.host, url.port, url.database)
    found = Database(kind=kind, name=name.render_as_string(), url=url)
    if kind != "postgresql":
        _check_file(found)
    return found


def _check_file(database: Database) -> None:
    if database.url.database in {None, "", ":memory:"} or database.url.host:
        raise InputError(
            f"a {database.kind} address names a file: {database.kind}:///FILE, with "
            f"four slashes before an absolute path"
        )
    if database.url.query:
        raise InputError(f"{database.name}: takes no options after ?")


def check_exists(database: Database) -> None:
    """Raise InputError where the file of a database to read does not exist.

    Examples
    --------
    >>> check_exists(database_at("sqlite:///no-such-file.db"))
    Traceback (most recent call last):
    empathy_score.errors.InputError: sqlite:///no-such-file.db: there is no such file
    """
    if database.kind != "postgresql" and not database.file.is_file():
        raise InputError(f"{database.name}: there is no such file")


@contextmanager
def database_errors(database: Database, doing: str) -> Iterator[None]:
    """Turn what a driver raises into one InputError, without the password.

    Parameters
    ----------
    database : Database
        Which database.
    doing : str
        What failed, ``"the query failed"`` for instance.

    Examples
    --------
    >>> with database_errors(database_at("duckdb:///a.duckdb"), "the query failed"):
    ...     raise duckdb.Error("Catalog Error: no such table" + chr(10) + "LINE 1")
    Traceback (most recent call last):
    empathy_score.errors.InputError: duckdb:///a.duckdb: the query failed: \
Catalog Error: no such table
    """
    from psycopg import Error as PostgresError
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (SQLAlchemyError, PostgresError, *_OWN_ERRORS) as error:
        said = str(getattr(error, "orig", None) or error).strip()
        # Further lines may quote rows.
        reason = said.splitlines()[0] if said else type(error).__name__
        if secret := database.url.password:
            reason = reason.replace(str(secret), "***")
        # Not "from error", which could show what the reason hides.
        raise InputError(f"{database.name}: {doing}: {reason}") from None


@contextmanager
def transaction(database: Database, *, write: bool) -> Iterator[Connection]:
    """Open a PostgreSQL or SQLite database for one transaction.

    It is committed at the end and rolled back on any failure. One for reading can
    change nothing.

    Parameters
    ----------
    database : Database
        Not DuckDB.
    write : bool
        Whether the transaction may change the database.

    Yields
    ------
    sqlalchemy.Connection

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     database = database_at(f"sqlite:///{name}/a.db")
    ...     with transaction(database, write=True) as connection:
    ...         connection.exec_driver_sql("CREATE TABLE one (a TEXT)").rowcount
    -1
    """
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import NullPool

    url = database.url.set(drivername=_DRIVERS[database.kind])
    if database.kind == "postgresql":
        url = url.set(query={**_POSTGRES_OPTIONS, **url.query, **_POSTGRES_ENCODING})
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=NullPool,
    )
    if database.kind == "sqlite":
        # Python's sqlite3 opens transactions itself, and not before CREATE TABLE.
        event.listen(engine, "connect", _own_transactions)
        begin = "BEGIN IMMEDIATE" if write else "BEGIN"
        event.listen(engine, "begin", lambda opened: opened.exec_driver_sql(begin))
    with engine.connect() as connection:
        if database.kind == "postgresql" and not write:
            connection.execution_options(postgresql_readonly=True)
        if database.kind == "sqlite" and not write:
            own = cast(sqlite3.Connection, connection.connection.driver_connection)
            own.execute("PRAGMA query_only = ON")
        with connection.begin():
            yield connection


def _own_transactions(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    # Bytes that are no text go on as surrogates, as in files.
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
