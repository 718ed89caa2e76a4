"""The spaCy component ``empathy_cues``: evidence as spans.

It sets three span groups: the cues, the cues whose words are denied, and the
signals (wording that is no cue of its own but counts as a feature).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import minibatch

from empathy_score.lexicon import (
    SUBTYPES,
    Hit,
    Lexicon,
    Matcher,
    find_all_hits,
    find_hits,
    load_lexicon,
    load_matcher,
)
from empathy_score.records import Cue

_SEARCHED_TOGETHER = 500  # texts

CUES_KEY = "empathy_cues"
"""Key of ``doc.spans`` under which the cues stand."""


@Language.factory(
    "empathy_cues",
    assigns=["doc.spans"],
    default_config={"spans_key": CUES_KEY},
)
def make_empathy_cues(nlp: Language, name: str, spans_key: str) -> EmpathyCues:
    """Make the component; spaCy calls this for ``nlp.add_pipe("empathy_cues")``."""
    return EmpathyCues(nlp=nlp, name=name, spans_key=spans_key)


class EmpathyCues:
    """Mark the empathy cues of a ``Doc`` in ``doc.spans``.

    Parameters
    ----------
    nlp : Language
        The pipeline it belongs to.
    name : str, default "empathy_cues"
        Its name in the pipeline.
    spans_key : str, default "empathy_cues"
        Key of the span group. Denied cues stand under ``<spans_key>_negated``,
        signals under ``<spans_key>_signals``.

    Notes
    -----
    ``span.label_`` is the cue and ``span.id_`` the lexicon row that matched. A row's
    id holds the subtype, so that :func:`cues_of` needs nothing but the ``Doc``.

    Examples
    --------
    >>> import spacy
    >>> nlp = spacy.blank("en")
    >>> component = nlp.add_pipe("empathy_cues")
    >>> doc = nlp("Thank you for your patience.")
    >>> [(span.text, span.label_) for span in doc.spans["empathy_cues"]]
    [('Thank you for your patience', 'gratitude')]
    """

    def __init__(
        self, nlp: Language, name: str = "empathy_cues", *, spans_key: str = CUES_KEY
    ) -> None:
        self.name = name
        self.spans_key = spans_key
        self.lexicon: Lexicon = load_lexicon()
        self._labels = _string_ids(nlp, self.lexicon)
        self._matcher: Matcher | None = None

    def __call__(self, doc: Doc) -> Doc:
        """Set the span groups of one ``Doc`` and return it."""
        self._set(doc, find_hits(doc.text, self._ready()))
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 1000) -> Iterator[Doc]:
        """Set the span groups of a stream, a batch at a time.

        Parameters
        ----------
        stream : iterable of Doc
            What the pipeline made so far.
        batch_size : int, default 1000
            How many are searched together.

        Yields
        ------
        Doc
        """
        for docs in minibatch(stream, min(batch_size, _SEARCHED_TOGETHER)):  # type: ignore[no-untyped-call]
            hits = find_all_hits([doc.text for doc in docs], self._ready())
            for doc, found in zip(docs, hits, strict=True):
                self._set(doc, found)
                yield doc

    def _ready(self) -> Matcher:
        if self._matcher is None:
            self._matcher = load_matcher()
        return self._matcher

    def _set(self, doc: Doc, hits: Iterable[Hit]) -> None:
        asserted: list[Span] = []
        negated: list[Span] = []
        signals: list[Span] = []
        for hit in hits:
            row = hit.pattern
            span = doc.char_span(
                hit.start,
                hit.end,
                label=row.label,
                span_id=row.id,
                alignment_mode="expand",
            )
            if span is None:
                continue
            if row.label in self._labels:
                signals.append(span)
            elif hit.negated:
                negated.append(span)
            else:
                asserted.append(span)
        doc.spans[self.spans_key] = asserted
        if negated:
            doc.spans[f"{self.spans_key}_negated"] = negated
        if signals:
            doc.spans[f"{self.spans_key}_signals"] = signals

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what cannot travel to another process; it is made anew there."""
        return {**self.__dict__, "_matcher": None}


def _string_ids(nlp: Language, lexicon: Lexicon) -> frozenset[str]:
    for row in (*lexicon.cues, *lexicon.signals):
        nlp.vocab.strings.add(row.label)
        nlp.vocab.strings.add(row.id)
    return frozenset(lexicon.signal_labels)


def cues_of(doc: Doc, spans_key: str = CUES_KEY) -> tuple[Cue, ...]:
    """Read the cues of a ``Doc`` back as records.

    Parameters
    ----------
    doc : Doc
        What went through ``empathy_cues``.
    spans_key : str, default "empathy_cues"
        The component's key.

    Returns
    -------
    tuple of Cue
        Denied ones included (``negated`` is True), in order of position.

    Examples
    --------
    >>> import spacy
    >>> nlp = spacy.blank("en")
    >>> component = nlp.add_pipe("empathy_cues")
    >>> cue = cues_of(nlp("Sorry about the delay!"))[-1]
    >>> cue.label, cue.subtype, cue.start, cue.end
    ('apology', 'specific', 0, 21)
    """
    cues = [_cue(span, negated=False) for span in doc.spans.get(spans_key, ())]
    denied = doc.spans.get(f"{spans_key}_negated")
    if denied is not None:
        cues.extend(_cue(span, negated=True) for span in denied)
        cues.sort(key=lambda cue: (cue.start, cue.end, cue.pattern))
    return tuple(cues)


def _cue(span: Span, *, negated: bool) -> Cue:
    label = span.label_
    identifier = span.id_
    return Cue(
        label=label,
        subtype=identifier.split(".")[1] if label in SUBTYPES else None,
        start=span.start_char,
        end=span.end_char,
        text=span.text,
        pattern=identifier,
        negated=negated,
    )
