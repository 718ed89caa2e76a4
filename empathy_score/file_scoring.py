"""Score exports of any size: read, score batch by batch, write; go on after a kill.

Everything on the way lies in a folder beside OUT: the input as a database, and one
file of scores for each batch, whole or not there. Batches depend on the input alone,
so any number of processes, and any number of interruptions, give the same output.
"""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from joblib import Parallel, delayed

from empathy_score.errors import InputError
from empathy_score.lexicon import Pattern, read_own_rows
from empathy_score.readers import Export, Query, conversations, open_export
from empathy_score.readers.databases import database_at
from empathy_score.readers.rejects import rejects_path
from empathy_score.readers.sources import STDIN
from empathy_score.readers.stored import reopen_export, store_export
from empathy_score.readers.table import AutoRoles
from empathy_score.readers.turn_rows import Unnamed
from empathy_score.records import Role, Utterance
from empathy_score.score_columns import SCORE_COLUMNS, roles_to_score
from empathy_score.sql_table import check_target, write_table
from empathy_score.sql_target import Target
from empathy_score.writers import (
    add_scores,
    check_beside,
    check_out,
    part_path,
    write_rejects,
    write_scored,
)

if TYPE_CHECKING:
    from empathy_score.scoring import EmpathyScorer

BATCH_SIZE = 5_000
"""Utterances that are scored together; a batch ends with a whole conversation."""

Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""Takes what is done and how much there is to do; gives what counts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredFiles:
    """What became of an export.

    Parameters
    ----------
    written : str
        The scored table: a file, a database's table, or both.
    n_rows, n_scored : int
        Turns that were read, and those of them that were scored.
    n_rejects : int
        Rows and files that were set aside.
    rejects : Path or None
        The file that names them.
    unknown_roles : tuple of str
        Names of roles that are not known, most frequent first.
    n_files : mapping of str to int
        How many files of each format were read.
    resumed : int
        Turns whose scores an earlier, interrupted run had left.
    auto_roles : AutoRoles or None
        What was decided from wording; None where nobody asked for it.
    """

    written: str
    n_rows: int
    n_scored: int
    n_rejects: int
    rejects: Path | None
    unknown_roles: tuple[str, ...]
    n_files: Mapping[str, int]
    resumed: int
    auto_roles: AutoRoles | None


