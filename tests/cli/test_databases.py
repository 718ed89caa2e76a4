import json
import re
import shlex
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import psycopg
import pytest

from empathy_score.cli.app import main
from empathy_score.conversations import read_conversations
from empathy_score.readers import Query
from empathy_score.scoring import SCORE_COLUMNS

CHATS = [
    (7, "customer", "My lamp came broken; again!"),
    (7, "agent", "I'm so sorry it came broken again."),
    (7, "agent", ""),
    (8, "agent", "Order number?"),
]
SELECT = "SELECT * FROM chats"


ROOT = Path(__file__).parents[2]


@pytest.fixture
def score(monkeypatch, capsys, tmp_path):
    """Run ``empathy-score score`` in a folder: its exit code and what it said."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["empathy-score", "score", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        assert said.out == ""
        return stopped.value.code, said.err

    return run


@pytest.fixture
def chats(tmp_path):
    with closing(sqlite3.connect(tmp_path / "calls.db")) as own, own:
        own.execute(
            "CREATE TABLE chats (conversation_id INTEGER, role TEXT, text TEXT)"
        )
        own.executemany("INSERT INTO chats VALUES (?, ?, ?)", CHATS)
    return "sqlite:///calls.db"


def test_from_a_query_to_a_file(score, chats, tmp_path):
    code, said = score("--from", chats, "--query", SELECT, "-o", "out.jsonl")
    assert code == 1, said
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["text"] for row in rows] == [text for *_, text in CHATS if text]
    assert list(rows[0]) == ["conversation_id", "role", "text", *SCORE_COLUMNS]
    assert rows[0]["level"] is None
    assert rows[1]["level"] > rows[2]["level"]
    [one] = (tmp_path / "out.rejects.jsonl").read_text().splitlines()
    assert json.loads(one)["file"] == "sqlite:///calls.db"
    assert json.loads(one)["line"] == 3


def test_from_a_query_to_a_table_and_a_file(score, chats, tmp_path):
    words = ["--from", chats, "--query", SELECT, "-o", "out.csv"]
    code, said = score(*words, "--to", "duckdb:///out.duckdb", "--table", "scored")
    assert code == 1, said
    assert "3 turns, 2 of them scored, in out.csv and scored" in said
    with duckdb.connect(str(tmp_path / "out.duckdb"), read_only=True) as own:
        table = own.execute("SELECT text, level, cues FROM scored").fetchall()
        file = own.execute(
            f"SELECT text, level FROM read_csv('{tmp_path}/out.csv')"
        ).fetchall()
    assert [row[:2] for row in table] == file
    assert "apology" in [cue["label"] for cue in table[1][2]]


def test_from_a_file_to_postgresql(score, postgresql, tmp_path):
    (tmp_path / "chat.csv").write_text(
        "conversation_id,role,text\n" + "".join(f"{a},{b},{c}\n" for a, b, c in CHATS)
    )
    words = ["chat.csv", "--to", postgresql, "--table", "scored"]
    assert score(*words)[0] == 1
    code, said = score(*words)
    assert code == 2
    assert "there is a table scored already; say if_exists= / --if-exists" in said
    assert score(*words, "--if-exists", "append")[0] == 1
    with psycopg.connect(postgresql) as own:
        found = own.execute(
            "SELECT count(*), count(score), count(*) FILTER "
            """(WHERE cues @> '[{"label": "apology"}]') FROM scored"""
        ).fetchone()
    assert found == (6, 4, 2)
    [one] = (tmp_path / "scored.rejects.jsonl").read_text().splitlines()
    assert json.loads(one)["line"] == 4


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chat.csv"], "nothing to write"),
        (["-o", "out.csv"], "nothing to read"),
        (["--from", "sqlite:///a.db", "-o", "out.csv"], "--from URL and --query"),
        (["--query", SELECT, "-o", "out.csv"], "--from URL and --query"),
        (["chat.csv", "--to", "sqlite:///a.db"], "--to URL and --table"),
        (["chat.csv", "--table", "scored"], "--to URL and --table"),
        (
            ["scored.rejects.jsonl", "--to", "sqlite:///a.db", "--table", "scored"],
            "is an input, and the file for set-aside rows of scored",
        ),
        (
            ["chat.csv", "--to", "sqlite:///a.db", "--table", "t", "--if-exists", "x"],
            "'x' is none of fail, append, replace",
        ),
    ],
)
def test_what_does_not_go_together_is_said_at_once(score, tmp_path, words, said):
    code, line = score(*words)
    assert (code, said in line) == (2, True), line
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_refuses_rows_costs_no_scores(score, postgresql, tmp_path):
    def ask(statement):
        with psycopg.connect(postgresql) as own:
            cursor = own.execute(statement)
            return cursor.fetchall() if cursor.description else None

    columns = "text text, score float8 CHECK (score IS NULL)"
    more = ", ".join(
        f"{name} {'jsonb' if kind.startswith('STRUCT') else kind}"
        for name, kind in SCORE_COLUMNS.items()
        if name != "score"
    ).replace("DOUBLE", "float8")
    ask(f"CREATE TABLE scored ({columns}, {more})")
    text = "SELECT text FROM (VALUES ('So sorry!'), ('Order number?')) AS chats (text)"
    words = ["--from", postgresql, "--query", text, "--to", postgresql]
    words += ["--table", "scored", "--if-exists", "append"]
    code, said = score(*words)
    assert code == 2
    assert "violates check constraint" in said
    [kept] = tmp_path.iterdir()
    settings = (kept / "settings.json").read_text()
    assert "postgresql://ann@127.0.0.1" in settings
    assert "cret" not in settings
    ask("ALTER TABLE scored DROP CONSTRAINT scored_score_check")
    code, said = score(*words, "--resume")
    assert code == 0, said
    assert "2 turns were scored by the run before" in said
    assert ask("SELECT count(*), count(score) FROM scored") == [(2, 2)]
    assert list(tmp_path.iterdir()) == []


def test_a_table_may_be_called_like_the_file_that_is_read(score, tmp_path):
    (tmp_path / "scored.csv").write_text("text\nSo sorry!\n")
    code, said = score("scored.csv", "--to", "sqlite:///a.db", "--table", "scored")
    assert code == 0, said
    assert {path.name for path in tmp_path.iterdir()} == {"scored.csv", "a.db"}


def test_conversations_come_from_a_query_too(chats, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = read_conversations(Query(url=chats, text=SELECT))
    assert [[turn.text for turn in chat] for chat in found] == [
        [CHATS[0][2], CHATS[1][2]],
        [CHATS[3][2]],
    ]


def test_a_password_is_not_shown(score, postgresql, tmp_path):
    text = "SELECT ' ' AS text UNION ALL SELECT 'Sorry about that!'"
    words = ["--from", postgresql, "--query", text, "--to", postgresql]
    said = score(*words, "--table", "scored")[1]
    said += score(*words, "--table", "scored")[1]
    said += score("--from", postgresql, "--query", "SELECT x", "-o", "out.csv")[1]
    wrong = postgresql.replace("se%2Fcret", "wr%2Fong")
    said += score("--from", wrong, "--query", text, "-o", "out.csv")[1]
    said += (tmp_path / "scored.rejects.jsonl").read_text()
    with psycopg.connect(postgresql) as own:
        said += repr(own.execute("SELECT * FROM scored").fetchall())
    assert said.count("postgresql://ann@127.0.0.1:") == 4
    for secret in ("se/cret", "se%2Fcret", "wr/ong", "wr%2Fong", "cret@1"):
        assert secret not in said


def test_the_page_about_databases_works_as_written(score, tmp_path):
    page = (ROOT / "docs" / "sql.md").read_text(encoding="utf-8")
    [commands] = re.findall(r"```bash\n(.*?)```", page, re.DOTALL)
    [code] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "data").symlink_to(ROOT / "data")
    files = [line for line in commands.splitlines() if "postgresql" not in line]
    assert len(files) == 3
    for line in files:
        assert score(*shlex.split(line)[2:])[0] == 0
    exec(compile(code, "sql.md", "exec"), {})
    with duckdb.connect(str(tmp_path / "calls.duckdb"), read_only=True) as own:
        found = own.execute("SELECT count(*), count(score) FROM scored").fetchone()
    assert found == (18, 9)
