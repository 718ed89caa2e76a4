"""``empathy-score train-opportunity``: labelled customers' turns in, a model out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from empathy_score.cli.evaluate import say_rejects


def train_opportunity_command(
    labelled: Annotated[
        list[Path],
        typer.Argument(help="Tables, or folders of tables, with opportunity."),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The model's folder.")],
) -> int:
    """Train the model of opportunities on LABELLED customers' turns."""
    from rich.console import Console

    from empathy_score.opportunity_training import train_opportunity

    metrics, rejects = train_opportunity(labelled, out)
    console = Console()
    found = metrics["held_out"]
    console.print(
        f"{metrics['n_turns']:,} turns in {metrics['n_conversations']:,} "
        f"conversations; on held-out conversations F1 {found['f1']:.3f}, "
        f"AUC {found['auc']:.3f}; model in {out}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    say_rejects(console, rejects)
    return 1 if rejects else 0
