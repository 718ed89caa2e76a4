"""The part of scoring with Spark that runs on its workers, batch by batch."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from empathy_score.lexicon import Pattern
from empathy_score.model import check_own_cues, find_model, load_model
from empathy_score.records import Role
from empathy_score.scoring import SCORE_COLUMNS, EmpathyScorer

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark import Broadcast

_ROWS = 5_000  # scored at once, however large Spark's batches are
_MODEL_FILES = ("model.json", "classifier.skops")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFiles:
    """A model on its way to the workers; two of the same content are equal.

    Parameters
    ----------
    name : str
        Name of its folder.
    sha256 : str
        Checksum of the files.
    files : mapping of str to bytes
        What scoring reads of the folder.
    """

    name: str
    sha256: str
    files: Mapping[str, bytes] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a worker must know.

    Parameters
    ----------
    named : mapping of str to str
        Columns to read, by meaning.
    roles : mapping of str to role
        What the role names mean.
    score_roles : sequence of role
        Whose turns are scored.
    given : sequence of str
        Names of the input's columns, the first ones of a batch.
    names : sequence of str
        Names of all columns that come out.
    model : ModelFiles or Broadcast
        What scores.
    own : tuple of Pattern
        A user's own cues.
    """

    named: Mapping[str, str]
    roles: Mapping[str, Role]
    score_roles: Sequence[Role]
    given: Sequence[str]
    names: Sequence[str]
    model: ModelFiles | Broadcast[ModelFiles]
    own: tuple[Pattern, ...] = ()


def read_model_files(
    model: str | Path | None, own: tuple[Pattern, ...] = ()
) -> ModelFiles:
    """Read a model's folder, which the workers may not have.

    Parameters
    ----------
    model : str or Path, optional
        As in :func:`~empathy_score.model.find_model`.
    own : tuple of Pattern, optional
        The own cues that it is used with.

    Returns
    -------
    ModelFiles

    Raises
    ------
    ModelError
        If there is no such model, it does not fit this version, or it was trained
        with other own cues.

    Examples
    --------
    >>> found = read_model_files(None)
    >>> found.name, sorted(found.files)
    ('customer-service', ['classifier.skops', 'model.json'])
    """
    folder = find_model(model)
    # Whatever is wrong with it is said here, not by a worker.
    check_own_cues(load_model(folder), own)
    files = {name: (folder / name).read_bytes() for name in _MODEL_FILES}
    content = hashlib.sha256(b"".join(files.values())).hexdigest()
    return ModelFiles(name=folder.resolve().name, sha256=content, files=files)


@lru_cache(maxsize=2)
def load_scorer(model: ModelFiles, own: tuple[Pattern, ...] = ()) -> EmpathyScorer:
    """Make the scorer, once in each process.

    Parameters
    ----------
    model : ModelFiles
        From :func:`read_model_files`.
    own : tuple of Pattern, optional
        A user's own cues.

    Returns
    -------
    EmpathyScorer

    Examples
    --------
    >>> load_scorer(read_model_files(None)).model.name
    'customer-service'
    """
    with tempfile.TemporaryDirectory(prefix="empathy-score-") as parent:
        folder = Path(parent) / model.name
        folder.mkdir()
        for name, data in model.files.items():
            (folder / name).write_bytes(data)
        return EmpathyScorer.with_rows(own, folder)


def score_batches(
    batches: Iterable[pa.RecordBatch], work: Work
) -> Iterator[pa.RecordBatch]:
    """Score what one worker gets of one partition.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
        The input's columns, and those that sorting needed; sorted by ``key``.
    work : Work
        What to read, whom to score, with which model.

    Yields
    ------
    pyarrow.RecordBatch
        The same rows, without the columns that only sorting needed, and the scores.
    """
    import pyarrow as pa

    for table in whole_conversations(batches, "key"):
        sent = work.model
        files = sent if isinstance(sent, ModelFiles) else sent.value
        scorer = load_scorer(files, work.own)
        given = table.columns[: len(work.given)]
        read = [work.given.index(name) for name in work.named.values()]
        columns: dict[str, Any] = dict(work.named)
        found = scorer.score_frame(
            pa.table([given[n] for n in read], names=list(work.named.values())),
            **columns,
            roles=work.roles,
            score_roles=work.score_roles,
        ).select(list(SCORE_COLUMNS))
        scored = pa.table([*given, *found.columns], names=list(work.names))
        yield from scored.to_batches()


def whole_conversations(
    batches: Iterable[pa.RecordBatch], key: str, rows: int = _ROWS
) -> Iterator[pa.Table]:
    """Cut sorted batches anew, so that no conversation is cut.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
        Sorted by ``key``; rows whose key is null may be cut anywhere.
    key : str
        Name of the column that tells conversations apart.
    rows : int, default 5000
        Larger batches are taken in pieces of so many rows.

    Yields
    ------
    pyarrow.Table
        Whole conversations; no more than a piece and one conversation at a time.

    Examples
    --------
    >>> import pyarrow as pa
    >>> batch = pa.RecordBatch.from_pydict({"key": [1, 2, 2, 2, 3]})
    >>> pieces = whole_conversations([batch], "key", rows=2)
    >>> [piece["key"].to_pylist() for piece in pieces]
    [[1], [2, 2, 2], [3]]
    """
    import pyarrow as pa

    held: list[pa.RecordBatch] = []
    for piece in _pieces(batches, rows):
        keys = piece.column(key)
        begin = _last_begins(keys)
        goes_on = bool(held) and held[0].column(key)[0] == keys[0]
        if begin or (held and not goes_on):
            yield pa.Table.from_batches([*held, piece.slice(0, begin)])
            held = []
        if begin < piece.num_rows:
            held.append(piece.slice(begin))
    if held:
        yield pa.Table.from_batches(held)


def _pieces(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for begin in range(0, batch.num_rows, rows):
            yield batch.slice(begin, rows)


def _last_begins(keys: pa.Array) -> int:
    """Say where the last conversation begins: at the end if it has no key."""
    import pyarrow.compute as pc

    if not keys[-1].is_valid:
        return len(keys)
    others = pc.fill_null(pc.not_equal(keys, keys[-1]), True)
    places = pc.indices_nonzero(others)
    return places[-1].as_py() + 1 if len(places) else 0
