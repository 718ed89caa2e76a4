"""Sentences of an utterance."""

from __future__ import annotations

import re
from collections.abc import Iterable

from empathy_score.normalization import PlainText, plain_text

# A sentence, a stretch of a transcript without punctuation, or a piece of an endless
# run without a blank.
_SENTENCE = re.compile(r"[^.!?\n]{1,240}(?:[.!?]+|\n|$|(?= ))|[^.!?\n ]{240}")
_WORD = re.compile(r"\w")
_IS_ONE = re.compile(r"[^.!?\n]{1,239}[.!?]*").fullmatch  # one sentence at most


def sentences_of(text: str | PlainText) -> list[tuple[int, int, str]]:
    """Cut a text into sentences.

    Parameters
    ----------
    text : str or PlainText
        An utterance, unchanged; or its plain form where it is at hand.

    Returns
    -------
    list of (int, int, str)
        Start and end in the original text, and what the model reads: plain form
        without apostrophes. Stretches without a word are left out.

    Examples
    --------
    >>> sentences_of("Oh no! You must be tired.")
    [(0, 6, 'oh no!'), (7, 25, 'you must be tired.')]
    """
    plain = plain_text(text) if isinstance(text, str) else text
    found = []
    for match in _SENTENCE.finditer(plain.text):
        piece = match.group()
        kept = piece.strip()
        if _WORD.search(kept) is None:
            continue
        first = match.start() + len(piece) - len(piece.lstrip())
        start, end = plain.original(first, first + len(kept))
        found.append((start, end, kept.replace("'", "")))
    return found


def sentence_texts(texts: Iterable[PlainText]) -> tuple[list[int], list[str]]:
    """Cut texts into sentences, where their places do not matter.

    Parameters
    ----------
    texts : iterable of PlainText
        Utterances in plain form.

    Returns
    -------
    list of int
        Which text each sentence belongs to; ascending.
    list of str
        What :func:`sentences_of` gives last.
    """
    owners: list[int] = []
    found: list[str] = []
    for number, plain in enumerate(texts):
        text = plain.text
        pieces = [text] if _IS_ONE(text) else _SENTENCE.findall(text)
        for piece in pieces:
            if _WORD.search(piece):
                owners.append(number)
                found.append(piece.strip().replace("'", ""))
    return owners, found
