"""``empathy-score check-patterns``: a user's own cues, checked by their examples."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def check_patterns_command(
    files: Annotated[
        list[Path], typer.Argument(help="Own cues: .jsonl or .toml files.")
    ],
) -> int:
    """Check FILES of own cues: each row, its examples and its counter-examples.

    Exit code 0: all is as the rows say; 1: an example or a pattern is wrong;
    2: a file cannot be read as cues.
    """
    from empathy_score.lexicon import check_own_rows, read_own_rows

    rows = read_own_rows(*files)
    found = check_own_rows(rows)
    for one in found:
        typer.echo(str(one))
    wrong = {one.id for one in found if one.is_wrong}
    n_examples = sum(len(row.examples) for row in rows)
    n_counter = sum(len(row.counter_examples) for row in rows)
    typer.echo(
        f"{len(rows):,} rows, {n_examples:,} examples, {n_counter:,} counter-examples: "
        + (f"{len(wrong):,} rows are wrong" if wrong else "all rows do what they say")
    )
    return 1 if wrong else 0
