"""The same stock phrase again in one conversation."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
from spacy.tokens import Doc

from empathy_score.cues import CUES_KEY
from empathy_score.features.spans import Spans
from empathy_score.features.tokens import Tokens
from empathy_score.features.turns import WARM, Array, warm_rows

MOST_REPEATED = 3

Said = dict[Hashable, set[str]]
"""Warm phrases that were used so far, by conversation (and side)."""


def repeated_phrases(
    docs: Sequence[Doc], sides: Iterable[Hashable], said: Said | None = None
) -> Array:
    """Count the warm cues whose very words the same side used before.

    Parameters
    ----------
    docs : sequence of Doc
        Utterances that went through ``empathy_cues``, each conversation in order.
    sides : iterable of hashable
        Conversation of each, or conversation and role.
    said : dict, optional
        What was said before the first of ``docs``; it is carried on, so that a live
        conversation can come one turn at a time.

    Returns
    -------
    ndarray of shape (n_utterances,)
        At most 3. One word alone ("sorry", "thanks") is no stock phrase.

    Examples
    --------
    >>> import spacy
    >>> nlp = spacy.blank("en")
    >>> component = nlp.add_pipe("empathy_cues")
    >>> docs = list(nlp.pipe(["Sorry for the wait.", "Sorry for the wait!"]))
    >>> repeated_phrases(docs, ["a", "a"]).tolist()
    [0.0, 1.0]
    """
    phrases = [
        [
            span.text.lower()
            for span in doc.spans.get(CUES_KEY, ())
            if span.label_ in WARM and len(span) > 1
        ]
        for doc in docs
    ]
    return count_repeated(phrases, sides, said)


def warm_phrases(
    texts: Sequence[str], tokens: Tokens, spans: Spans
) -> list[Sequence[str]]:
    """Give the words of the warm cues of each text that are no single word.

    Parameters
    ----------
    texts : sequence of str
        Utterances.
    tokens, spans
        Of these.

    Returns
    -------
    list of sequence of str
        In lower case.
    """
    phrases: dict[int, list[str]] = {}
    is_warm = warm_rows(spans.own)[spans.row]
    which = is_warm & ~spans.denied & (spans.after - spans.first > 1)
    first, last = spans.first[which], spans.after[which] - 1
    for owner, start, end in zip(
        spans.owner[which].tolist(),
        tokens.start[first].tolist(),
        tokens.end[last].tolist(),
        strict=True,
    ):
        words = texts[owner][start:end].lower()
        phrases.setdefault(owner, []).append(words)
    return [phrases.get(place, ()) for place in range(len(texts))]


def count_repeated(
    phrases: Iterable[Sequence[str]], sides: Iterable[Hashable], said: Said | None
) -> Array:
    """Count the phrases that the same side used before.

    Parameters
    ----------
    phrases : iterable of sequence of str
        Of each utterance, each conversation in order.
    sides, said
        As in :func:`repeated_phrases`.

    Returns
    -------
    ndarray of shape (n_utterances,)
        At most 3.
    """
    so_far: Said = {} if said is None else said
    counts = []
    for used, side in zip(phrases, sides, strict=True):
        if not used:
            counts.append(0)
            continue
        before = so_far.setdefault(side, set())
        counts.append(sum(phrase in before for phrase in used))
        before.update(used)
    return np.minimum(np.array(counts, dtype=np.float64), MOST_REPEATED)
