"""``empathy-score agreement``: two labellers, and where they differ."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from empathy_score.evaluation import Measure
    from empathy_score.labeller_agreement import Agreement


def agreement_command(
    one: Annotated[Path, typer.Argument(help="Labels of the one.")],
    other: Annotated[Path, typer.Argument(help="Labels of the other.")],
    number: Annotated[
        int, typer.Option("--number", "-n", min=0, help="Disagreements to show.")
    ] = 20,
) -> int:
    """Compare the labels of two labellers, and show where they differ."""
    from rich.console import Console

    from empathy_score.labelled import read_labelled
    from empathy_score.labeller_agreement import agreement

    found = agreement(read_labelled([one]), read_labelled([other]))
    console = Console()
    for line in (*_figures(found), *_differences(found, number)):
        console.print(line, highlight=False, markup=False, emoji=False, soft_wrap=True)
    return 0


def _figures(found: Agreement) -> Iterator[str]:
    from empathy_score.labeller_agreement import has_krippendorff

    yield (
        f"{found.n_both:,} turns labelled by both ({found.n_one_only:,} by the first "
        f"only, {found.n_other_only:,} by the second only); equal: {found.n_equal:,}"
    )
    kappa, alpha = found.weighted_kappa, found.alpha
    yield f"quadratic weighted kappa: {_figure(kappa['value'])} ({_range(kappa)})"
    missing = (
        "" if has_krippendorff() else " (needs: pip install empathy-score[labels])"
    )
    yield f"Krippendorff's alpha, ordinal: {_figure(alpha)}{missing}"
    yield "first labeller's level down, second's across:"
    yield "     0     1     2"
    for level, counts in enumerate(found.table.tolist()):
        yield f"{level} {counts[0]:>4}  {counts[1]:>4}  {counts[2]:>4}"


def _differences(found: Agreement, number: int) -> Iterator[str]:
    from empathy_score.cli.label import harmless

    shown = found.disagreements[:number]
    for one in shown:
        yield ""
        yield f"{one.one} and {one.other}, conversation {one.conversation}"
        if one.reply_to is not None:
            yield f"  customer: {harmless(one.reply_to)}"
        yield f"  agent:    {harmless(one.text)}"
    if len(shown) < len(found.disagreements):
        yield f"and {len(found.disagreements) - len(shown):,} more (--number)"


def _range(found: Measure) -> str:
    return f"95 % interval {_figure(found['low'])} to {_figure(found['high'])}"


def _figure(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.3f}"
