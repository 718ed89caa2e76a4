"""Words of transcripts gathered into turns, as all speech-to-text exports need it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from empathy_score.columns import role_of

PAUSE = 0.8
"""Seconds of silence that part the words of one speaker into two turns.

It is what Deepgram takes for its utterances unless told otherwise (``utt_split``).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word of a transcript.

    Parameters
    ----------
    text : str
        The word, with its punctuation.
    speaker : str or None
        Label of the speaker.
    start, end : float or None
        Seconds since the conversation began.
    """

    text: str
    speaker: str | None = None
    start: float | None = None
    end: float | None = None


def runs_of(words: Iterable[Word], pause: float | None = PAUSE) -> Iterator[list[Word]]:
    """Part words where the speaker changes, or falls silent.

    A word without a speaker belongs to the speaker before it, at the very beginning
    to the one after it.

    Parameters
    ----------
    words : iterable of Word
        In the order said.
    pause : float or None
        Seconds of silence that part them; None where only speakers do.

    Yields
    ------
    list of Word

    Examples
    --------
    >>> said = [
    ...     Word(text="Hi.", speaker="A", end=1.0),
    ...     Word(text="Hello,", speaker="B", start=1.2, end=1.5),
    ...     Word(text="Lena.", start=1.6, end=2.0),
    ...     Word(text="So?", speaker="B", start=5.0),
    ... ]
    >>> [text_of(run) for run in runs_of(said)]
    ['Hi.', 'Hello, Lena.', 'So?']
    """
    run: list[Word] = []
    for word in words:
        if run and _is_apart(run, word, pause):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _is_apart(run: Sequence[Word], word: Word, pause: float | None) -> bool:
    """Tell whether a word begins a new run."""
    own = speaker_of(run)
    if None not in (own, word.speaker) and own != word.speaker:
        return True
    before = run[-1].end
    if pause is None or before is None or word.start is None:
        return False
    return word.start - before >= pause


def text_of(run: Sequence[Word]) -> str:
    """Join words to a text.

    Examples
    --------
    >>> text_of([Word(text="So"), Word(text=" sorry.")])
    'So sorry.'
    """
    return " ".join(word.text.strip() for word in run)


def speaker_of(run: Sequence[Word]) -> str | None:
    """Give the speaker of a run: the first that is named.

    Examples
    --------
    >>> speaker_of([Word(text="So"), Word(text="sorry.", speaker="A")])
    'A'
    """
    return next((word.speaker for word in run if word.speaker is not None), None)


def start_of(run: Sequence[Word]) -> float | None:
    """Give the first time that is known.

    Examples
    --------
    >>> start_of([Word(text="24"), Word(text="hours", start=1.5)])
    1.5
    """
    return next((word.start for word in run if word.start is not None), None)


def end_of(run: Sequence[Word]) -> float | None:
    """Give the last time that is known.

    Examples
    --------
    >>> end_of([Word(text="hours", end=1.5), Word(text="24")])
    1.5
    """
    return next((word.end for word in reversed(run) if word.end is not None), None)


def stated_role(label: str | None) -> str | None:
    """Give a speaker's label as a role where it is the word for one.

    Examples
    --------
    >>> stated_role("Agent"), stated_role("SPEAKER_00"), stated_role(None)
    ('Agent', None, None)
    """
    return None if role_of(label) == "unknown" else label
