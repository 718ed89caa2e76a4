"""Score Spark DataFrames: whole conversations, as Arrow batches, on every worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from empathy_score.columns import (
    Columns,
    named_columns,
    recognise_columns,
    role_of,
    roles_mapping,
)
from empathy_score.errors import InputError
from empathy_score.lexicon import own_rows_of
from empathy_score.records import Role
from empathy_score.score_columns import SCORE_COLUMNS, roles_to_score
from empathy_score.spark_worker import (
    ModelFiles,
    Work,
    read_model_files,
    score_batches,
)

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark import Broadcast, SparkContext
    from pyspark.sql import DataFrame, Row
    from pyspark.sql.types import StructType

_READ = frozenset({"text", "conversation", "role", "turn", "start", "end"})
_FIRST_ROWS = 1_000  # of the input; most exports name a known role there
_SPACE = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())


def score(
    df: DataFrame,
    *,
    text: str | None = None,
    conversation: str | None = None,
    role: str | None = None,
    turn: str | None = None,
    start: str | None = None,
    end: str | None = None,
    roles: Mapping[str, Role] | None = None,
    score_roles: Sequence[Role] | None = None,
    model: str | Path | None = None,
    partitions: int | None = None,
    patterns: str | Path | Sequence[str | Path] = (),
) -> DataFrame:
    """Score a Spark DataFrame of utterances; nothing is scored before an action.

    Every conversation goes to one worker, whole, and a worker holds one Arrow batch
    and one conversation at a time. The values are those that
    :meth:`~empathy_score.scoring.EmpathyScorer.score_frame` gives on the same rows,
    apart from the last digits of floating-point sums (1e-12).

    Parameters
    ----------
    df : pyspark.sql.DataFrame
        One row per utterance; any order. Not a stream: score its batches with
        ``foreachBatch``.
    text, conversation, role, turn, start, end : str, optional
        Names of the columns; recognised by their usual names if not given.
    roles : mapping of str to role, optional
        What the table's role names mean, ``{"end-user": "customer"}`` for instance.
    score_roles : sequence of role, optional
        Whose turns are scored: the agent's by default, and every turn where the
        table names no roles. To find that out, the first rows are read at once,
        and all distinct roles where those name none that is known; with
        ``score_roles`` nothing is read.
    model : str or Path, optional
        A folder on the driver, or a name under ``models/``; None is the shipped
        model. It is sent to the workers once; they need the package, not the folder.
    partitions : int, optional
        Into how many partitions the conversations are spread; Spark's own choice
        (``spark.sql.shuffle.partitions``, adaptive execution) if not given.
    patterns : str, Path or sequence of these, optional
        Files of own cues on the driver, as
        :meth:`~empathy_score.scoring.EmpathyScorer.load` takes them; their rows are
        sent to the workers.

    Returns
    -------
    pyspark.sql.DataFrame
        All rows and columns, and the columns of
        :data:`~empathy_score.score_columns.SCORE_COLUMNS`; a column of that name that
        was there before is kept as ``<name>_input``. Rows come in no order. Rows with
        null or empty text have null scores; a row that names no conversation stands
        alone.

    Raises
    ------
    InputError
        If ``df`` is no Spark DataFrame or a stream, there is no text column, a named
        column does not exist, two columns have the same name, or there is a role
        column but no conversation column.
    ModelError
        If there is no such model, it does not fit this version, or it was trained
        with own cues that ``patterns`` lacks.
    LexiconError
        If a file of own cues is not valid; the text names file and line.

    Notes
    -----
    Turns are put in order by their number or start, as ``score_frame`` does. Where a
    conversation has neither, its turns keep the order in which Spark reads them: that
    of the lines of one file, but none that Spark promises across several files or
    after a join, an aggregation or a repartition.

    Examples
    --------
    >>> score([{"text": "I completely understand."}])
    Traceback (most recent call last):
    ...
    empathy_score.errors.InputError: score takes a Spark DataFrame, got list; a table \
