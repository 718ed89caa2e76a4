"""``empathy-score evaluate``: compare a model with labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from empathy_score.evaluation import Measure
    from empathy_score.readers import Reject


def evaluate_command(
    labelled: Annotated[
        list[Path], typer.Argument(help="Tables, or folders of tables, with levels.")
    ],
    model: Annotated[str | None, typer.Option(help="A model's folder or name.")] = None,
    patterns: Annotated[
        list[Path] | None,
        typer.Option(help="Own cues: a .jsonl or .toml file; see check-patterns."),
    ] = None,
) -> int:
    """Compare a model with the levels of LABELLED utterances."""
    from rich.console import Console

    from empathy_score.model import load_model
    from empathy_score.training import evaluate

    found, data = evaluate(load_model(model), labelled, patterns=patterns or ())
    title = f"{len(data.texts):,} utterances, {len(set(data.groups)):,} conversations"
    console = Console()
    console.print(measure_table(found, title))
    say_rejects(console, data.rejects)
    return 1 if data.rejects else 0


def say_rejects(console: Console, rejects: Sequence[Reject]) -> None:
    """Say how many rows were set aside, and name each of the first ten."""
    if not rejects:
        return
    said = [f"{len(rejects):,} rows set aside:"]
    said.extend(f"{one.file}:{one.line}: {one.reason}" for one in rejects[:10])
    for line in said:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def measure_table(found: Mapping[str, Measure], title: str) -> Table:
    """Figures with their intervals, as a table for the terminal."""
    from rich.table import Table

    table = Table("measure", "value", "95 % interval", title=title, box=None)
    for name, measure in found.items():
        cells = [
            "not defined" if figure is None else f"{figure:.3f}"
            for figure in (measure["value"], measure["low"], measure["high"])
        ]
        table.add_row(name, cells[0], f"{cells[1]} to {cells[2]}")
    return table
