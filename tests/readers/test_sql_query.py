import json
import sqlite3
import subprocess
import sys
import traceback
from contextlib import closing

import duckdb
import psycopg
import pytest

from empathy_score.errors import InputError
from empathy_score.readers import Query, conversations, open_export
from empathy_score.readers.databases import database_at
from empathy_score.readers.sql_query import query_part

CHATS = [
    (7, "customer", "My lamp came broken; again!"),
    (7, "agent", 'I\'m so sorry it came "broken" again. 😢'),
    (8, "agent", "Order\nnumber?"),
]


def sqlite_with(path, *statements):
    with closing(sqlite3.connect(path)) as own, own:
        for statement in statements:
            own.execute(statement)
    return f"sqlite:///{path}"


def duckdb_with(path, *statements):
    with duckdb.connect(str(path)) as own:
        for statement in statements:
            own.execute(statement)
    return f"duckdb:///{path}"


def postgresql_with(url, *statements):
    with psycopg.connect(url) as own:
        for statement in statements:
            own.execute(statement)
    return url


@pytest.fixture(params=["sqlite", "duckdb", "postgresql"])
def database(request, tmp_path):
    """A function: the address of a real database after some statements."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql")
        return lambda *statements: postgresql_with(url, *statements)
    if request.param == "sqlite":
        return lambda *statements: sqlite_with(tmp_path / "calls.db", *statements)
    return lambda *statements: duckdb_with(tmp_path / "calls.duckdb", *statements)


@pytest.fixture
def chats(database):
    rows = ", ".join(
        f"({number}, '{role}', '{text.replace(chr(39), chr(39) * 2)}')"
        for number, role, text in CHATS
    )
    return database(
        "CREATE TABLE chats (ticket_id INTEGER, sender VARCHAR(20), body TEXT)",
        f"INSERT INTO chats VALUES {rows}",
    )


@pytest.fixture
def rows_of(tmp_path):
    """A function: the rows of a query as they come into DuckDB, and the part."""
    numbers = iter(range(100))

    def run(url, text):
        part = query_part(Query(url=url, text=text), tmp_path / f"p-{next(numbers)}")
        with duckdb.connect() as own:
            found = own.execute(f"SELECT * FROM {part.source}")
            names = [column[0] for column in found.description]
            rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        return rows, part

    return run


def test_a_query_is_read_as_a_file_is(chats, tmp_path):
    query = Query(url=chats, text="SELECT * FROM chats ORDER BY ticket_id DESC, sender")
    export = open_export([query], folder=tmp_path)
    with closing(export.connection):
        said = [turn for batch in conversations(export) for turn in batch]
    assert [(turn.conversation, turn.role, turn.text) for turn in said] == [
        ("8", "agent", CHATS[2][2]),
        ("7", "agent", CHATS[1][2]),
        ("7", "customer", CHATS[0][2]),
    ]
    assert export.names == ("ticket_id", "sender", "body")


def test_a_query_and_a_file_go_together(chats, tmp_path):
    file = tmp_path / "more.csv"
    file.write_text("body,sender\nHello,agent\n,agent\n")
    query = Query(url=chats, text="SELECT * FROM chats WHERE ticket_id = 8")
    export = open_export([query, file], folder=tmp_path)
    with closing(export.connection):
        rows = export.connection.execute("SELECT __line, body FROM input").fetchall()
    assert rows == [(1, "Order\nnumber?"), (2, "Hello")]
    assert [(one.file, one.line) for one in export.rejects] == [(str(file), 3)]


def test_a_row_without_text_is_set_aside_by_its_number(chats, tmp_path):
    text = (
        "SELECT ticket_id, CASE WHEN ticket_id = 8 THEN '  ' ELSE body END AS text "
        "FROM chats ORDER BY ticket_id"
    )
    export = open_export([Query(url=chats, text=text)], folder=tmp_path)
    export.connection.close()
    [one] = export.rejects
    assert (one.file, one.line, one.reason) == (
        database_at(chats).name,
        3,
        "empty text",
    )
    assert export.n_rows == 2


def test_columns_of_one_name_are_numbered_as_in_a_csv_header(chats, rows_of):
    text = 'SELECT a.ticket_id, b.ticket_id, 1 AS x, 2 AS "X" FROM chats a, chats b'
    rows, part = rows_of(chats, f"{text} WHERE a.ticket_id = 8 AND b.ticket_id = 8")
    assert list(part.types) == ["ticket_id", "ticket_id_2", "x", "X_2"]
    assert rows == [{"__line": 1, "ticket_id": 8, "ticket_id_2": 8, "x": 1, "X_2": 2}]


def test_signs_that_drivers_replace_are_left_alone(chats, rows_of):
    text = "SELECT '100% :name %s ? \\d' AS body -- the end; \n ;"
    assert rows_of(chats, text)[0] == [{"__line": 1, "body": "100% :name %s ? \\d"}]


def test_no_rows_is_said(chats, tmp_path):
    query = Query(url=chats, text="SELECT body FROM chats WHERE ticket_id > 9")
    with pytest.raises(InputError, match=r"calls|test_.*: holds no rows"):
        open_export([query], folder=tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT nothing FROM chats", "nothing"),
        ("SELECT * FROM nowhere", "nowhere"),
        ("SELEC body FROM chats", "SELEC"),
        (" \n", "empty"),
        ("SELECT '\udce9'", "no text"),
        ("SELECT 1; SELECT 2", "statement|multiple commands"),
    ],
)
def test_a_query_that_fails_is_one_clear_error(chats, rows_of, text, said):
    with pytest.raises(InputError, match=said) as failed:
        rows_of(chats, text)
    assert str(failed.value).startswith(database_at(chats).name)
    assert "\n" not in str(failed.value)


@pytest.mark.parametrize(
    "text", ["DELETE FROM chats", "DROP TABLE chats", "CREATE TABLE more (a INTEGER)"]
)
def test_a_query_cannot_change_the_database(chats, rows_of, text):
    with pytest.raises(InputError):
        rows_of(chats, text)
    [row] = rows_of(chats, "SELECT count(*) AS n FROM chats")[0]
    assert row["n"] == 3


def test_a_function_of_postgresql_cannot_change_the_database(postgresql, rows_of):
    postgresql_with(
        postgresql,
        "CREATE TABLE chats (body TEXT)",
        "CREATE FUNCTION sly() RETURNS int LANGUAGE sql "
        "AS 'INSERT INTO chats VALUES (''x'') RETURNING 1'",
    )
    with pytest.raises(InputError, match="read-only transaction"):
        rows_of(postgresql, "SELECT sly()")


def test_types_of_postgresql(postgresql, rows_of):
    text = """SELECT 1::smallint AS small, 9223372036854775807 AS big,
        12345678901234567890::numeric AS huge, 1.50::numeric(9,2) AS price,
        0.1234567890123456789::numeric AS exact, 5::numeric AS whole,
        0.1::real AS real, 'NaN'::float8 AS nan, '-Infinity'::float8 AS least,
        true AS yes, NULL::text AS nothing, 'é😢'::varchar AS said,
        '2024-03-01 10:00:00.25+02'::timestamptz AS at,
        '2024-03-01 10:00:00'::timestamp AS local, '2024-03-01'::date AS day,
        'infinity'::timestamptz AS forever, '0044-03-15 BC'::date AS ides,
        interval '1 day 2 hours' AS lasting, '10:00'::time AS clock,
        'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid AS uid,
        '{"a": [1, "NaN", null]}'::jsonb AS doc, '"word"'::json AS word,
        ARRAY[1.5, 2] AS numbers, ARRAY['a', NULL] AS words,
        '127.0.0.1'::inet AS ip, int4range(1, 5) AS span"""
    [row], part = rows_of(postgresql, text)
    assert json.loads(row.pop("doc")) == {"a": [1, "NaN", None]}
    assert json.loads(row.pop("numbers")) == [1.5, 2]
    assert json.loads(row.pop("words")) == ["a", None]
    assert row.pop("nan") != 0
    assert row == {
        "__line": 1,
        "small": 1,
        "big": 9223372036854775807,
        "huge": "12345678901234567890",
        "price": 1.5,
        "exact": "0.1234567890123456789",
        "whole": 5,
        "real": 0.1,
        "least": float("-inf"),
        "yes": True,
        "nothing": None,
        "said": "é😢",
        "at": "2024-03-01T08:00:00.25+00:00",
        "local": "2024-03-01T10:00:00",
        "day": "2024-03-01",
        "forever": "infinity",
        "ides": "0044-03-15 BC",
        "lasting": "1 day 02:00:00",
        "clock": "10:00:00",
        "uid": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "word": "word",
        "ip": "127.0.0.1",
        "span": "[1, 5)",
    }
    assert part.types["nan"] == part.types["least"] == "DOUBLE"
    assert part.types["small"] == part.types["whole"] == "BIGINT"  # 5, and not 5.0
    assert part.types["nothing"] is None


def test_types_of_duckdb(tmp_path, rows_of):
    text = """SELECT 1::UTINYINT AS small, 170141183460469231731687303715884105727
        AS huge, 1.50::DECIMAL(9,2) AS price, 'nan'::DOUBLE AS nan, true AS yes,
        NULL AS nothing, TIMESTAMPTZ '2024-03-01 10:00:00.25+02' AS at,
        TIMESTAMP '2024-03-01 10:00:00' AS local, DATE '2024-03-01' AS day,
        'infinity'::TIMESTAMP AS forever, INTERVAL 1 DAY AS lasting,
        'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID AS uid,
        '{"a": [1]}'::JSON AS doc, {'a': [1.5, NULL]} AS struct, MAP {'k': 1} AS map,
        ['a', NULL] AS words, 'x'::ENUM ('x', 'y') AS choice"""
    [row], part = rows_of(duckdb_with(tmp_path / "a.duckdb", "SELECT 1"), text)
    nested = {name: json.loads(row.pop(name)) for name in ("doc", "struct", "words")}
    assert nested == {
        "doc": {"a": [1]},
        "struct": {"a": [1.5, None]},
        "words": ["a", None],
    }
    assert json.loads(row.pop("map")) == {"k": 1}
    assert row.pop("nan") != 0
    assert row == {
        "__line": 1,
        "small": 1,
        "huge": "170141183460469231731687303715884105727",
        "price": 1.5,
        "yes": True,
        "nothing": None,
        "at": "2024-03-01T08:00:00.25+00:00",
        "local": "2024-03-01T10:00:00",
        "day": "2024-03-01",
        "forever": "infinity",
        "lasting": "1 day",
        "uid": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "choice": "x",
    }
    assert part.types["nan"] == "DOUBLE"


def test_a_column_of_sqlite_may_hold_values_of_many_types(tmp_path, rows_of):
    url = sqlite_with(
        tmp_path / "a.db",
        "CREATE TABLE t (v)",
        "INSERT INTO t VALUES (NULL), (1), (2.5), ('x'), ('a' || char(0) || 'b')",
    )
    rows, part = rows_of(url, "SELECT v FROM t")
    found = [row["v"] and json.loads(row["v"]) for row in rows]
    assert found == [None, 1, 2.5, "x", "a\0b"]
    assert part.types == {"v": "JSON"}


def test_rows_with_bytes_are_set_aside(tmp_path, rows_of):
    url = sqlite_with(
        tmp_path / "a.db",
        "CREATE TABLE t (v)",
        "INSERT INTO t VALUES ('fine'), (x'00ff'), (CAST(x'636166e9' AS TEXT))",
    )
    rows, part = rows_of(url, "SELECT v FROM t")
    assert [row["v"] for row in rows] == ["fine"]
    assert [(one.line, one.reason, one.raw) for one in part.rejects] == [
        (
            2,
            "column 'v' holds bytes; make them text in the query, or leave them out",
            '{"v": "0x00ff"}',
        ),
        (3, "holds bytes that are no text in UTF-8", '{"v": "caf�"}'),
    ]


def test_bytea_is_set_aside(postgresql, rows_of):
    rows, part = rows_of(postgresql, r"SELECT '\x00ff'::bytea AS v")
    assert rows == []
    assert part.rejects[0].raw == '{"v": "0x00ff"}'


def test_a_row_that_is_too_long_is_set_aside(database, rows_of):
    url = database("CREATE TABLE t (v TEXT)")
    if url.startswith("sqlite"):
        text = "SELECT replace(hex(zeroblob(2000001)), '0', 'x') AS v UNION SELECT 'hi'"
    else:
        text = "SELECT repeat('x', 4000001) AS v UNION ALL SELECT 'hi'"
    rows, part = rows_of(url, text)
    assert [row["v"] for row in rows] == ["hi"]
    [one] = part.rejects
    assert one.reason == "is longer than 4,000,000 characters"
    assert len(one.raw) == 1_000


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_database_to_read_must_exist(tmp_path, kind, rows_of):
    with pytest.raises(InputError, match=r"gone\.db: there is no such file"):
        rows_of(f"{kind}:///{tmp_path}/gone.db", "SELECT 1")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_file_that_is_no_database_is_said(tmp_path, kind, rows_of):
    (tmp_path / "a.db").write_text("id,text\n" * 1000)
    with pytest.raises(
        InputError, match=r"a\.db: the query failed: .*not a .*database"
    ):
        rows_of(f"{kind}:///{tmp_path}/a.db", "SELECT * FROM t")


@pytest.mark.parametrize(
    "url",
    [
        "mysql://ann:secret@db/calls",
        "postgresql://ann:s@ecret@db/calls",
        "postgresql://ann:secret/calls",
        "postgresql:ann:secret",
        "sqlite://ann:secret@db/calls",
        "sqlite:///:memory:",
        "sqlite:///a.db?key=secret",
        "duckdb://",
        "secret",
    ],
)
def test_a_wrong_address_is_refused_without_being_shown(url):
    with pytest.raises(InputError) as failed:
        database_at(url)
    shown = "".join(traceback.format_exception(failed.value, chain=True))
    text = str(failed.value)
    assert "ecret" not in text
    assert "ecret" not in shown.replace(f'"{url}"', "")


def test_a_password_is_nowhere(postgresql, tmp_path, rows_of):
    query = Query(url=postgresql, text="SELECT ' ' AS text UNION ALL SELECT 'Hi'")
    export = open_export([query], folder=tmp_path)
    with closing(export.connection):
        rows = export.connection.execute("SELECT * FROM input").fetchall()
    failures = []
    wrong = postgresql.replace("se%2Fcret%401", "wr%2Fong%401")
    for url, text in [(postgresql, "SELECT x"), (wrong, "SELECT 1")]:
        with pytest.raises(InputError, match=r"postgresql://ann@127") as failed:
            rows_of(url, text)
        failures += traceback.format_exception(failed.value, chain=True)
    shown = repr((query, export.rejects, rows, failures))
    for secret in ("se/cret", "se%2Fcret", "wr/ong", "wr%2Fong"):
        assert secret not in shown
    assert export.rejects[0].file.startswith("postgresql://ann@127.0.0.1:")
    assert "password authentication failed" in shown


def test_text_in_no_encoding_is_one_clear_error(postgresql_server, rows_of):
    with psycopg.connect(f"{postgresql_server}/postgres", autocommit=True) as server:
        server.execute("CREATE DATABASE bare ENCODING SQL_ASCII TEMPLATE template0")
        try:
            with pytest.raises(InputError, match="invalid byte sequence"):
                rows_of(f"{postgresql_server}/bare", r"SELECT E'caf\351' AS v")
        finally:
            server.execute("DROP DATABASE bare WITH (FORCE)")


@pytest.mark.parametrize("driver", ["sqlalchemy", "psycopg"])
def test_a_missing_driver_is_named_with_what_installs_it(monkeypatch, driver):
    monkeypatch.setitem(sys.modules, driver, None)
    with pytest.raises(InputError, match=rf"need {driver}, .*pip install '.*\[sql\]'"):
        database_at("sqlite:///a.db")


def test_no_server_is_one_clear_error(rows_of):
    with pytest.raises(InputError, match=r"postgresql://ann@127\.0\.0\.1:1/calls: "):
        rows_of("postgresql://ann:secret@127.0.0.1:1/calls", "SELECT 1")


STREAM = """
import resource, sys
from pathlib import Path
from empathy_score.readers import Query
from empathy_score.readers.sql_query import query_part

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

