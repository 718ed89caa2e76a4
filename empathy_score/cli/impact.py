"""``empathy-score impact``: how empathy goes with an outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from empathy_score.cli.scored_columns import (
    AgentOption,
    ChannelOption,
    ConversationOption,
    RoleOption,
    RolesOption,
    ScoredArgument,
    TextOption,
    TurnOption,
    named,
)

if TYPE_CHECKING:
    from rich.table import Table

    from empathy_score.outcomes import Impact

_WIDTH = 27


def impact_command(
    scored: ScoredArgument,
    outcome: Annotated[
        str, typer.Option(help="Column of numbers, or of true and false.")
    ],
    draws: Annotated[int, typer.Option(help="Draws of the bootstrap.")] = 2000,
    seed: Annotated[int, typer.Option(help="Of the bootstrap.")] = 0,
    confidence: Annotated[
        float, typer.Option(help="Of the intervals, from 0 to 1.")
    ] = 0.95,
    text: TextOption = None,
    conversation: ConversationOption = None,
    role: RoleOption = None,
    turn: TurnOption = None,
    agent: AgentOption = None,
    channel: ChannelOption = None,
    roles: RolesOption = None,
) -> int:
    """Say how the empathy of SCORED conversations goes with an outcome.

    Needs statsmodels: pip install 'empathy-score[impact]'.
    """
    from rich.console import Console

    from empathy_score.outcomes import impact

    found = impact(
        scored,
        outcome,
        draws=draws,
        seed=seed,
        confidence=confidence,
        **named(
            roles,
            text=text,
            conversation=conversation,
            role=role,
            turn=turn,
            agent=agent,
            channel=channel,
        ),
    )
    console = Console()
    for line in found.says:
        console.print(line, highlight=False, markup=False)
    if found.n_untold:
        untold = f"{found.n_untold:,} conversations without {found.outcome} left out"
        console.print(untold, highlight=False, markup=False)
    console.print(_doses(found))
    return 0


def _doses(found: Impact) -> Table:
    """Draw the mean outcome from least to most empathy, with its interval."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        title=Text(f"{found.outcome} from least to most empathy"),
        title_justify="left",
    )
    table.add_column("empathy", no_wrap=True)
    table.add_column("conver-\nsations", justify="right")
    table.add_column("mean", justify="right", no_wrap=True)
    table.add_column(f"{100 * found.confidence:g} % interval", no_wrap=True)
    ends = [
        end
        for dose in found.dose_response
        for end in (dose.outcome, dose.low, dose.high)
        if end is not None
    ]
    least, most = min(ends), max(ends)
    table.add_column(f"from {least:.3g} to {most:.3g}", no_wrap=True)
    for dose in found.dose_response:
        interval, bar = "-", ""
        if dose.low is not None and dose.high is not None:
            interval = f"{dose.low:.2f} to {dose.high:.2f}"
            marks = [
                round((end - least) / ((most - least) or 1) * _WIDTH)
                for end in (dose.low, dose.outcome, dose.high)
            ]
            bar = _bar(*marks)
        table.add_row(
            f"{dose.least:.2f} to {dose.most:.2f}",
            f"{dose.n:,}",
            f"{dose.outcome:.2f}",
            interval,
            bar,
        )
    return table


def _bar(low: int, middle: int, high: int) -> str:
    """Draw an interval and its middle.

    Examples
    --------
    >>> _bar(2, 4, 7)
    '  --o---'
    """
    signs = ["-" if low <= place else " " for place in range(high + 1)]
    signs[middle] = "o"
    return "".join(signs)
