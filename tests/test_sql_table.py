import json
import math
import signal
import sqlite3
import subprocess
import sys
import time
import traceback
from contextlib import closing

import duckdb
import polars as pl
import psycopg
import pytest

from empathy_score import sql_table
from empathy_score.errors import InputError
from empathy_score.readers import Query, open_export
from empathy_score.sql_table import check_target, write_table
from empathy_score.sql_target import Target
from empathy_score.writers import add_scores

SCHEMA = {
    "score": "DOUBLE",
    "level": "BIGINT",
    "interrupted": "BOOLEAN",
    "cues": 'STRUCT("label" VARCHAR, "start" BIGINT, "text" VARCHAR)[]',
}
CUE = {"label": "apology", "start": 0, "text": 'so "sorry" 😢'}
SCORES = [
    {"__row": 1, "score": 1 / 3, "level": 2, "interrupted": None, "cues": [CUE]},
    {"__row": 0, "score": None, "level": None, "interrupted": True, "cues": []},
]
CHATS = 'id,text,score\n7,"So ""sorry"" 😢, \\t\n\\N",high\n8,\\N,\n'
COLUMNS = ["id", "text", "score_input", "score", "level", "interrupted", "cues"]
SHARED = ["sqlite", "postgresql"]  # DuckDB lets nobody else open what is written
TEXTS = ['So "sorry" 😢, \\t\n\\N', "\\N"]


@pytest.fixture(params=["sqlite", "duckdb", "postgresql"])
def url(request, tmp_path):
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql")
    return f"{request.param}:///{tmp_path}/calls.db"


@pytest.fixture
def opened(tmp_path):
    exports = []

    def _open(source):
        if isinstance(source, str):
            (tmp_path / "chat.csv").write_text(source, encoding="utf-8")
            source = tmp_path / "chat.csv"
        folder = tmp_path / f"scratch-{len(exports)}"
        folder.mkdir()
        exports.append(open_export([source], folder=folder))
        return exports[-1]

    yield _open
    for export in exports:
        export.connection.close()


@pytest.fixture
def scored(opened):
    export = opened(CHATS)
    add_scores(export.folder, "p", SCORES)
    return export


def ask(url, *statements):
    """Run statements in a connection of their own; the rows of the last."""
    path = url.partition(":///")[2]
    if url.startswith("postgresql"):
        with psycopg.connect(url) as own:
            for statement in statements:
                cursor = own.execute(statement)
            return cursor.fetchall() if cursor.description else None
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(path)) as own, own:
            for statement in statements:
                cursor = own.execute(statement)
            return cursor.fetchall()
    with duckdb.connect(path) as own:
        for statement in statements:
            own.execute(statement)
        return own.fetchall()


def names_of(url, table):
    if url.startswith("sqlite"):
        return [row[1] for row in ask(url, f"PRAGMA table_info({table})")]
    rows = ask(
        url,
        "SELECT column_name FROM information_schema.columns "
        f"WHERE table_name = '{table}' ORDER BY ordinal_position",
    )
    return [row[0] for row in rows]


def is_there(url, table="scored"):
    return names_of(url, table) != []


def test_input_columns_stay_and_scores_follow_in_input_order(scored, url):
    assert write_table(scored, Target(url=url, table="scored"), SCHEMA) == 2
    assert names_of(url, "scored") == COLUMNS
    first, second = ask(url, "SELECT * FROM scored")
    assert first[:3] == ("7", TEXTS[0], "high")
    assert (first[3], first[4]) == (None, None)
    assert first[5] in (True, 1)
    assert second == ("8", "\\N", None, 1 / 3, 2, None, second[6])
    cues = [json.loads(c) if isinstance(c, str) else c for c in (first[6], second[6])]
    assert cues == [[], [CUE]]


