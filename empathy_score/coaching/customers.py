"""What customers said that calls for empathy, and how surely it does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from spacy.language import Language

from empathy_score.coaching.quoting import clause_around
from empathy_score.coaching.records import Evidence
from empathy_score.coaching.rows import CustomerRow, load_rules
from empathy_score.features.reading import read_texts
from empathy_score.features.transformer import make_cue_pipeline
from empathy_score.normalization import plain_text
from empathy_score.opportunity import (
    OpportunityModel,
    load_opportunity_model,
    opportunities_of,
)

_QUOTED = re.compile(r'"[^"]{3,400}"')
_MOST_READ = 20_000  # letters of a turn; what is longer is no talk but a paste


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Words of a customer, and the row that found them.

    Attributes
    ----------
    row : CustomerRow
        What they are.
    evidence : Evidence
        Where they stand in the customer's turn.
    """

    row: CustomerRow
    evidence: Evidence


def words_that_called(text: str) -> tuple[Said, ...]:
    """Find what a customer's turn says that calls for empathy.

    Parameters
    ----------
    text : str
        The customer's turn.

    Returns
    -------
    tuple of Said
        At most one for each row, the heaviest row first. What the customer quotes (a
        message on a screen) does not count, nor do good news beside trouble.

    Examples
    --------
    >>> [said.evidence.text for said in words_that_called("It broke AGAIN after days!")]
    ['broke AGAIN']
    """
    plain = plain_text(text)
    own = _QUOTED.sub(lambda match: " " * len(match[0]), plain.text[:_MOST_READ])
    found = []
    for row in load_rules().customer:
        place = _first_place(row, own)
        if place is not None:
            start, end = plain.original(*place)
            evidence = Evidence(
                side="reply_to",
                start=start,
                end=end,
                label=row.id,
                text=text[start:end],
            )
            found.append(Said(row=row, evidence=evidence))
    if any(said.row.kind == "trouble" for said in found):
        found = [said for said in found if said.row.kind == "trouble"]
    return tuple(sorted(found, key=lambda said: -said.row.weight))


def is_met(row: CustomerRow, reply: str) -> bool:
    """Whether a reply meets the customer's words in a way that is no cue.

    Parameters
    ----------
    row : CustomerRow
        What the words are.
    reply : str
        What the agent said.

    Returns
    -------
    bool
    """
    if row.met_by is None:
        return False
    return _compiled(row.met_by).search(plain_text(reply).text) is not None


def weight_of(said: Sequence[Said]) -> float:
    """Say how far the words alone show a call: 1 minus the product of the doubts.

    Returns
    -------
    float
        In [0, 1); 0 where nothing was found.

    Examples
    --------
    >>> weight_of([])
    0.0
    """
    doubt = 1.0
    for one in said:
        doubt *= 1.0 - one.row.weight
    return 1.0 - doubt


def call_probabilities(texts: Sequence[str]) -> list[float]:
    """Say how probably customers' turns call for empathy.

    Parameters
    ----------
    texts : sequence of str
        Customers' turns, their messages joined by line breaks.

    Returns
    -------
    list of float
        In [0, 1], from the shipped model of opportunities.

    Examples
    --------
    >>> call_probabilities(["It broke again and nobody called!"])[0] > 0.5
    True
    """
    if not texts:
        return []
    nlp, model = _reader()
    read = read_texts(nlp, texts)
    found = opportunities_of(read.counts, model).probability
    return [float(found[place]) for place in read.place]


def _first_place(row: CustomerRow, text: str) -> tuple[int, int] | None:
    """Give the first words of a row that stand in no clause with its ``unless``."""
    for match in _compiled(row.pattern).finditer(text):
        first, last = clause_around(text, *match.span())
        if row.unless is None or not _compiled(row.unless).search(text, first, last):
            return match.span()
    return None


@cache
def _reader() -> tuple[Language, OpportunityModel]:
    return make_cue_pipeline(), load_opportunity_model()


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)
