"""``empathy-score explain``: the score of one text and what it rests on."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from empathy_score.features import all_features
from empathy_score.scoring import EmpathyScore, EmpathyScorer

_LEVELS = ("none", "weak", "strong")
_MOST = 8


def explain_command(
    text: Annotated[str, typer.Argument(help="What the agent wrote or said.")],
    reply_to: Annotated[
        str | None, typer.Option("--reply-to", help="The customer's turn before it.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="A model's folder or name.")] = None,
) -> int:
    """Score one TEXT and show why."""
    one = EmpathyScorer.load(model).score(text, reply_to=reply_to)
    console = Console()
    chances = ", ".join(
        f"{name} {chance:.2f}"
        for name, chance in zip(_LEVELS, one.probabilities, strict=True)
    )
    console.print(_marked(one))
    console.print(
        f"\nscore {one.score:.2f}   level {one.level} ({_LEVELS[one.level]})   "
        f"{chances}\n",
        highlight=False,
    )
    if one.cues:
        console.print(_cues(one))
    console.print(_contributions(one))
    return 0


def _marked(one: EmpathyScore) -> Text:
    """Mark the evidence in the text."""
    marked = Text(one.text)
    for cue in one.cues:
        marked.stylize("strike" if cue.negated else "bold reverse", cue.start, cue.end)
    return marked


def _cues(one: EmpathyScore) -> Table:
    table = Table("cue", "kind", "words", "row", box=None, title_justify="left")
    for cue in one.cues:
        label = f"{cue.label} (denied)" if cue.negated else cue.label
        table.add_row(label, cue.subtype or "", Text(cue.text), Text(cue.pattern))
    return table


def _contributions(one: EmpathyScore) -> Table:
    meaning = {feature.name: feature.higher_means for feature in all_features()}
    table = Table("share", "feature", "what it says", box=None)
    shown = list(one.contributions.items())[:_MOST]
    for name, share in shown:
        table.add_row(f"{share:+.2f}", name, meaning.get(name, "with no features"))
    rest = one.decision_value - sum(share for _, share in shown)
    if len(one.contributions) > _MOST:
        table.add_row(f"{rest:+.2f}", "all others", "")
    table.add_row(f"{one.decision_value:+.2f}", "decision value", "their sum")
    return table
