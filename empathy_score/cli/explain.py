"""``empathy-score explain``: the score of one text and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from empathy_score.explanation import EmpathyScore

_LEAST = 0.1  # smaller shares are summed up
_MOST_WORDS = 6


def explain_command(
    text: Annotated[str, typer.Argument(help="What the agent wrote or said.")],
    reply_to: Annotated[
        str | None, typer.Option("--reply-to", help="The customer's turn before it.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="A model's folder or name.")] = None,
    patterns: Annotated[
        list[Path] | None,
        typer.Option(help="Own cues: a .jsonl or .toml file; see check-patterns."),
    ] = None,
) -> int:
    """Score one TEXT and show why."""
    from rich.console import Console

    from empathy_score.scoring import EmpathyScorer

    scorer = EmpathyScorer.load(model, patterns=patterns or ())
    one = scorer.score(text, reply_to=reply_to)
    console = Console()
    console.print(_marked(one))
    for line in _summary(one):
        console.print(line, highlight=False)
    if one.cues:
        console.print(_cues(one))
    console.print(_shares(one))
    if words := _words(one):
        console.print(words, highlight=False)
    return 0


def _marked(one: EmpathyScore) -> Text:
    """Mark the evidence in the text."""
    from rich.text import Text

    marked = Text(one.text)
    for cue in one.cues:
        marked.stylize("strike" if cue.negated else "bold reverse", cue.start, cue.end)
    return marked


def _summary(one: EmpathyScore) -> Iterator[str]:
    from empathy_score.explanation import LEVEL_NAMES

    low, high = one.interval
    chances = ", ".join(
        f"{name} {chance:.2f}"
        for name, chance in zip(LEVEL_NAMES, one.probabilities, strict=True)
    )
    yield (
        f"\nscore {one.score:.2f} ({low:.2f} to {high:.2f})   "
        f"level {one.level} ({LEVEL_NAMES[one.level]})   {chances}"
    )
    measured = [
        f"{name.replace('_', ' ')} {value:.2f}"
        for name, value in one.mechanisms.items()
        if value is not None
    ]
    if measured:
        yield f"mechanisms: {', '.join(measured)}"
    if one.out_of_domain:
        yield "out of domain: not English, or far from what the model knows"
    yield ""


def _cues(one: EmpathyScore) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table("cue", "kind", "words", "row", box=None, title_justify="left")
    for cue in one.cues:
        label = f"{cue.label} (denied)" if cue.negated else cue.label
        table.add_row(label, cue.subtype or "", Text(cue.text), Text(cue.pattern))
    return table


def _shares(one: EmpathyScore) -> Table:
    """Shares by cue and by wording, each with the columns that it comes from."""
    from rich.table import Table
    from rich.text import Text

    table = Table("from", "share", "because", box=None)
    rest = one.decision_value
    for part, share in one.shares().items():
        if abs(share) < _LEAST:
            continue
        rest -= share
        table.add_row(part, f"{share:+.2f}", Text(_because(one, part)))
    if abs(rest) >= 0.005:
        table.add_row("all others", f"{rest:+.2f}", "")
    table.add_row("decision value", f"{one.decision_value:+.2f}", "their sum")
    return table


def _because(one: EmpathyScore, part: str) -> str:
    """Name the columns of a part that weigh most."""
    from empathy_score.explanation import meaning_of, part_of

    columns = [
        f"{meaning_of(name)} ({share:+.2f})"
        for name, share in one.contributions.items()
        if part_of(name) == part and abs(share) >= _LEAST
    ]
    return "; ".join(columns[:3])


def _words(one: EmpathyScore) -> Text | None:
    """Name the words that the sentence model goes by."""
    from rich.text import Text

    if one.sentence is None:
        return None
    words = ", ".join(
        f"{word} {share:+.1f}" for word, share in one.sentence.words[:_MOST_WORDS]
    )
    sentence = one.text[one.sentence.start : one.sentence.end]
    return Text(
        f"\nbest sentence, p(level over 0) {one.sentence.probability:.2f}: "
        f"{sentence}\n  words: {words}"
    )
