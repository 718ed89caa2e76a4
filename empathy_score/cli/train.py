"""``empathy-score train``: labels in, a model's folder out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

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
    start_from: Annotated[
        str | None,
        typer.Option(
            help="Adapt this model, customer-service for instance, instead of "
            "training a new one; 50 labels can be enough."
        ),
    ] = None,
    compare_with: Annotated[
        str,
        typer.Option(
            help="A model that is measured on the same folds; none for no comparison."
        ),
    ] = "customer-service",
    patterns: Annotated[
        list[Path] | None,
        typer.Option(help="Own cues: a .jsonl or .toml file; see check-patterns."),
    ] = None,
) -> int:
    """Train a model on LABELLED utterances and write it with card and metrics.

    LABELLED has the columns text and level (0, 1, 2), and may have context (the turn
    before), group (what splits keep together), weight, and the mechanisms.
    """
    from rich.console import Console

    from empathy_score.adaptation_training import adapt
    from empathy_score.training import train

    if start_from is not None and contrast:
        raise typer.BadParameter("--contrast and --start-from do not go together")
    if start_from is not None:
        metrics, rejects = adapt(
            labelled, out, start_from=start_from, patterns=patterns or ()
        )
    else:
        other = None if compare_with == "none" else compare_with
        metrics, rejects = train(
            labelled,
            out,
            contrast=contrast or (),
            compare_with=other,
            patterns=patterns or (),
        )
    console = Console()
    for line in _said(metrics, out):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    console.print(measure_table(metrics["held_out"], "on held-out conversations"))
    for line in _compared(metrics):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    say_rejects(console, rejects)
    return 1 if rejects else 0


def _said(metrics: Mapping[str, Any], out: Path) -> Iterator[str]:
    """Where the model is, and what makes its figures doubtful."""
    yield (
        f"{metrics['n_utterances']:,} utterances in "
        f"{metrics['n_conversations']:,} conversations; model in {out}"
    )
    for warning in metrics["warnings"]:
        yield f"warning: {warning}"
    if adaptation := metrics.get("adaptation"):
        chosen = adaptation["chosen"]["level"]
        yield f"adapted from {adaptation['start_from']}: {chosen}"


def _compared(metrics: Mapping[str, Any]) -> Iterator[str]:
    """How the model fares beside the other one."""
    from empathy_score.card_sections import verdict_of

    if (found := metrics.get("comparison")) is None:
        return
    for title, key in (
        ("ranked probability score, lower is better", "ranked_probability"),
        ("weighted kappa", "weighted_kappa"),
    ):
        one, other = found[key]["one"], found[key]["other"]
        difference = found[key]["difference"]
        if None not in (one, other, *difference.values()):
            yield (
                f"{title}: {one:.3f}, {found['model']} {other:.3f}; difference "
                f"{difference['value']:+.3f} ({difference['low']:+.3f} to "
                f"{difference['high']:+.3f})"
            )
    yield verdict_of(found)
    if "adaptation" not in metrics and found["verdict"] != "better":
        yield f"Adapting may do better: --start-from {found['model']}"
