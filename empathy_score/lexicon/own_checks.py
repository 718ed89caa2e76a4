"""Run the examples and counter-examples of a user's own cues."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from empathy_score.lexicon.growth import fast_growth
from empathy_score.lexicon.matching import (
    Hit,
    Matcher,
    compile_lexicon,
    find_hits,
    load_matcher,
)
from empathy_score.lexicon.rows import Pattern, load_lexicon
from empathy_score.normalization import plain_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is to be said of a row.

    Parameters
    ----------
    where : str
        ``file:line`` of the row.
    id : str
        The row.
    text : str
        What was found.
    is_wrong : bool
        Whether the row does not do what it says; else it is good to know.
    """

    where: str
    id: str
    text: str
    is_wrong: bool

    def __str__(self) -> str:
        """Give one line: where, what kind, which row, what was found."""
        kind = "wrong" if self.is_wrong else "note"
        return f"{self.where}: {kind}: {self.id}: {self.text}"


def check_own_rows(rows: Sequence[Pattern]) -> list[Finding]:
    """Run the examples and counter-examples of own rows, and time their patterns.

    Parameters
    ----------
    rows : sequence of Pattern
        From :func:`~.own_rows.read_own_rows`.

    Returns
    -------
    list of Finding
        In the order of the rows; empty if there is nothing to say. Wrong are an
        example that is not found or is denied, a counter-example that is found, and a
        pattern whose time grows faster than the text.

    Examples
    --------
    >>> row = load_lexicon().cues[0]
    >>> row = replace(row, id="greeting.mine", label="greeting", expression="ahoy",
    ...     examples=("Ahoy!",), counter_examples=("Ahoy there",), where="mine.toml:1")
    >>> [str(found) for found in check_own_rows([row])]
    ["mine.toml:1: wrong: greeting.mine: counter-example 'Ahoy there' is found: 'Ahoy'"]
    """
    shipped = load_matcher()
    return [found for row in rows for found in _checked(row, shipped)]


def _checked(row: Pattern, shipped: Matcher) -> Iterator[Finding]:
    def found(text: str, *, is_wrong: bool = True) -> Finding:
        return Finding(where=row.where, id=row.id, text=text, is_wrong=is_wrong)

    alone = compile_lexicon(replace(load_lexicon(), cues=(), signals=(), own=(row,)))
    for example in row.examples:
        hits = find_hits(example, alone)
        if not hits:
            plain = plain_text(example).text
            yield found(f"example {example!r} is not found; in plain form: {plain!r}")
        elif all(hit.negated for hit in hits):
            yield found(f"example {example!r} is found, but denied by the words beside")
        elif (other := _in_its_place(row, example, hits, shipped)) is not None:
            text = f"example {example!r}: these words are found as {other} already"
            yield found(text, is_wrong=False)
    yield from _counter_examples(row, alone)
    if not row.counter_examples:
        yield found("has no counter-example", is_wrong=False)
    if (grown := fast_growth(row.expression)) is not None:
        yield found(
            f"{grown.length:,} characters of {grown.text[:30]!r} take "
            f"{1000 * grown.seconds:.0f} ms, {grown.ratio:.0f} times as long as a "
            "quarter of them; bound what repeats: {1,40} for +"
        )


def _counter_examples(row: Pattern, alone: Matcher) -> Iterator[Finding]:
    for text in row.counter_examples:
        hits = [hit for hit in find_hits(text, alone) if not hit.negated]
        if hits:
            words = text[hits[0].start : hits[0].end]
            yield Finding(
                where=row.where,
                id=row.id,
                text=f"counter-example {text!r} is found: {words!r}",
                is_wrong=True,
            )


def _in_its_place(
    row: Pattern, example: str, hits: Sequence[Hit], shipped: Matcher
) -> str | None:
    """Name the shipped row that takes the place of this one in its example."""
    group = {
        row.label,
        *(("open_question", "closed_question") if "question" in row.label else ()),
    }
    beside = [hit for hit in find_hits(example, shipped) if hit.pattern.label in group]
    taken = [
        next(
            (one for one in beside if one.start < hit.end and hit.start < one.end), None
        )
        for hit in hits
    ]
    first = taken[0]
    return None if first is None or None in taken else first.pattern.id
