"""``empathy-score train-interruption``: marked turns in, a model's folder out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def train_interruption_command(
    turns: Annotated[
        Path,
        typer.Argument(
            help="CSV: group, speaker, start, end, text, interrupted (, abandoned)."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The model's folder.")],
) -> int:
    """Train the model of interruptions on TURNS with times and write its folder."""
    from rich.console import Console
    from rich.table import Table

    from empathy_score.turn_taking.training import measure_rows, train_interruption

    metrics = train_interruption(turns, out)
    console = Console()
    console.print(
        f"{metrics['n_turns']:,} turns in {metrics['n_meetings']:,} groups, "
        f"{metrics['n_interrupted']:,} interrupted; model in {out}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    table = Table("on groups held out", "average precision", "F1", title=None, box=None)
    for name, precision, f1 in measure_rows(metrics):
        table.add_row(name, f"{precision:.3f}", f"{f1:.3f}")
    console.print(table)
    return 0
