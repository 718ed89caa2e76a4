"""Spark gives the scores of one machine, row for row, on several workers."""

import ast
import datetime
import gc
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

import empathy_score.spark
from empathy_score import EmpathyScorer, InputError, ModelError
from empathy_score.model import load_model, save_model
from empathy_score.scoring import SCORE_COLUMNS
from empathy_score.spark import score
from empathy_score.spark_worker import read_model_files

pytest.importorskip("pyspark", reason="needs pip install -e '.[spark]'")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings(
        "ignore:PySpark does not yet fully support:FutureWarning"
    ),
    pytest.mark.filterwarnings("ignore:distutils Version classes:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.skipif(
        not (shutil.which("java") or os.environ.get("JAVA_HOME")),
        reason="Spark needs Java",
    ),
]

GUIDE = Path(__file__).parents[1] / "docs" / "spark.md"
TALKS = {
    "lamp": (
        "customer: The lamp you sent is broken. Again!",
        "agent: I'm so sorry it came broken again.",
        "customer: It was a gift for my mother, she cried.",
        "agent: Send a photo.",
        "agent: Sorry, but we can't refund that.",
    ),
    "card": (
        "customer: My card was declined in front of everyone.",
        "agent: That must have been really embarrassing, I understand.",
        "bot: Please rate this chat.",
        "customer: Thank you.",
        "agent: You're welcome! Is there anything else I can help with?",
    ),
    "bill": (
        "agent: Hello, this is the billing desk.",
        "customer: I lost my job and now this bill, I am",
        "agent: Calm down please.",
        "customer: so scared.",
        "agent: I hear you. What would help you most right now?",
        "customer: ",
        "agent: Your order number?",
    ),
    " visit": (
        "customer: Nobody came yesterday and I waited all day.",
        "agent: I do apologize for the wait yesterday.",
        "agent: I do apologize for the wait yesterday.",
    ),
}
SCHEMA = "id bigint, conversation_id string, role string, text string, turn int"


def rows_of(talks=TALKS):
    """Give turns of all conversations, one of each in turn, as an export may."""
    longest = max(map(len, talks.values()))
    told = [
        (name, *turns[n].split(": ", 1), n)
        for n in range(longest)
        for name, turns in talks.items()
        if n < len(turns)
    ]
    return [(place, *row) for place, row in enumerate(told)]