def score_files(
    paths: Sequence[Path | str | Query],
    out: Path | str | None = None,
    *,
    target: Target | None = None,
    columns: Mapping[str, str] | None = None,
    roles: Mapping[str, Role] | None = None,
    auto_roles: bool = False,
    score_roles: Sequence[str] | None = None,
    encoding: str | None = None,
    format: str | None = None,  # noqa: A002
    model: str | None = None,
    jobs: int = 1,
    resume: bool = False,
    patterns: Sequence[Path | str] = (),
    safe_csv: bool = False,
    progress: Progress | None = None,
) -> ScoredFiles:
    r"""Score every agent turn of exports and write all turns to one table.

    Parameters
    ----------
    paths : sequence of Path, str or Query
        Files, folders, globs, archives or ``"-"``, in any format of
        :func:`~empathy_score.readers.formats`, or queries of databases.
    out : Path, str or None
        The table to write: ``.csv``, ``.jsonl`` or ``.parquet``. Rows that cannot be
        read are named in a ``.rejects.jsonl`` beside it.
    target : Target, optional
        The table of a database to write, with or without OUT.
    columns, roles, auto_roles, encoding, format
        As :func:`~empathy_score.readers.open_export` takes them.
    score_roles : sequence of role, optional
        Whose turns are scored; the agent's, or all where nobody's role is known.
    model : str, optional
        A model's folder or name.
    jobs : int, default 1
        Processes to use.
    resume : bool, default False
        Go on where an interrupted run of the same input and settings stopped.
    patterns : sequence of Path or str, optional
        Files of own cues, as :meth:`~empathy_score.EmpathyScorer.load` takes them.
    safe_csv : bool, default False
        Neutralise text that a spreadsheet would run, as
        :func:`~empathy_score.writers.write_scored` says.
    progress : callable, optional
        Shows how far it has come.

    Returns
    -------
    ScoredFiles

    Raises
    ------
    InputError
        Nothing can be read, OUT cannot be written, it is not said who the agent is,
        or the run to go on with was another one.
    LexiconError
        A file of own cues is not valid.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     file = Path(name, "chat.csv")
    ...     _ = file.write_text("role,text\nagent,So sorry!\ncustomer,Thanks\n")
    ...     done = score_files([file], Path(name, "scored.csv"))
    >>> done.n_rows, done.n_scored
    (2, 1)
    """
    files = [path for path in paths if not isinstance(path, Query)]
    beside = _beside(out, target)
    if out is None:
        check_beside(beside, files)
    else:
        check_out(beside, files)
    if target is not None:
        check_target(target)
    roles_to_score(score_roles, has_roles=True)
    shown = progress or _silent
    uses = _Uses(model=model, own=read_own_rows(*patterns))
    settings = {
        "files": [_fingerprint(path, beside) for path in paths],
        "target": target and [database_at(target.url).name, target.table],
        "columns": dict(columns or {}),
        "roles": dict(roles or {}),
        "auto_roles": auto_roles,
        "score_roles": list(score_roles or ()),
        "encoding": encoding,
        "format": format,
        "model": _model_version(uses, jobs),
        "patterns": [[row.id, row.expression] for row in uses.own],
        "empathy_score": version("empathy-score"),
        "batch_size": BATCH_SIZE,
    }
    folder = work_folder(beside)
    loaded = _prepare(folder, settings, resume=resume)
    if loaded:
        export = reopen_export(folder)
    else:
        with shown("reading", 0):
            export = _read(
                paths, columns, roles, auto_roles, encoding, format, folder, beside
            )
        if score_roles is None and export.unnamed:
            export.connection.close()
            shutil.rmtree(folder)
            raise InputError(_who_is_the_agent(export.unnamed))
        store_export(export)
    try:
        wanted = roles_to_score(score_roles, has_roles=export.has_roles)
        n_scored, resumed = _score(export, uses, wanted, jobs, shown)
        with shown("writing", 0):
            if out is not None:
                write_scored(export, beside, SCORE_COLUMNS, safe_csv=safe_csv)
            rejects = write_rejects(beside, export.rejects)
            if target is not None:  # last: a run that goes on would append again
                write_table(export, target, SCORE_COLUMNS)
    finally:
        export.connection.close()
    shutil.rmtree(folder)
    return ScoredFiles(
        written=" and ".join(
            str(one) for one in (out, target and target.table) if one is not None
        ),
        n_rows=export.n_rows,
        n_scored=n_scored,
        n_rejects=len(export.rejects),
        rejects=rejects,
        unknown_roles=export.unknown_roles,
        n_files=export.n_files,
        resumed=resumed,
        auto_roles=export.auto_roles,
    )


def work_folder(out: Path) -> Path:
    """Name the folder in which an unfinished run keeps its work.

    Examples
    --------
    >>> work_folder(Path("scored.csv")).name
    '.scored.csv.unfinished'
    """
    return out.with_name(f".{out.name}.unfinished")


def _prepare(folder: Path, settings: Mapping[str, object], *, resume: bool) -> bool:
    """Make the work folder; tell whether its input is complete from an earlier run."""
    stated = folder / "settings.json"
    asked = json.loads(json.dumps(settings))
    if resume and stated.exists():
        found = json.loads(stated.read_text("utf-8"))
        changed = [name for name in asked if found.get(name) != asked[name]]
        if changed:
            raise InputError(
                f"{folder}: the interrupted run cannot go on, because these are not "
                f"what they were: {', '.join(changed)}; start over without --resume"
            )
        if (folder / "export.json").exists():
            return True
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    stated.write_text(json.dumps(asked), "utf-8")
    return False


def _read(
    paths: Sequence[Path | str | Query],
    columns: Mapping[str, str] | None,
    roles: Mapping[str, Role] | None,
    auto_roles: bool,
    encoding: str | None,
    format: str | None,  # noqa: A002
    folder: Path,
    out: Path,
) -> Export:
    try:
        return open_export(
            paths,
            columns=columns,
            roles=roles,
            encoding=encoding,
            format=format,
            folder=folder,
            skip=[out, rejects_path(out)],
            auto_roles=auto_roles,
        )
    except InputError:
        shutil.rmtree(folder)
        raise


def _beside(out: Path | str | None, target: Target | None) -> Path:
    """Name what is written; without OUT by the table, in the working folder."""
    if out is not None:
        return Path(out)
    if target is None:
        raise InputError("nothing to write: name a file, a table, or both")
    kept = (sign if sign.isalnum() or sign in "-_" else "_" for sign in target.table)
    return Path(f"{''.join(kept).strip('_') or 'scored'}.table")


