"""``empathy-score train-roles``: conversations with roles in, a model out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def train_roles_command(
    conversations: Annotated[
        list[Path],
        typer.Argument(help="Tables, or folders of tables, with roles."),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The model's folder.")],
) -> int:
    """Train the model of who is the agent on CONVERSATIONS with roles."""
    from rich.console import Console

    from empathy_score.cli.evaluate import say_rejects
    from empathy_score.speaker_roles_training import train_speaker_roles

    metrics, rejects = train_speaker_roles(conversations, out)
    console = Console()
    found = {(row["turns"], row["from"]): row for row in metrics["held_out"]}
    accuracies = ", ".join(
        f"{found[turns, 'beginning']['accuracy']:.3f} after {turns} turns"
        for turns in ("2", "4", "8")
        if (turns, "beginning") in found
    )
    console.print(
        f"{metrics['n_turns']:,} turns in {metrics['n_conversations']:,} "
        f"conversations; accuracy on held-out ones {accuracies}; model in {out}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    say_rejects(console, rejects)
    return 1 if rejects else 0