def test_types_are_the_databases_own(scored, url):
    write_table(scored, Target(url=url, table="scored"), SCHEMA)
    if url.startswith("sqlite"):
        found = [row[2] for row in ask(url, "PRAGMA table_info(scored)")][3:]
        assert found == ["REAL", "INTEGER", "BOOLEAN", "TEXT"]
        assert ask(url, "SELECT cues ->> '$[0].label' FROM scored")[1] == ("apology",)
        return
    [kinds] = ask(
        url,
        "SELECT string_agg(lower(data_type), '|' ORDER BY ordinal_position) "
        "FROM information_schema.columns WHERE table_name = 'scored'",
    )
    nested = "jsonb" if url.startswith("postgresql") else "struct("
    numbers = "double precision" if url.startswith("postgresql") else "double"
    assert f"{numbers}|bigint|boolean|{nested}" in kinds[0]


def test_a_table_that_is_there_is_not_touched(scored, url):
    target = Target(url=url, table="scored")
    ask(url, "CREATE TABLE scored (a INTEGER)", "INSERT INTO scored VALUES (1)")
    for write in (check_target, lambda target: write_table(scored, target, SCHEMA)):
        with pytest.raises(InputError, match="there is a table scored already; say"):
            write(target)
    assert ask(url, "SELECT * FROM scored") == [(1,)]


def test_a_table_is_replaced_where_that_is_asked_for(scored, url):
    ask(url, "CREATE TABLE scored (a INTEGER)", "INSERT INTO scored VALUES (1)")
    target = Target(url=url, table="scored", if_exists="replace")
    check_target(target)
    write_table(scored, target, SCHEMA)
    assert names_of(url, "scored") == COLUMNS
    assert ask(url, "SELECT count(*) FROM scored") == [(2,)]


def test_rows_are_appended_by_the_names_of_columns(scored, url):
    ask(
        url,
        "CREATE TABLE scored (score REAL, cues TEXT, more INTEGER DEFAULT 5, id INTEGER"
        ", interrupted BOOLEAN, level INTEGER, score_input TEXT, text TEXT)",
    )
    target = Target(url=url, table="scored", if_exists="append")
    check_target(target)
    write_table(scored, target, SCHEMA)
    write_table(scored, target, SCHEMA)
    rows = ask(url, "SELECT id, more, text FROM scored ORDER BY id")
    assert rows == [(7, 5, TEXTS[0])] * 2 + [(8, 5, "\\N")] * 2


def test_appending_makes_a_table_that_is_not_there(scored, url):
    write_table(scored, Target(url=url, table="s", if_exists="append"), SCHEMA)
    assert ask(url, "SELECT count(*) FROM s") == [(2,)]


def test_appending_to_a_table_without_a_column_is_refused(scored, url):
    ask(url, "CREATE TABLE scored (id INTEGER, text TEXT, score REAL, level INTEGER)")
    target = Target(url=url, table="scored", if_exists="append")
    with pytest.raises(
        InputError, match=r"lacks the columns 'score_input', 'interrupted', 'cues'; add"
    ):
        write_table(scored, target, SCHEMA)
    assert ask(url, "SELECT count(*) FROM scored") == [(0,)]


def test_a_row_that_the_table_refuses_leaves_nothing(opened, url):
    export = opened("id,text\n" + "".join(f"{n},t\n" for n in range(5_000)))
    add_scores(export.folder, "p", [])
    ask(
        url,
        "CREATE TABLE scored (id INTEGER CHECK (id <> 4999), text TEXT, score REAL)",
    )
    target = Target(url=url, table="scored", if_exists="append")
    with pytest.raises(InputError, match=r"scored could not be written: .*") as failed:
        write_table(export, target, {"score": "DOUBLE"})
    assert "\n" not in str(failed.value)
    assert "onstraint" in str(failed.value)
    assert ask(url, "SELECT count(*) FROM scored") == [(0,)]
    # And the export is as it was: the same table elsewhere.
    write_table(export, Target(url=url, table="other"), {"score": "DOUBLE"})
    assert ask(url, "SELECT count(*) FROM other") == [(5_000,)]