def _fingerprint(given: Path | str | Query, out: Path) -> list[object]:
    """Tell one state of an input from another; of a query, only what it asks."""
    if isinstance(given, Query):
        return [database_at(given.url).name, given.text]
    path = str(given)
    if path == STDIN or not Path(path).exists():
        return [path]
    ours = {out.resolve(), rejects_path(out).resolve()}
    files = sorted(Path(path).rglob("*")) if Path(path).is_dir() else [Path(path)]
    inside = [
        [str(file), file.stat().st_size, file.stat().st_mtime_ns]
        for file in files
        if file.is_file()
        and file.resolve() not in ours
        and work_folder(out) not in file.parents
    ]
    return [path, inside]


def _who_is_the_agent(unnamed: Sequence[Unnamed]) -> str:
    """Ask what is never guessed."""
    first = unnamed[0]
    speakers = ", ".join(f"{name} ({words!r})" for name, words in first.speakers[:4])
    label = first.speakers[0][0]
    more = len(unnamed) - 1
    also = f" (and {more:,} more files)" if more else ""
    return (
        f"{first.file}{also}: it is not said who is the agent ({first.title}); the "
        f"speakers are {speakers}. Say it with --roles '{label}=agent', let the "
        "wording decide with --roles auto, or score everybody with --score-roles "
        "unknown"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Uses:
    """What scores: a model's folder or name, and a user's own cues."""

    model: str | None
    own: tuple[Pattern, ...]


@cache
def _scorer(uses: _Uses) -> EmpathyScorer:
    """Load a model once in each process that scores, and not in one that does not."""
    from empathy_score.scoring import EmpathyScorer

    return EmpathyScorer.with_rows(uses.own, uses.model)


def _version(uses: _Uses) -> str:
    return _scorer(uses).model.version


def _model_version(uses: _Uses, jobs: int) -> str:
    """Load the model wherever turns will be scored, and give its version."""
    if jobs == 1:
        return _version(uses)
    return str(Parallel(n_jobs=jobs)(delayed(_version)(uses) for _ in range(jobs))[0])


def _score(
    export: Export,
    uses: _Uses,
    wanted: frozenset[Role],
    jobs: int,
    shown: Progress,
) -> tuple[int, int]:
    """Score the batches that are not there yet; count all scored turns."""
    n_resumed = 0
    n_scored = 0

    def missing() -> Iterator[tuple[str, list[Utterance]]]:
        nonlocal n_resumed, n_scored
        for number, batch in enumerate(conversations(export, BATCH_SIZE)):
            name = f"{number:08d}"
            if part_path(export.folder, name).exists():
                n_resumed += len(batch)
                n_scored += sum(turn.role in wanted for turn in batch)
                advance(len(batch))
            else:
                yield name, batch

    with shown("scoring", export.n_rows) as advance:
        for n_rows, n_new in _scored(missing(), export.folder, uses, wanted, jobs):
            n_scored += n_new
            advance(n_rows)
    return n_scored, n_resumed


def _scored(
    batches: Iterator[tuple[str, list[Utterance]]],
    folder: Path,
    uses: _Uses,
    wanted: frozenset[Role],
    jobs: int,
) -> Iterator[tuple[int, int]]:
    if jobs == 1:
        for name, batch in batches:
            yield _write_batch(folder, name, batch, uses, wanted)
        return
    work = Parallel(n_jobs=jobs, return_as="generator_unordered", pre_dispatch=2 * jobs)
    with warnings.catch_warnings():
        # Said when the user interrupts, and the user knows.
        warnings.filterwarnings("ignore", message=".*tasks which were still being")
        yield from work(
            delayed(_write_batch)(folder, name, batch, uses, wanted)
            for name, batch in batches
        )


def _write_batch(
    folder: Path,
    name: str,
    batch: Sequence[Utterance],
    uses: _Uses,
    wanted: frozenset[Role],
) -> tuple[int, int]:
    """Score a batch and write its part; give the numbers of turns and scored ones."""
    rows = _scorer(uses).score_utterances(batch, wanted)
    add_scores(
        folder,
        name,
        (
            {"__row": utterance.row, **row}
            for utterance, row in zip(batch, rows, strict=True)
        ),
    )
    return len(batch), sum(row["score"] is not None for row in rows)


def _silent(what: str, total: int) -> AbstractContextManager[Callable[[int], None]]:  # noqa: ARG001
    def advance(done: int) -> None:  # noqa: ARG001
        return None

    return nullcontext(advance)
