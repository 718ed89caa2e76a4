"""``empathy-score score``: an export in, a scored table out."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from joblib import Parallel, delayed
from rich.console import Console

from empathy_score.cli.progress import counting
from empathy_score.columns import roles_mapping
from empathy_score.readers import Export, conversations, open_export
from empathy_score.records import Role, Utterance
from empathy_score.scoring import SCORE_COLUMNS, EmpathyScorer, Row, roles_to_score
from empathy_score.writers import add_scores, check_out, write_rejects, write_scored

_BATCH_SIZE = 5_000


def score_command(
    files: Annotated[list[Path], typer.Argument(help="CSV, TSV, JSONL or Parquet.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="OUT: .csv, .jsonl or .parquet.")
    ],
    file_format: Annotated[
        str | None, typer.Option("--format", help="csv, tsv, jsonl, json or parquet.")
    ] = None,
    text: Annotated[str | None, typer.Option(help="Column of the text.")] = None,
    conversation: Annotated[
        str | None, typer.Option(help="Column of the conversation's id.")
    ] = None,
    role: Annotated[
        str | None, typer.Option(help="Column of the speaker's role.")
    ] = None,
    turn: Annotated[
        str | None, typer.Option(help="Column of the turn's number.")
    ] = None,
    start: Annotated[str | None, typer.Option(help="Column of the start time.")] = None,
    end: Annotated[str | None, typer.Option(help="Column of the end time.")] = None,
    roles: Annotated[
        list[str] | None,
        typer.Option(help="What a role's name means, as end-user=customer."),
    ] = None,
    score_roles: Annotated[
        list[str] | None,
        typer.Option(help="Whose turns are scored; the agent's by default."),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of text files, UTF-8 by default.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="A model's folder or name.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes to use.")] = 1,
) -> int:
    """Score every agent turn of FILES and write them all to OUT."""
    check_out(out, files)
    given = {
        "text": text,
        "conversation": conversation,
        "role": role,
        "turn": turn,
        "start": start,
        "end": end,
    }
    console = Console(stderr=True)
    scorer = EmpathyScorer.load(model)
    with tempfile.TemporaryDirectory(prefix="empathy-score-") as folder:
        export = open_export(
            files,
            columns={name: column for name, column in given.items() if column},
            roles=roles_mapping(roles or []),
            encoding=encoding,
            format=file_format,
            folder=Path(folder),
        )
        try:
            wanted = roles_to_score(score_roles, has_roles=export.has_roles)
            n_scored = _score(export, scorer, wanted, jobs, console)
            write_scored(export, out, SCORE_COLUMNS)
        finally:
            export.connection.close()
    rejected = write_rejects(out, export.rejects)
    _report(console, export, out, n_scored, rejected)
    return 1 if export.rejects else 0


def _score(
    export: Export,
    scorer: EmpathyScorer,
    wanted: frozenset[Role],
    jobs: int,
    console: Console,
) -> int:
    n_scored = 0
    with counting(console, "scoring", export.n_rows) as advance:
        for number, rows in enumerate(_scored_batches(export, scorer, wanted, jobs)):
            add_scores(export, f"{number:08d}", rows)
            n_scored += sum(row["score"] is not None for row in rows)
            advance(len(rows))
    return n_scored


def _scored_batches(
    export: Export, scorer: EmpathyScorer, wanted: frozenset[Role], jobs: int
) -> Iterator[list[Row]]:
    batches = conversations(export, _BATCH_SIZE)
    if jobs == 1:
        for batch in batches:
            yield _rows(scorer, batch, wanted)
        return
    work = Parallel(n_jobs=jobs, return_as="generator", pre_dispatch=2 * jobs)
    with warnings.catch_warnings():
        # Said when the user interrupts, and the user knows.
        warnings.filterwarnings("ignore", message=".*tasks which were still being")
        yield from work(delayed(_rows)(scorer, batch, wanted) for batch in batches)


def _rows(
    scorer: EmpathyScorer, batch: Sequence[Utterance], wanted: frozenset[Role]
) -> list[Row]:
    rows = scorer.score_utterances(batch, wanted)
    return [
        {"__row": utterance.row, **row}
        for utterance, row in zip(batch, rows, strict=True)
    ]


def _report(
    console: Console, export: Export, out: Path, n_scored: int, rejected: Path | None
) -> None:
    said = [f"{export.n_rows:,} turns, {n_scored:,} of them scored, in {out}"]
    if export.unknown_roles:
        names = ", ".join(export.unknown_roles[:5])
        said.append(
            f"roles not known, kept as unknown: {names} "
            f"(say what they are with --roles {export.unknown_roles[0]}=agent)"
        )
    if export.rejects:
        said.append(f"{len(export.rejects):,} rows set aside, named in {rejected}")
    for line in said:
        console.print(line, soft_wrap=True, highlight=False, markup=False)