def test_names_of_any_kind_are_quoted(opened, url):
    names = ['a "b"', "50% :x %s ?", "SELECT", "ä'; DROP TABLE x; --", "TEXT"]
    header = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    export = opened(f"{header}\n1,2,3,4,Hello\n")
    table = 'sc"or"ed 100% é'
    target = Target(url=url, table='"' + table.replace('"', '""') + '"')
    write_table(export, target, {"score": "DOUBLE"})
    write_table(
        export,
        Target(url=url, table=target.table, if_exists="replace"),
        {"score": "DOUBLE"},
    )
    assert names_of(url, table if "sqlite" not in url else target.table) == [
        *names,
        "score",
    ]


def test_a_schema_is_named_before_a_point(scored, url):
    target = Target(url=url, table="crm.scored")
    if url.startswith("sqlite"):
        with pytest.raises(InputError, match="a SQLite file has no schemas"):
            check_target(target)
        return
    ask(url, "CREATE TABLE scored (a INTEGER)")
    for write in (check_target, lambda target: write_table(scored, target, SCHEMA)):
        with pytest.raises(InputError, match="there is no schema 'crm'; create it"):
            write(target)
    ask(url, "CREATE SCHEMA crm")
    check_target(target)
    write_table(scored, target, SCHEMA)
    assert ask(url, "SELECT count(*) FROM crm.scored") == [(2,)]
    assert ask(url, "SELECT count(*) FROM scored") == [(0,)]


def test_upper_and_lower_case_are_two_tables_in_postgresql_only(scored, url):
    ask(url, 'CREATE TABLE "Scored" (a INTEGER)')
    target = Target(url=url, table="scored")
    if url.startswith("postgresql"):
        write_table(scored, target, SCHEMA)
        assert ask(url, 'SELECT count(*) FROM "Scored"') == [(0,)]
    else:
        with pytest.raises(InputError, match="there is a table scored already"):
            write_table(scored, target, SCHEMA)


def test_long_names_are_cut_by_postgresql_and_must_not_clash(opened, postgresql):
    long = "é" * 40
    export = opened(f"text,{long}\nHi,1\n")
    write_table(export, Target(url=postgresql, table="a"), {"score": "DOUBLE"})
    assert names_of(postgresql, "a") == ["text", "é" * 31, "score"]
    export = opened(f"text,{long}1,{long}2\nHi,1,2\n")
    with pytest.raises(InputError, match=r"'é+2' and another column would both be"):
        write_table(export, Target(url=postgresql, table="b"), {"score": "DOUBLE"})
    assert not is_there(postgresql, "b")
    with pytest.raises(InputError, match="longer than the 63 bytes"):
        check_target(Target(url=postgresql, table=long))


def test_nul_becomes_a_replacement_character_in_postgresql(opened, postgresql):
    export = opened(r"text" + "\n" + "a\0b" + "\n")
    cue = {"label": "\0", "start": 1, "text": r"C:\u0000" + "\0\0"}
    add_scores(export.folder, "p", [{"__row": 0, "score": 0.5, "cues": [cue]}])
    kinds = {"score": "DOUBLE", "cues": SCHEMA["cues"]}
    write_table(export, Target(url=postgresql, table="scored"), kinds)
    [row] = ask(postgresql, "SELECT * FROM scored")
    replaced = {"label": "\ufffd", "start": 1, "text": r"C:\u0000" + "\ufffd\ufffd"}
    assert row == ("a\ufffdb", 0.5, [replaced])