in memory is scored by EmpathyScorer.load().score_frame(table)
    """
    _check_frame(df)
    columns = recognise_columns(
        df.columns,
        text=text,
        conversation=conversation,
        role=role,
        turn=turn,
        start=start,
        end=end,
    )
    _check_conversation(df, columns)
    known = roles_mapping([f"{name}={who}" for name, who in (roles or {}).items()])
    own = own_rows_of(patterns)
    files = read_model_files(model, own)
    wanted = roles_to_score(
        score_roles,
        has_roles=score_roles is None
        and columns.role is not None
        and _names_roles(df, columns, known),
    )
    arranged = _arranged(df, columns, partitions)
    schema = _scored_schema(df)
    work = Work(
        named={
            key: name for key, name in named_columns(columns).items() if key in _READ
        },
        roles=known,
        score_roles=sorted(wanted),
        given=df.columns,
        names=schema.names,
        model=files
        if _is_connect(df)
        else _broadcast(df.sparkSession.sparkContext, files),
        own=own,
    )

    def scored(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return score_batches(batches, work)

    return arranged.mapInArrow(scored, schema)


def _check_frame(df: DataFrame) -> None:
    if not hasattr(df, "mapInArrow"):
        raise InputError(
            f"score takes a Spark DataFrame, got {type(df).__qualname__}; a table in "
            "memory is scored by EmpathyScorer.load().score_frame(table)"
        )
    if df.isStreaming:
        raise InputError(
            "a stream cannot be sorted into conversations; score its batches: "
            "writeStream.foreachBatch(lambda batch, number: score(batch)...)"
        )
    same = _same_name(df)
    seen: dict[str, str] = {}
    for name in df.columns:
        if same(name) in seen:
            raise InputError(
                f"there are two columns, {seen[same(name)]!r} and {name!r}, that Spark "
                "cannot tell apart; drop one or rename it"
            )
        seen[same(name)] = name


def _check_conversation(df: DataFrame, columns: Columns) -> None:
    if columns.role is not None and columns.conversation is None:
        raise InputError(
            f"the column {columns.role!r} names roles, but no column was recognised as "
            f"the conversation; columns: {', '.join(map(repr, df.columns))}. Name it "
            "with conversation=COLUMN, or add one where the table is one conversation"
        )


def _same_name(df: DataFrame) -> Callable[[str], str]:
    """Compare names as Spark does: without case, unless it is told otherwise."""
    exact = df.sparkSession.conf.get("spark.sql.caseSensitive") == "true"
    return str if exact else str.lower


def _is_connect(df: DataFrame) -> bool:
    return type(df).__module__.startswith("pyspark.sql.connect.")


@lru_cache(maxsize=4)
def _broadcast(context: SparkContext, files: ModelFiles) -> Broadcast[ModelFiles]:
    """Send a model to the workers, once for however many calls."""
    return context.broadcast(files)


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _names_roles(df: DataFrame, columns: Columns, roles: Mapping[str, Role]) -> bool:
    """Look for a role that is known: in the first rows, then in all."""
    said = df.where(f"{_stripped(columns.text)} is not null")
    named = said.select(_quoted(columns.role or ""))

    def known(rows: Sequence[Row]) -> bool:
        return any(role_of(row[0], roles) != "unknown" for row in rows)

    return known(named.take(_FIRST_ROWS)) or known(named.distinct().collect())


def _arranged(df: DataFrame, columns: Columns, partitions: int | None) -> DataFrame:
    """Bring each conversation together, in the order in which Spark reads it.

    The input's columns go by number, because ``mapInArrow`` takes no name with a
    dot. After them come the key of a row's conversation, its place, and where it
    goes. The key is a hash, which is short; where two conversations share one,
    scoring still tells them apart. A row without conversation has no key and goes
    where its text sends it: the same way again if Spark must read it twice.
    """
    key = _key(df, columns.conversation)
    text = f"xxhash64(cast({_quoted(columns.text)} as string))"
    marked = df.selectExpr(
        *(f"{_quoted(name)} as column_{n}" for n, name in enumerate(df.columns)),
        f"{key} as key",
        "monotonically_increasing_id() as place",
        f"coalesce({key}, {text}) as goes",
    )
    spread = (
        marked.repartition("goes")
        if partitions is None
        else marked.repartition(partitions, "goes")
    )
    return spread.sortWithinPartitions("key", "place")


def _key(df: DataFrame, conversation: str | None) -> str:
    if conversation is None:
        return "cast(null as bigint)"
    name = _stripped(conversation)
    if df.schema[conversation].dataType.typeName() in ("float", "double"):
        name = f"if(isnan({_quoted(conversation)}), null, {name})"
    return f"if({name} is null, null, xxhash64({name}))"


def _stripped(name: str) -> str:
    """Take a cell as text without space around it; null if nothing is left."""
    return f"nullif(btrim(cast({_quoted(name)} as string), '{_SPACE}'), '')"


def _scored_schema(df: DataFrame) -> StructType:
    """Say what comes out: the input's columns, clashing ones renamed, and scores."""
    from pyspark.sql.types import StructField, StructType

    same = _same_name(df)
    taken = {same(name) for name in (*df.columns, *SCORE_COLUMNS)}
    fields = []
    for given in df.schema.fields:
        name = given.name
        if same(name) in SCORE_COLUMNS:
            name += "_input"
            while same(name) in taken:
                name += "_input"
            taken.add(same(name))
        fields.append(StructField(name, given.dataType, given.nullable, given.metadata))
    return StructType([*fields, *_score_fields().fields])


def _score_fields() -> StructType:
    """Give the columns that scoring adds, with their types."""
    from pyspark.sql import types

    cue = types.StructType(
        [
            types.StructField("label", types.StringType()),
            types.StructField("subtype", types.StringType()),
            types.StructField("start", types.LongType()),
            types.StructField("end", types.LongType()),
            types.StructField("text", types.StringType()),
            types.StructField("pattern", types.StringType()),
            types.StructField("negated", types.BooleanType()),
        ]
    )
    kinds: dict[str, types.DataType] = {
        "DOUBLE": types.DoubleType(),
        "BIGINT": types.LongType(),
        "BOOLEAN": types.BooleanType(),
    }
    cues = types.ArrayType(cue)
    return types.StructType(
        [
            types.StructField(name, kinds.get(sql, cues))
            for name, sql in SCORE_COLUMNS.items()
        ]
    )
