"""What is in a batch of texts, each different text read once, without spaCy's ``Doc``.

The same cues, tokens and counts as from the pipeline: :mod:`.tokens` cuts as its
tokenizer does, and :mod:`.spans` widens hits as its spans do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from spacy.language import Language

from empathy_score.features.repetition import warm_phrases
from empathy_score.features.spans import Spans, spans_of_hits
from empathy_score.features.tokens import Tokens, tokens_of_texts
from empathy_score.features.turns import Array, Counts, Turns, counts_from, turns_at
from empathy_score.lexicon import Matcher, find_rows, load_matcher
from empathy_score.normalization import PlainText, plain_texts


@dataclass(frozen=True, slots=True)
class Read:
    """Texts, each different one read once.

    Attributes
    ----------
    place : list of int
        Which of the different texts each text is; -1 for none.
    texts : list of str
        The different texts.
    plain : list of PlainText
        Their plain forms.
    tokens, spans
        Of these.
    counts : Counts
        Of these.
    phrases : list of sequence of str
        Of these, from :func:`~empathy_score.features.repetition.warm_phrases`.
    """

    place: list[int]
    texts: list[str]
    plain: list[PlainText]
    tokens: Tokens
    spans: Spans
    counts: Counts
    phrases: list[Sequence[str]]

    def turns(
        self, own: Iterable[int], before: Iterable[int], n_repeated: Array | None
    ) -> Turns:
        """Put utterances and the turns before them together.

        Parameters
        ----------
        own, before : iterable of int
            Which of the texts that were read.
        n_repeated : ndarray of shape (n_utterances,), optional
            From :func:`~empathy_score.features.repetition.count_repeated`.

        Returns
        -------
        Turns
        """
        places = [self.place[at] for at in own]
        return turns_at(
            self.counts,
            places,
            [self.place[at] for at in before],
            n_repeated,
            [self.plain[place] for place in places],
        )


def read_texts(
    nlp: Language,
    texts: Sequence[str | None],
    batch_size: int = 1000,
    matcher: Matcher | None = None,
) -> Read:
    """Read what is in texts, without making a ``Doc`` of each.

    Parameters
    ----------
    nlp : Language
        A pipeline with ``empathy_cues``; only its tokenizer runs.
    texts : sequence of str or None
        Utterances.
    batch_size : int, default 1000
        How many are searched together.
    matcher : Matcher, optional
        What finds the cues; the shipped lexicon's if not given.

    Returns
    -------
    Read
        The same as from the spans of ``nlp``.
    """
    place_of: dict[str | None, int] = {None: -1}
    place = [place_of.setdefault(text, len(place_of) - 1) for text in texts]
    different = [text for text in place_of if text is not None]
    plain = plain_texts(different)
    tokens = tokens_of_texts(nlp, different)
    matcher = matcher or load_matcher()
    spans = spans_of_hits(find_rows(plain, matcher, batch_size), tokens, matcher.own)
    return Read(
        place=place,
        texts=different,
        plain=plain,
        tokens=tokens,
        spans=spans,
        counts=counts_from(tokens, spans),
        phrases=warm_phrases(different, tokens, spans),
    )