def test_text_that_a_database_cannot_hold_leaves_no_table(opened, postgresql_server):
    url = f"{postgresql_server}/latin"
    options = "ENCODING LATIN1 LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    with psycopg.connect(f"{postgresql_server}/postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE latin {options}")
        try:
            fits, not_so = opened("text\nhé\n"), opened("text\nhé\n😢\n")
            write_table(fits, Target(url=url, table="fits"), {"score": "DOUBLE"})
            target = Target(url=url, table="not_so")
            with pytest.raises(InputError, match="no equivalent in encoding"):
                write_table(not_so, target, {"score": "DOUBLE"})
            assert ask(url, "SELECT convert_to(text, 'UTF8') FROM fits") == [
                ("hé".encode(),)
            ]
            assert not is_there(url, "not_so")
        finally:
            server.execute("DROP DATABASE latin WITH (FORCE)")


def test_types_of_a_parquet_file(tmp_path, url):
    with duckdb.connect() as own:
        own.execute(
            "COPY (SELECT 'Hi' AS text, 1::UTINYINT AS small, 18446744073709551615::"
            "UBIGINT AS big, 12345678901234567890.25::DECIMAL(38,2) AS price, "
            "'nan'::DOUBLE AS nan, '-inf'::FLOAT AS least, true AS yes, "
            "DATE '2024-03-01' AS day, TIME '10:00:01' AS clock, TIMESTAMPTZ "
            "'2024-03-01 10:00:00.25+02' AS at, TIMESTAMP '2024-03-01 10:00:00' "
            "AS local, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID AS uid, "
            r"'\x00\xFF'::BLOB AS raw, [1, 2] AS numbers, MAP {'k': 1} AS map, "
            "INTERVAL 2 DAY AS lasting, 'b'::ENUM ('a', 'b') AS choice, DATE "
            f"'0044-03-15 (BC)' AS ides) TO '{tmp_path}/in.parquet' (FORMAT parquet)"
        )
    folder = tmp_path / "scratch"
    folder.mkdir()
    export = open_export([tmp_path / "in.parquet"], folder=folder)
    with closing(export.connection):
        write_table(export, Target(url=url, table="scored"), {"score": "DOUBLE"})
    shown = {
        name: ask(url, f'SELECT CAST("{name}" AS VARCHAR) FROM scored')[0][0]
        for name in ("small", "big", "yes", "day", "clock", "local", "uid", "choice")
    }
    shown["yes"] = str(shown["yes"])[0]
    assert shown == {
        "small": "1",
        "big": "18446744073709551615",
        "yes": "1" if "sqlite" in url else "t",
        "day": "2024-03-01",
        "clock": "10:00:01",
        "local": "2024-03-01 10:00:00",
        "uid": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "choice": "b",
    }
    [[raw]] = ask(url, "SELECT raw FROM scored")
    assert bytes(raw) == b"\x00\xff"
    [[nan, least]] = ask(url, "SELECT nan, least FROM scored")
    assert nan is None if "sqlite" in url else math.isnan(nan)
    assert least == -math.inf
    [[price]] = ask(url, "SELECT price FROM scored")
    assert float(price) == pytest.approx(12345678901234567890.25, rel=1e-14)
    at = "SELECT CAST(at AS VARCHAR) FROM scored"
    if url.startswith("postgresql"):
        at = "SELECT at AT TIME ZONE 'UTC' || '+00' FROM scored"
        [[ides]] = ask(url, "SELECT ides::text FROM scored")
        assert ides == "0044-03-15 BC"
    if not url.startswith("duckdb"):
        assert ask(url, at) == [("2024-03-01 08:00:00.25+00",)]


@pytest.mark.parametrize("table", ["", "a.b.c", "a.", '"a', "a\0b", "\udce9"])
def test_a_name_that_no_table_can_have_is_refused(tmp_path, table):
    with pytest.raises(InputError, match="is no name of a table"):
        check_target(Target(url=f"sqlite:///{tmp_path}/a.db", table=table))


def test_if_exists_is_one_of_three(tmp_path):
    target = Target(url=f"sqlite:///{tmp_path}/a.db", table="a", if_exists="drop")
    with pytest.raises(InputError, match="'drop' is none of fail, append, replace"):
        check_target(target)


