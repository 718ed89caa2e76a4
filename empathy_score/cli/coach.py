"""``empathy-score coach``: what to talk about with each agent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from empathy_score.cli.scored_columns import (
    AgentOption,
    ChannelOption,
    ConversationOption,
    EndOption,
    RoleOption,
    RolesOption,
    ScoredArgument,
    SpeakerOption,
    StartOption,
    TeamOption,
    TextOption,
    TurnOption,
    named,
)

if TYPE_CHECKING:
    from rich.text import Text

    from empathy_score.coaching import Coaching, Moment

_MOST_LETTERS = 300  # of what was said, on the terminal


def coach_command(
    scored: ScoredArgument,
    by: Annotated[
        str, typer.Option(help="Whom: agent, team, channel or conversation.")
    ] = "agent",
    most: Annotated[int, typer.Option(min=1, help="Moments of each kind.")] = 5,
    only: Annotated[
        list[str] | None, typer.Option(help="Only this agent (or team, ...).")
    ] = None,
    text: TextOption = None,
    conversation: ConversationOption = None,
    role: RoleOption = None,
    speaker: SpeakerOption = None,
    turn: TurnOption = None,
    start: StartOption = None,
    end: EndOption = None,
    agent: AgentOption = None,
    team: TeamOption = None,
    channel: ChannelOption = None,
    roles: RolesOption = None,
) -> int:
    """Show strong moments, missed opportunities and habits of each agent in SCORED.

    Every sentence comes from a rule and quotes what it rests on.
    """
    from rich.console import Console

    from empathy_score.coaching import coach

    given = named(
        roles,
        text=text,
        conversation=conversation,
        role=role,
        speaker=speaker,
        turn=turn,
        start=start,
        end=end,
        agent=agent,
        team=team,
        channel=channel,
    )
    found = coach(scored, by=by, most=most, **given)
    console = Console()
    for one in _wanted(found, only or [], by):
        for line in _lines(one, by):
            console.print(line, soft_wrap=True)
    return 0


def _wanted(
    found: Sequence[Coaching], only: Sequence[str], by: str
) -> Sequence[Coaching]:
    from empathy_score.errors import InputError

    if not found:
        raise InputError("no scored turn of an agent was found; nothing to coach")
    names = [one.agent or "" for one in found]
    for name in only:
        if name not in names:
            listed = ", ".join(repr(known) for known in names[:10])
            raise InputError(f"there is no {by} {name!r}; there are {listed}")
    return [one for one in found if not only or one.agent in only]


def _lines(one: Coaching, by: str) -> Iterator[Text]:
    from rich.text import Text

    name = f"no {by} named" if one.agent is None else _plain(one.agent)
    turns, told = _count(one.turns, "turn"), _count(one.conversations, "conversation")
    yield Text(f"\n{name}: {turns} in {told}", style="bold")
    kinds = (("Strong moments", one.strengths), ("Missed opportunities", one.missed))
    for title, moments in kinds:
        yield Text(f"{title}:" if moments else f"{title}: none found.")
        for moment in moments:
            yield from _moment(moment)
    if one.patterns:
        yield Text("Habits:")
    for pattern in one.patterns:
        yield Text(f"  {'+' if pattern.good else '-'} {_plain(pattern.says)}")


def _moment(moment: Moment) -> Iterator[Text]:
    from rich.text import Text

    where = f"row {moment.row}"
    if moment.conversation:
        where = f"conversation {_plain(moment.conversation)}, {where}"
    yield Text(f"  {where}, score {moment.score:.2f}", style="bold")
    if moment.reply_to is not None:
        yield Text(
            f"    customer: {_plain(moment.reply_to, _MOST_LETTERS)}", style="dim"
        )
    yield Text(f"    agent: {_plain(moment.quote, _MOST_LETTERS)}")
    yield Text(f"    {_plain(moment.says)}", style="italic")


def _plain(text: str, letters: int | None = None) -> str:
    """Put a text on one line, without what a terminal would obey."""
    from empathy_score.coaching import short

    said = "".join(sign if sign.isprintable() else " " for sign in text)
    return short(said, letters or len(said))


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")