ALONE = [
    (100, None, "agent", "I'm so sorry about your loss.", 1),
    (101, "  ", "agent", "I'm so sorry about your loss.", 2),
    (102, None, "customer", "It never came.", 3),
    (103, "lamp ", "agent", None, 9),
    (104, "\tlamp", "agent", "I completely understand, that is upsetting.", 8),
]


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    """Start a session of two workers whose batches hold three rows."""
    from pyspark.sql import SparkSession

    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.adaptive.coalescePartitions.enabled": "false",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "3",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse")),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.master(os.environ.get("SPARK_MASTER", "local[2]"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        session = builder.config(map=settings).getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        yield session
        session.stop()
        gc.collect()  # Spark's sockets, while a warning of them is ignored


@pytest.fixture(scope="module")
def scorer():
    return EmpathyScorer.load()


def spread(spark, rows, schema=SCHEMA):
    """Make a DataFrame of five partitions, in which conversations are torn apart."""
    return spark.createDataFrame(spark.sparkContext.parallelize(rows, 5), schema)


def by_id(rows):
    found = {row["id"]: row for row in rows}
    assert len(found) == len(rows)
    return found


def from_spark(df):
    return by_id([row.asDict(recursive=True) for row in df.collect()])


def on_one_machine(scorer, rows, schema=SCHEMA, **options):
    names = [column.split()[0] for column in schema.split(", ")]
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    return by_id(scorer.score_frame(pa.table(columns), **options).to_pylist())


def assert_equal_rows(found, one):
    """Compare by id; floating-point sums may differ in their last digits."""
    assert found.keys() == one.keys()
    for place, row in one.items():
        assert found[place].keys() == row.keys()
        for name, value in row.items():
            near = pytest.approx(value, rel=1e-12) if type(value) is float else value
            assert found[place][name] == near, (place, name)


def levels(df):
    return [row["level"] for _, row in sorted(from_spark(df).items())]


def test_every_row_has_the_scores_that_one_machine_gives(spark, scorer):
    rows = [*reversed(rows_of()), *ALONE]
    found = from_spark(score(spread(spark, rows)))
    assert_equal_rows(found, on_one_machine(scorer, rows))
    assert {row["opportunity"] for row in found.values()} == {True, False, None}
    assert sum(row["score"] is not None for row in found.values()) > 10


@pytest.mark.parametrize("limit", ["0", "1", "10000"])
def test_the_size_of_batches_changes_nothing(spark, scorer, limit):
    rows = [*rows_of(), *ALONE]
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", limit)
    try:
        found = from_spark(score(spread(spark, rows), partitions=2))
    finally:
        spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "3")
    assert_equal_rows(found, on_one_machine(scorer, rows))


def test_conversations_go_whole_to_several_workers(spark):
    from pyspark.sql.functions import spark_partition_id

    scored = score(spread(spark, rows_of())).withColumn("at", spark_partition_id())
    places = {(row["conversation_id"], row["at"]) for row in scored.collect()}
    assert len(places) == len(TALKS)
    assert len({at for _, at in places}) > 1


def test_rows_without_conversation_are_spread(spark):
    from pyspark.sql.functions import spark_partition_id

    rows = [(n, None, "agent", f"Order {n}?", n) for n in range(40)]
    scored = score(spread(spark, rows)).withColumn("at", spark_partition_id())
    assert {row["at"] for row in scored.select("at").distinct().collect()} == {
        *range(4)
    }


def test_turns_without_number_stay_in_the_order_of_the_lines(spark, scorer):
    schema = "id bigint, conversation_id string, role string, text string"
    rows = [row[:4] for row in rows_of()]
    found = from_spark(score(spread(spark, rows, schema)))
    assert_equal_rows(found, on_one_machine(scorer, rows, schema))


def test_times_put_turns_in_order_and_show_interruptions(spark, scorer):
    schema = SCHEMA.replace("turn int", "start timestamp") + ", end timestamp"
    zero = datetime.datetime(2026, 3, 29, 0, 59, 50, tzinfo=datetime.timezone.utc)
    second = datetime.timedelta(seconds=1)
    rows = [
        (*row[:4], zero + 4 * row[4] * second, zero + (4 * row[4] + 4.5) * second)
        for row in reversed(rows_of())
    ]
    found = from_spark(score(spread(spark, rows, schema)))
    one = on_one_machine(scorer, rows, schema)
    for row in (*found.values(), *one.values()):
        del row["start"], row["end"]  # Spark gives times without their zone
    assert_equal_rows(found, one)
    assert {row["interrupted"] for row in found.values()} == {True, False, None}


@pytest.mark.parametrize("kind", ["bigint", "double", "decimal(9,2)", "date"])
def test_conversations_may_be_named_by_any_type(spark, scorer, kind):
    names = spark.sql(
        f"select cast(v as {kind}) v from values (date'2026-01-01'), (date'2026-01-02')"
        " as t(v)"
        if kind == "date"
        else f"select cast(v as {kind}) v from values (7), (8) as t(v)"
    ).collect()
    first, second = (row["v"] for row in names)
    schema = SCHEMA.replace("conversation_id string", f"conversation_id {kind}")
    named = {"lamp": first, "card": second, "bill": None}
    lost = float("nan") if kind == "double" else None
    rows = [(n, named.get(name, lost), *rest) for n, name, *rest in rows_of()]
    found = from_spark(score(spread(spark, rows, schema)))
    one = on_one_machine(scorer, rows, SCHEMA)
    for row in (*found.values(), *one.values()):
        del row["conversation_id"]
    assert_equal_rows(found, one)


def test_columns_and_roles_may_be_named_by_the_caller(spark, scorer):
    schema = "id bigint, `ticket.no` string, said_by string, what string, nth int"
    rows = [
        (n, name, {"agent": "P1", "customer": "P2"}.get(who, who), *rest)
        for n, name, who, *rest in reversed(rows_of())
    ]
    named = {"conversation": "ticket.no", "role": "said_by", "text": "what"}
    options = {**named, "turn": "nth", "roles": {"p1": "agent", "P2": "customer"}}
    found = from_spark(score(spread(spark, rows, schema), **options))
    plain = schema.replace("`", "")
    assert_equal_rows(found, on_one_machine(scorer, rows, plain, **options))


def test_a_column_of_the_same_name_is_kept_as_input(spark):
    schema = SCHEMA + ", score double, Level string, level_input int"
    rows = [(*row, 0.25, "gold", 7) for row in rows_of()]
    scored = score(spread(spark, rows, schema))
    assert scored.columns[:9] == [
        *("id", "conversation_id", "role", "text", "turn"),
        *("score_input", "Level_input_input", "level_input", "score"),
    ]
    first = scored.where("score is not null").first()
    assert (first["score_input"], first["Level_input_input"]) == (0.25, "gold")


def test_types_are_those_of_the_contract(spark):
    fields = score(spread(spark, rows_of())).schema.fields[-len(SCORE_COLUMNS) :]
    short = {"DOUBLE": "double", "BIGINT": "bigint", "BOOLEAN": "boolean"}
    cues = (
        "array<struct<label:string,subtype:string,start:bigint,end:bigint,"
        "text:string,pattern:string,negated:boolean>>"
    )
    assert {field.name: field.dataType.simpleString() for field in fields} == {
        name: short.get(sql, cues) for name, sql in SCORE_COLUMNS.items()
    }


def test_without_roles_every_turn_is_scored(spark, scorer):
    schema = "id bigint, conversation_id string, text string, turn int"
    rows = [(n, name, *rest) for n, name, _, *rest in rows_of()]
    found = from_spark(score(spread(spark, rows, schema)))
    assert_equal_rows(found, on_one_machine(scorer, rows, schema))
    assert sum(row["score"] is None for row in found.values()) == 1  # the empty text


def test_texts_alone_are_scored_each_by_itself(spark, scorer):
    rows = [(row[0], row[3]) for row in rows_of()]
    found = from_spark(score(spread(spark, rows, "id bigint, text string")))
    assert_equal_rows(found, on_one_machine(scorer, rows, "id bigint, text string"))


def test_names_that_are_no_roles_leave_every_turn_scored(spark, scorer):
    rows = [(n, name, "internal", *rest) for n, name, _, *rest in rows_of()]
    found = from_spark(score(spread(spark, rows)))
    assert_equal_rows(found, on_one_machine(scorer, rows))


def test_a_role_known_far_down_decides_who_is_scored(spark, monkeypatch):
    monkeypatch.setattr(empathy_score.spark, "_FIRST_ROWS", 2)
    rows = [(n, f"c{n}", "internal", "I'm so sorry.", 1) for n in range(8)]
    rows += [(8, "c8", "agent", " ", 1), (9, "c9", "Agent", "I'm so sorry.", 1)]
    assert levels(score(spread(spark, rows)))[:8] == [None] * 8
    assert None not in levels(score(spread(spark, rows[:9])))[:8]


def test_nothing_is_run_before_an_action_but_the_look_for_roles(spark):
    context, df = spark.sparkContext, spread(spark, rows_of())
    try:
        context.setJobGroup("look", "score without score_roles")
        score(df)
        context.setJobGroup("none", "score with score_roles")
        score(df, score_roles=["agent", "bot"])
    finally:
        context.setLocalProperty("spark.jobGroup.id", None)
    tracker = context.statusTracker()
    assert 0 < len(tracker.getJobIdsForGroup("look")) < 3
    assert list(tracker.getJobIdsForGroup("none")) == []


def test_whose_turns_are_scored_may_be_said(spark, scorer):
    found = from_spark(score(spread(spark, rows_of()), score_roles=["customer"]))
    assert_equal_rows(
        found, on_one_machine(scorer, rows_of(), score_roles=["customer"])
    )


def test_workers_need_no_folder_of_a_model(spark, tmp_path):
    strange = replace(load_model(), least_known=1.1)
    save_model(tmp_path / "mine", strange, metrics={}, card="# Mine\n")
    scored = score(spread(spark, rows_of()), model=tmp_path / "mine")
    shutil.rmtree(tmp_path / "mine")
    found = from_spark(scored.where("score is not null")).values()
    assert found
    assert all(row["out_of_domain"] for row in found)


def test_own_cues_are_found_by_the_workers_as_on_one_machine(spark, tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text(
        '[[cue]]\nid = "reassurance.photo"\nphrases = ["send a photo"]\n'
        'examples = ["Send a photo."]\n'
    )
    with_mine = EmpathyScorer.load(patterns=mine)
    scored = score(spread(spark, rows_of()), patterns=mine)
    mine.unlink()
    found = from_spark(scored)
    assert_equal_rows(found, on_one_machine(with_mine, rows_of()))
    assert sum(row["cue_reassurance"] or 0 for row in found.values()) == 1


def test_a_model_is_sent_once_for_many_calls(spark):
    context = spark.sparkContext
    first, again = (read_model_files(None) for _ in range(2))
    assert empathy_score.spark._broadcast(context, first) is (
        empathy_score.spark._broadcast(context, again)
    )


def test_no_rows_give_no_rows(spark):
    scored = score(spark.createDataFrame([], SCHEMA))
    assert scored.collect() == []
    assert scored.columns == [*SCHEMA.replace(",", "").split()[::2], *SCORE_COLUMNS]


def test_the_guide_runs(spark, tmp_path, capsys):
    text = GUIDE.read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    runs = [block for block in blocks if not block.startswith("# not run here")]
    names = {"spark": spark}
    for block in runs:
        moved = block.replace('"/data/', f'"{tmp_path}/')
        exec(compile(moved, "docs/spark.md", "exec"), names)
    assert "I'm so sorry it c" in capsys.readouterr().out
    later = spark.read.parquet(str(tmp_path / "scored-later"))
    assert later.where("score is not null").count() == 2


CONNECTED = """
import ast, sys
from pyspark.sql import SparkSession
from empathy_score.spark import score

builder = SparkSession.builder.remote("local[2]")
session = builder.config("spark.sql.shuffle.partitions", "2").getOrCreate()
schema = "id bigint, conversation_id string, role string, text string, turn int"
df = session.createDataFrame(ast.literal_eval(sys.stdin.read()), schema)
assert type(df).__module__.startswith("pyspark.sql.connect"), type(df)
rows = [row.asDict(recursive=True) for row in score(df).collect()]
print("ROWS", rows)
session.stop()
"""


def test_a_session_of_spark_connect_gives_the_same(scorer):
    pytest.importorskip("grpc", reason="needs pip install 'pyspark[connect]'")
    pytest.importorskip("grpc_status", reason="needs pip install 'pyspark[connect]'")
    rows = [*reversed(rows_of()), *ALONE]
    done = subprocess.run(
        [sys.executable, "-c", CONNECTED],
        input=repr(rows),
        capture_output=True,
        text=True,
        env={**os.environ, "PYSPARK_PYTHON": sys.executable},
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    said = re.search(r"^ROWS (.*)$", done.stdout, re.MULTILINE)
    found = by_id(ast.literal_eval(said[1]))
    assert_equal_rows(found, on_one_machine(scorer, rows))


def test_roles_without_conversations_are_refused(spark):
    df = spread(spark, rows_of()).drop("conversation_id")
    with pytest.raises(InputError, match=r"'role' names roles.*conversation=COLUMN"):
        score(df)


def test_a_stream_is_refused(spark):
    stream = spark.readStream.format("rate").load().selectExpr("'Hello.' as text")
    with pytest.raises(InputError, match="foreachBatch"):
        score(stream)


def test_names_that_spark_cannot_tell_apart_are_refused(spark):
    df = spread(spark, rows_of()).withColumnRenamed("turn", "TEXT")
    with pytest.raises(InputError, match="'text' and 'TEXT'"):
        score(df)


def test_what_is_wrong_is_said_before_any_work(spark):
    df = spread(spark, rows_of())
    with pytest.raises(InputError, match="no column 'body' for the text"):
        score(df, text="body")
    with pytest.raises(InputError, match="'boss' is no role"):
        score(df, score_roles=["boss"])
    with pytest.raises(ModelError, match="no model 'nowhere'"):
        score(df, model="nowhere")


def test_a_table_in_memory_is_sent_to_score_frame():
    with pytest.raises(InputError, match=r"got DataFrame; .*score_frame"):
        score(__import__("pandas").DataFrame({"text": ["Hello."]}))