def test_checking_makes_no_file(tmp_path):
    for kind in ("sqlite", "duckdb"):
        check_target(Target(url=f"{kind}:///{tmp_path}/a.db", table="a"))
    assert list(tmp_path.iterdir()) == []


def test_a_database_in_use_is_one_clear_error(scored, tmp_path):
    path = tmp_path / "calls.duckdb"
    target = Target(url=f"duckdb:///{path}", table="scored")
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held'); input()"
    with subprocess.Popen(
        [sys.executable, "-u", "-c", hold, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(InputError, match=r"calls\.duckdb: cannot be written to: "):
            check_target(target)
        with pytest.raises(InputError, match=r"calls\.duckdb: the table scored could"):
            write_table(scored, target, SCHEMA)
        other.communicate(b"\n", timeout=60)
    write_table(scored, target, SCHEMA)


def test_a_sqlite_file_in_use_is_one_clear_error(scored, tmp_path):
    target = Target(url=f"sqlite:///{tmp_path}/calls.db", table="scored")
    with closing(sqlite3.connect(tmp_path / "calls.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(InputError, match=r"could not be written: database is lock"):
            write_table(scored, target, SCHEMA)
    write_table(scored, target, SCHEMA)


def test_a_query_is_scored_into_its_own_database(opened, url):
    ask(
        url,
        "CREATE TABLE chats (id INTEGER, text VARCHAR(20))",
        "INSERT INTO chats VALUES (7, 'Sorry!'), (8, 'Order number?')",
    )
    export = opened(Query(url=url, text="SELECT * FROM chats ORDER BY id DESC"))
    add_scores(export.folder, "p", [{"__row": 0, "score": 0.25}])
    target = Target(url=url, table="chats", if_exists="replace")
    write_table(export, target, {"score": "DOUBLE"})
    assert ask(url, "SELECT * FROM chats ORDER BY id") == [
        (7, "Sorry!", None),
        (8, "Order number?", 0.25),
    ]


@pytest.mark.parametrize("url", SHARED, indirect=True)
def test_others_see_nothing_before_the_end(opened, url, monkeypatch):
    export = opened("text\n" + "t\n" * 5_000)
    seen = []
    fetched = sql_table.fetched

    def watched(connection):
        rows = fetched(connection)
        seen.append(is_there(url))
        return rows

    monkeypatch.setattr(sql_table, "fetched", watched)
    write_table(export, Target(url=url, table="scored"), {"score": "DOUBLE"})
    assert seen == [False] * 4
    assert ask(url, "SELECT count(*) FROM scored") == [(5_000,)]


@pytest.mark.parametrize("url", SHARED, indirect=True)
def test_others_see_the_old_rows_before_the_end(opened, url, monkeypatch):
    ask(url, "CREATE TABLE scored (text TEXT, score REAL)")
    ask(url, "INSERT INTO scored VALUES ('old', 1)")
    export = opened("text\n" + "t\n" * 5_000)
    seen = []
    fetched = sql_table.fetched

    def watched(connection):
        seen.append(ask(url, "SELECT text FROM scored"))
        return fetched(connection)

    monkeypatch.setattr(sql_table, "fetched", watched)
    target = Target(url=url, table="scored", if_exists="append")
    write_table(export, target, {"score": "DOUBLE"})
    assert seen == [[("old",)]] * 4
    assert ask(url, "SELECT count(*) FROM scored") == [(5_001,)]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, MemoryError])
def test_a_failure_half_way_leaves_no_table(opened, url, monkeypatch, failure):
    export = opened("text\n" + "t\n" * 5_000)
    name = "run" if url.startswith("duckdb") else "fetched"
    own, calls = getattr(sql_table, name), []

    def failing(*given):
        calls.append(given)
        found = own(*given)
        if len(calls) == (1 if name == "run" else 3):
            raise failure
        return found

    monkeypatch.setattr(sql_table, name, failing)
    target = Target(url=url, table="scored")
    with pytest.raises(failure):
        write_table(export, target, {"score": "DOUBLE"})
    assert not is_there(url)
    monkeypatch.undo()
    write_table(export, target, {"score": "DOUBLE"})
    assert ask(url, "SELECT count(*) FROM scored") == [(5_000,)]


WRITER = """
import os, sys
from pathlib import Path
from empathy_score import sql_table
from empathy_score.readers import Query, open_export
from empathy_score.sql_target import Target

url, folder, file, kill = sys.argv[1:]
export = open_export([file], folder=Path(folder))
export.connection.execute("SET memory_limit = '100MB'")
schema = {"score": "DOUBLE"}
sql_table.join_scores(export, schema, "")
name = "run" if url.startswith("duckdb") else "fetched"
own, calls = getattr(sql_table, name), []

def killing(*given):
    found = own(*given)
    calls.append(None)
    if kill == "kill" and len(calls) == (1 if name == "run" else 3):
        os.kill(os.getpid(), 9)
    return found

def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024

setattr(sql_table, name, killing)
Path("/proc/self/clear_refs").write_text("5")  # the peak from here on
before = peak()
n_rows = sql_table.write_table(export, Target(url=url, table="scored"), schema)
print(n_rows, peak() - before)
"""


@pytest.fixture
def writer(tmp_path, url):
    """A function: a process of its own that writes a file to a table."""

    def run(file, end="whole"):
        (tmp_path / "own").mkdir()
        words = [sys.executable, "-c", WRITER, url, tmp_path / "own", file, end]
        return subprocess.run(words, capture_output=True, text=True, timeout=300)

    return run


def test_a_killed_writer_leaves_no_table(url, writer, tmp_path):
    (tmp_path / "chat.csv").write_text("text\n" + "t\n" * 50_000)
    done = writer(tmp_path / "chat.csv", "kill")
    assert done.returncode == -signal.SIGKILL, done.stderr
    deadline = time.monotonic() + 30
    busy = (
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'empathy-score'"
    )
    while url.startswith("postgresql") and ask(url, busy) != [(0,)]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert not is_there(url)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's /proc")
def test_memory_does_not_grow_with_the_rows(url, writer, tmp_path):
    file = tmp_path / "chat.parquet"
    text = pl.format("{}{}", pl.lit("x" * 1_000), pl.int_range(200_000))
    pl.select(text.alias("text")).write_parquet(file)
    done = writer(file)
    assert done.returncode == 0, done.stderr
    n_rows, grown = map(int, done.stdout.split())
    assert n_rows == 200_000
    assert ask(url, "SELECT sum(length(text)) FROM scored")[0][0] > 200_000_000
    fills_its_buffer = url.startswith("duckdb") and duckdb.__version__.startswith("1.")
    most = 330 if fills_its_buffer else 120  # of 300 MB, however large the table
    assert grown < most, f"{grown} MB more for 200 MB"


def test_a_password_is_nowhere(postgresql, scored):
    ask(postgresql, "CREATE TABLE scored (a INTEGER)")
    target = Target(url=postgresql, table="scored")
    wrong = Target(url=postgresql.replace("se%2Fcret", "wr%2Fong"), table="scored")
    shown = repr((target, wrong))
    for one in (target, wrong):
        with pytest.raises(InputError, match=r"^postgresql://ann@127") as failed:
            write_table(scored, one, SCHEMA)
        shown += "".join(traceback.format_exception(failed.value, chain=True))
    assert "password authentication failed" in shown
    for secret in ("cret%401", "cret@1", "wr/ong", "wr%2Fong"):
        assert secret not in shown


def test_a_database_in_a_folder_that_does_not_exist_is_named(tmp_path):
    target = Target(url=f"sqlite:///{tmp_path}/nowhere/calls.db", table="scored")
    with pytest.raises(InputError, match="there is no such folder; create it first"):
        check_target(target)