url, few, many, file = sys.argv[1:]
query_part(Query(url=url, text=few), Path(file))
before = peak()
part = query_part(Query(url=url, text=many), Path(file))
print(part.n_rows, Path(file).stat().st_size, peak() - before)
"""

SERIES = {
    "postgresql": "generate_series(1, {n}) AS t(i)",
    "duckdb": "range({n}) AS t(i)",
    "sqlite": "(WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s "
    "WHERE i < {n}) SELECT i FROM s)",
}


@pytest.mark.slow
def test_memory_does_not_grow_with_the_rows(database, tmp_path):
    url = database("CREATE TABLE t (v TEXT)")
    series = SERIES[url.partition(":")[0]]
    thousand = "'" + "x" * 1_000 + "'"
    few, many = (
        f"SELECT i, {thousand} || i AS text FROM {series.format(n=n)}"
        for n in (2_000, 200_000)
    )
    words = [sys.executable, "-c", STREAM, url, few, many, tmp_path / "part"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    n_rows, n_bytes, grown = map(int, done.stdout.split())
    assert n_rows == 200_000
    assert n_bytes > 200_000_000
    assert grown < 60, f"{grown} MB more for 200 MB"


def test_a_database_of_another_kind_is_named_with_those_that_can_be_read():
    with pytest.raises(InputError, match=r"'mysql' is no database .*postgresql://"):
        database_at("mysql+pymysql://ann:secret@db/calls")
