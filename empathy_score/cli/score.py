"""``empathy-score score``: an export in, a scored table out."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from empathy_score.cli.databases import (
    FromOption,
    IfExistsOption,
    QueryOption,
    TableOption,
    ToOption,
    sources_of,
    target_of,
)

if TYPE_CHECKING:
    from rich.console import Console

    from empathy_score.file_scoring import ScoredFiles
    from empathy_score.readers.table import AutoRoles


def score_command(
    files: Annotated[
        list[str] | None,
        typer.Argument(help="Files, folders, globs, archives, or - for stdin."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="OUT: .csv, .jsonl or .parquet.")
    ] = None,
    from_url: FromOption = None,
    query: QueryOption = None,
    to_url: ToOption = None,
    table: TableOption = None,
    if_exists: IfExistsOption = "fail",
    file_format: Annotated[
        str | None,
        typer.Option("--format", help="A format's name; see empathy-score formats."),
    ] = None,
    text: Annotated[str | None, typer.Option(help="Column of the text.")] = None,
    conversation: Annotated[
        str | None, typer.Option(help="Column of the conversation's id.")
    ] = None,
    role: Annotated[
        str | None, typer.Option(help="Column of the speaker's role.")
    ] = None,
    speaker: Annotated[
        str | None, typer.Option(help="Column of the speaker's label.")
    ] = None,
    turn: Annotated[
        str | None, typer.Option(help="Column of the turn's number.")
    ] = None,
    start: Annotated[str | None, typer.Option(help="Column of the start time.")] = None,
    end: Annotated[str | None, typer.Option(help="Column of the end time.")] = None,
    roles: Annotated[
        list[str] | None,
        typer.Option(
            help="What a role's name or a speaker's label means, as spk_0=agent; "
            "auto lets the wording decide the others."
        ),
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
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where a stopped run left off.")
    ] = False,
    patterns: Annotated[
        list[Path] | None,
        typer.Option(help="Own cues: a .jsonl or .toml file; see check-patterns."),
    ] = None,
    safe_csv: Annotated[
        bool,
        typer.Option(
            "--safe-csv",
            help="Put an apostrophe before text that a spreadsheet would run.",
        ),
    ] = False,
) -> int:
    """Score every agent turn of FILES and write them all to OUT.

    Rows may come from a database too (--from, --query), and may go to one (--to,
    --table), with or without OUT.
    """
    from rich.console import Console

    from empathy_score.cli.progress import counting
    from empathy_score.columns import roles_mapping
    from empathy_score.file_scoring import score_files

    given = {
        "text": text,
        "conversation": conversation,
        "role": role,
        "speaker": speaker,
        "turn": turn,
        "start": start,
        "end": end,
    }
    console = Console(stderr=True)
    done = score_files(
        sources_of(files or [], from_url, query),
        out,
        target=target_of(to_url, table, if_exists, out),
        columns={name: column for name, column in given.items() if column},
        roles=roles_mapping([one for one in roles or [] if one != "auto"]),
        auto_roles="auto" in (roles or []),
        score_roles=score_roles,
        encoding=encoding,
        format=file_format,
        model=model,
        jobs=jobs,
        resume=resume,
        patterns=patterns or (),
        safe_csv=safe_csv,
        progress=partial(counting, console),
    )
    _report(console, done)
    return 1 if done.n_rejects else 0


def _report(console: Console, done: ScoredFiles) -> None:
    said = [
        f"{done.n_rows:,} turns, {done.n_scored:,} of them scored, in {done.written}"
    ]
    if sum(done.n_files.values()) > 1:
        read = ", ".join(f"{count:,} {title}" for title, count in done.n_files.items())
        said.append(f"files read: {read}")
    if done.resumed:
        said.append(f"{done.resumed:,} turns were scored by the run before")
    if done.auto_roles:
        said.append(_decided(done.auto_roles))
    if done.unknown_roles:
        names = ", ".join(done.unknown_roles[:5])
        said.append(
            f"roles not known, kept as unknown: {names} "
            f"(say what they are with --roles {done.unknown_roles[0]}=agent)"
        )
    if done.n_rejects:
        said.append(f"{done.n_rejects:,} rows set aside, named in {done.rejects}")
    for line in said:
        console.print(line, soft_wrap=True, highlight=False, markup=False)


def _decided(found: AutoRoles) -> str:
    """Say for how many conversations the wording decided, and how surely."""
    calls = "conversation" if found.n_decided == 1 else "conversations"
    mean = found.mean_confidence
    sure = "" if mean is None else f": mean confidence {mean:.3f}"
    left = f"; {found.n_unknown:,} left unknown" if found.n_unknown else ""
    return f"roles decided from wording for {found.n_decided:,} {calls}{sure}{left}"
