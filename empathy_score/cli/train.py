"""``empathy-score train``: labels in, a model's folder out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from empathy_score.cli.evaluate import measure_table, say_rejects


def train_command(
    labelled: Annotated[
        list[Path], typer.Argument(help="Tables, or folders of tables, with levels.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The model's folder.")],
    contrast: Annotated[
        list[Path] | None,
        typer.Option(
            help="More labelled tables, of which only the sentence model learns: "
            "contrast pairs, whose levels are not as frequent as in real work."
        ),
    ] = None,
) -> int:
    """Train a model on LABELLED utterances and write it with card and metrics."""
    from rich.console import Console

    from empathy_score.training import train

    metrics, rejects = train(labelled, out, contrast=contrast or ())
    console = Console()
    console.print(
        f"{metrics['n_utterances']:,} utterances in "
        f"{metrics['n_conversations']:,} conversations; model in {out}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    console.print(measure_table(metrics["held_out"], "on held-out conversations"))
    say_rejects(console, rejects)
    return 1 if rejects else 0
