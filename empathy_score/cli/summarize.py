"""``empathy-score summarize``: agents, teams, weeks ... side by side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from empathy_score.cli.scored_columns import (
    AgentOption,
    ChannelOption,
    ConversationOption,
    RoleOption,
    RolesOption,
    ScoredArgument,
    StartOption,
    TeamOption,
    TextOption,
    TurnOption,
    named,
)

if TYPE_CHECKING:
    from rich.table import Table

    from empathy_score.summaries.groups import Columns

_MOST_ROWS = 50
_SHORT_NAME, _LONG_NAME = 8, 15  # characters of a group's name
_MOST_PAIRS = 5


def summarize_command(
    scored: ScoredArgument,
    by: Annotated[
        str, typer.Option(help="agent, team, channel, week or conversation.")
    ] = "agent",
    min_conversations: Annotated[
        int, typer.Option(min=1, help="Hide groups with fewer conversations.")
    ] = 1,
    confidence: Annotated[
        float, typer.Option(help="Of the intervals, from 0 to 1.")
    ] = 0.9,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="All columns: .csv, .jsonl or .parquet."),
    ] = None,
    text: TextOption = None,
    conversation: ConversationOption = None,
    role: RoleOption = None,
    turn: TurnOption = None,
    start: StartOption = None,
    agent: AgentOption = None,
    team: TeamOption = None,
    channel: ChannelOption = None,
    roles: RolesOption = None,
) -> int:
    """Sum up SCORED turns by agent, team, channel, week or conversation.

    Means of few conversations are drawn to the whole, and differences that chance can
    explain are said to be within noise.
    """
    from rich.console import Console

    from empathy_score.scored_turns import open_scored
    from empathy_score.summaries import (
        SUMMARY_COLUMNS,
        group_columns,
        summary_of,
        write_columns,
    )
    from empathy_score.summaries.summarizing import check_arguments
    from empathy_score.writers import check_out

    check_arguments(min_conversations, confidence)
    if out is not None:
        check_out(out, scored)
    columns = named(
        roles,
        text=text,
        conversation=conversation,
        role=role,
        turn=turn,
        start=start,
        agent=agent,
        team=team,
        channel=channel,
    )
    with open_scored(scored, **columns, with_text=False) as turns:
        groups = group_columns(turns, by)
    summary = summary_of(groups, by, min_conversations, confidence)
    console = Console()
    if len(summary[by]):
        console.print(_table(summary, by, confidence))
    for line in _notes(groups, summary, by, min_conversations, confidence):
        console.print(line, highlight=False, markup=False)
    if out is not None:
        kinds = {by: "DATE" if by == "week" else "VARCHAR", **SUMMARY_COLUMNS}
        write_columns(summary, kinds, out)
        console.print(f"all columns in {out}", highlight=False, markup=False)
    return 0


def _table(summary: Columns, by: str, confidence: float) -> Table:
    """Lay out the first groups, without columns in which nothing is known."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from empathy_score.summaries.tables import plain_rows

    rows = plain_rows({name: found[:_MOST_ROWS] for name, found in summary.items()})
    columns = {
        "conver-\nsations": [f"{row['conversations']:,}" for row in rows],
        "turns": [f"{row['turns']:,}" for row in rows],
        f"empathy\n({100 * confidence:g} %)": [_empathy(row) for row in rows],
        "calls met": [_met(row) for row in rows],
        "reply\nafter": [
            _number(row["response_seconds"], ",.0f", " s") for row in rows
        ],
        "talk": [_number(row["talk_share"], ".0%") for row in rows],
        "mood at\nstart, end": [_moods(row) for row in rows],
    }
    if by == "conversation":
        columns.pop("conver-\nsations")
    shown = {name: cells for name, cells in columns.items() if any(cells)}
    longest = max(len(row[by]) for row in rows)
    between = 1 if longest <= _SHORT_NAME else 0  # room for names on 80 columns
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, between, 0, 0))
    table.add_column(by, overflow="fold", min_width=min(longest, _LONG_NAME))
    for name in shown:
        table.add_column(name, justify="right", no_wrap=True)
    for row, *cells in zip(rows, *shown.values(), strict=True):
        table.add_row(Text(row[by]), *cells)
    return table


def _number(value: float | None, form: str, unit: str = "") -> str:
    return "" if value is None else f"{value:{form}}{unit}".replace("-0.0", "+0.0")


def _empathy(row: dict[str, Any]) -> str:
    if row["empathy"] is None:
        return f"{row['empathy_unshrunk']:.2f} (unknown)"
    low, high = row["empathy_low"], row["empathy_high"]
    return f"{row['empathy']:.2f} ({low:.2f}-{high:.2f})"


def _moods(row: dict[str, Any]) -> str:
    start, end = row["mood_start"], row["mood_end"]
    if start is None and end is None:
        return ""
    return f"{_number(start, '+.1f') or '?'}, {_number(end, '+.1f') or '?'}"


def _met(row: dict[str, Any]) -> str:
    """Say how many turns that called for empathy got some."""
    if row["met_share"] is None:
        return ""
    return f"{row['opportunities'] - row['missed']:,} of {row['opportunities']:,}"


def _notes(
    groups: Columns,
    summary: Columns,
    by: str,
    min_conversations: int,
    confidence: float,
) -> Iterator[str]:
    """Say what the table does not show, and which groups differ beyond noise."""
    n_shown = len(summary[by])
    if n_shown > _MOST_ROWS:
        more = n_shown - _MOST_ROWS
        yield f"and {more:,} more; write all of them with -o summary.csv"
    if hidden := len(groups["name"]) - n_shown:
        yield f"{hidden:,} with fewer than {min_conversations} conversations hidden"
    if by != "conversation":
        yield from _differences(groups, by, min_conversations, confidence)


def _differences(
    groups: Columns, by: str, min_conversations: int, confidence: float
) -> Iterator[str]:
    import numpy as np

    from empathy_score.errors import InputError
    from empathy_score.summaries import pairs_of

    try:
        pairs = pairs_of(groups, by, max(min_conversations, 2), confidence)
    except InputError as error:
        yield f"not compared: {error}"
        return
    yield (
        f"Plain means compared, with {100 * confidence:g} % intervals that hold for "
        "all pairs together:"
    )
    if len(pairs["says"]) <= _MOST_PAIRS:
        yield from map(str, pairs["says"])
        return
    beyond = np.flatnonzero(~pairs["within_noise"])
    size = np.abs(pairs["difference"][beyond])
    for place in beyond[np.argsort(-size, kind="stable")][:_MOST_PAIRS]:
        yield str(pairs["says"][place])
    n_pairs = len(pairs["says"])
    if len(beyond) > _MOST_PAIRS:
        yield f"{len(beyond) - _MOST_PAIRS:,} more pairs differ beyond noise."
    if n_pairs - len(beyond):
        rest = "Every" if not len(beyond) else "Every other"
        yield f"{rest} difference between two of them is within noise."
