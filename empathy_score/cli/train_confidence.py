"""``empathy-score train-confidence``: labelled conversations in, a model out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def train_confidence_command(
    labelled: Annotated[
        list[Path],
        typer.Argument(help="Conversations with cues: folders or files."),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The model's folder.")],
) -> int:
    """Train the model of reflection and affirmation on LABELLED sentences."""
    from rich.console import Console

    from empathy_score.cue_confidence_training import train_cue_confidence

    metrics = train_cue_confidence(labelled, out)
    figures = ", ".join(
        f"{label} AUC {found['auc']:.3f}"
        for label, found in metrics["held_out"].items()
    )
    Console().print(
        f"{metrics['n_sentences']:,} sentences in {metrics['n_conversations']:,} "
        f"conversations; on held-out conversations {figures}; model in {out}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    return 0
