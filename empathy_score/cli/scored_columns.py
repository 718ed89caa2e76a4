"""Options that say which column of a scored table holds what."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

ScoredArgument = Annotated[
    list[Path], typer.Argument(help="Files that empathy-score score wrote.")
]
TextOption = Annotated[str | None, typer.Option(help="Column of the text.")]
ConversationOption = Annotated[
    str | None, typer.Option(help="Column of the conversation's id.")
]
RoleOption = Annotated[str | None, typer.Option(help="Column of the speaker's role.")]
SpeakerOption = Annotated[
    str | None, typer.Option(help="Column of the speaker's label.")
]
TurnOption = Annotated[str | None, typer.Option(help="Column of the turn's number.")]
StartOption = Annotated[str | None, typer.Option(help="Column of the start time.")]
EndOption = Annotated[str | None, typer.Option(help="Column of the end time.")]
AgentOption = Annotated[str | None, typer.Option(help="Column of the agent.")]
TeamOption = Annotated[str | None, typer.Option(help="Column of the agent's team.")]
ChannelOption = Annotated[str | None, typer.Option(help="Column of the channel.")]
RolesOption = Annotated[
    list[str] | None,
    typer.Option(help="What a role's name means, as end-user=customer."),
]


def named(roles: Sequence[str] | None, **columns: str | None) -> Mapping[str, Any]:
    """Give what the user named, as ``open_scored`` takes it.

    Examples
    --------
    >>> named(["end-user=customer"], agent="owner", team=None)
    {'agent': 'owner', 'roles': {'end-user': 'customer'}}
    """
    from empathy_score.columns import roles_mapping

    given: dict[str, Any] = {key: name for key, name in columns.items() if name}
    return {**given, "roles": roles_mapping(roles)} if roles else given
