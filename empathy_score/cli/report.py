"""``empathy-score report``: one HTML file from a scored table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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


def report_command(
    scored: ScoredArgument,
    out: Annotated[Path, typer.Option("--out", "-o", help="The .html file to write.")],
    no_text: Annotated[
        bool, typer.Option("--no-text", help="Leave all message texts out.")
    ] = False,
    redact: Annotated[
        bool,
        typer.Option(
            "--redact", help="Mask e-mail addresses, phone, card and account numbers."
        ),
    ] = False,
    outcome: Annotated[
        str | None,
        typer.Option(help="A column, such as satisfaction, to compare empathy with."),
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title of the page.")] = None,
    min_conversations: Annotated[
        int, typer.Option(min=1, help="Hide groups with fewer conversations.")
    ] = 1,
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
    """Write a report of SCORED turns that opens in any browser, without a network."""
    from empathy_score.reports import report

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
    file = report(
        scored,
        out,
        show_text=not no_text,
        redacted=redact,
        outcome=outcome,
        title=title,
        min_conversations=min_conversations,
        **columns,
    )
    typer.echo(f"{file}: {file.stat().st_size / 1e6:.1f} MB")
    return 0
