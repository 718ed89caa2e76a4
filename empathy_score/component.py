"""The spaCy components that hold a trained model.

``empathy_score`` sets ``doc._.empathy``; ``empathy_confidence`` marks the sentences
that reflect a feeling or affirm a person, where patterns cannot decide.
"""

# No postponed annotations here: spaCy 3.8.0 reads those of a factory as types.
from collections.abc import Iterable, Iterator

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import minibatch

from empathy_score.cue_confidence import (
    CONFIDENCE_LABELS,
    Confidences,
    CueConfidence,
    cue_confidences,
    load_cue_confidence,
)
from empathy_score.cues import CUES_KEY
from empathy_score.errors import InputError
from empathy_score.features.turns import turns_of
from empathy_score.model import Model, Predictions, load_model, predict


@Language.factory(
    "empathy_score",
    assigns=["doc._.empathy"],
    requires=["doc.spans"],
    default_config={"model": None},
)
def make_empathy_score(nlp: Language, name: str, model: str | None) -> "EmpathyScoring":
    """Make the component; spaCy calls this for ``nlp.add_pipe("empathy_score")``."""
    keys = [
        nlp.get_pipe_config(pipe)["spans_key"]
        for pipe in nlp.pipe_names
        if nlp.get_pipe_meta(pipe).factory == "empathy_cues"
    ]
    if not keys:
        raise InputError(
            "empathy_score needs the cues: add nlp.add_pipe('empathy_cues') before it"
        )
    if CUES_KEY not in keys:
        raise InputError(
            f"empathy_score reads the cues under spans_key {CUES_KEY!r}, but they "
            f"stand under {keys[0]!r}; add empathy_cues with the default spans_key"
        )
    return EmpathyScoring(name=name, model=model)


class EmpathyScoring:
    """Set ``doc._.empathy``: ``score``, ``level``, ``probabilities`` and the rest.

    Parameters
    ----------
    name : str, default "empathy_score"
        Its name in the pipeline.
    model : str, optional
        A folder, or a name under ``models/``; None is the shipped model.

    Notes
    -----
    A pipeline that is stored keeps the model's name or folder, not the model: where
    it is loaded, the folder must be there.

    Examples
    --------
    >>> import spacy
    >>> nlp = spacy.blank("en")
    >>> component = nlp.add_pipe("empathy_cues")
    >>> component = nlp.add_pipe("empathy_score")
    >>> nlp("I'm so sorry it came broken again.")._.empathy["level"] > 0
    True
    """

    def __init__(
        self, name: str = "empathy_score", *, model: str | None = None
    ) -> None:
        self.name = name
        self.model: Model = load_model(model)
        if not Doc.has_extension("empathy"):
            Doc.set_extension("empathy", default=None)

    def __call__(self, doc: Doc) -> Doc:
        """Score one ``Doc`` and return it."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 1000) -> Iterator[Doc]:
        """Score a stream, a batch at a time.

        Parameters
        ----------
        stream : iterable of Doc
            What the pipeline made so far.
        batch_size : int, default 1000
            How many are scored together; that changes the time, never the scores.

        Yields
        ------
        Doc

        Raises
        ------
        InputError
            If ``empathy_cues`` has not run.
        """
        if not Doc.has_extension("empathy"):  # in a process of its own
            Doc.set_extension("empathy", default=None)
        for docs in minibatch(stream, batch_size):  # type: ignore[no-untyped-call]
            if not all(CUES_KEY in doc.spans for doc in docs):
                raise InputError(
                    "empathy_score finds no cues in the Doc: empathy_cues must run "
                    "before"
                )
            found = predict(self.model, turns_of(docs, [None] * len(docs)))
            for place, doc in enumerate(docs):
                doc._.empathy = _as_values(found, place)
                yield doc


def _as_values(found: Predictions, place: int) -> dict[str, object]:
    """Give one utterance's scores in types that a ``Doc`` can store."""
    return {
        "score": float(found.scores[place]),
        "level": int(found.levels[place]),
        "probabilities": tuple(found.probabilities[place].tolist()),
        "interval": tuple(found.intervals[place].tolist()),
        "mechanisms": {
            name: float(values[place]) for name, values in found.mechanisms.items()
        },
        "out_of_domain": bool(found.out_of_domain[place]),
    }


CONFIDENCE_KEY = "empathy_confidence"
"""Key of ``doc.spans`` under which the sentences stand."""


@Language.factory(
    "empathy_confidence",
    assigns=["doc.spans", "doc._.empathy_confidence"],
    default_config={"model": None, "threshold": 0.5},
)
def make_empathy_confidence(
    nlp: Language,  # noqa: ARG001
    name: str,
    model: str | None,
    threshold: float,
) -> "EmpathyConfidence":
    """Make the component for ``nlp.add_pipe("empathy_confidence")``."""
    return EmpathyConfidence(name=name, model=model, threshold=threshold)


class EmpathyConfidence:
    """Mark the sentence that reflects or affirms most surely, with its confidence.

    Parameters
    ----------
    name : str, default "empathy_confidence"
        Its name in the pipeline.
    model : str, optional
        A folder, or a name under ``models/``; None is the shipped model.
    threshold : float, default 0.5
        From this confidence on the sentence becomes a span.

    Notes
    -----
    ``doc._.empathy_confidence`` maps ``reflection`` and ``affirmation`` to the
    confidence of the best sentence, in [0, 1]; the sentences stand under
    ``doc.spans["empathy_confidence"]``.

    Examples
    --------
    >>> import spacy
    >>> nlp = spacy.blank("en")
    >>> component = nlp.add_pipe("empathy_confidence")
    >>> doc = nlp("Hi. You must feel so lost.")
    >>> [(span.text, span.label_) for span in doc.spans["empathy_confidence"]]
    [('You must feel so lost.', 'reflection')]
    """

    def __init__(
        self,
        name: str = "empathy_confidence",
        *,
        model: str | None = None,
        threshold: float = 0.5,
    ) -> None:
        self.name = name
        self.threshold = threshold
        self.model: CueConfidence = load_cue_confidence(model)

    def __call__(self, doc: Doc) -> Doc:
        """Mark one ``Doc`` and return it."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 1000) -> Iterator[Doc]:
        """Mark a stream, a batch at a time.

        Parameters
        ----------
        stream : iterable of Doc
            What the pipeline made so far.
        batch_size : int, default 1000
            How many are judged together.

        Yields
        ------
        Doc
        """
        if not Doc.has_extension("empathy_confidence"):
            Doc.set_extension("empathy_confidence", default=None)
        for docs in minibatch(stream, batch_size):  # type: ignore[no-untyped-call]
            found = cue_confidences([doc.text for doc in docs], self.model)
            for place, doc in enumerate(docs):
                doc.spans[CONFIDENCE_KEY] = self._spans(doc, found, place)
                best = found.best[place].tolist()
                doc._.empathy_confidence = dict(
                    zip(CONFIDENCE_LABELS, best, strict=True)
                )
                yield doc

    def _spans(self, doc: Doc, found: Confidences, place: int) -> list[Span]:
        spans = []
        for column, label in enumerate(CONFIDENCE_LABELS):
            if found.best[place, column] >= self.threshold:
                span = doc.char_span(
                    int(found.start[place, column]),
                    int(found.end[place, column]),
                    label=label,
                    alignment_mode="expand",
                )
                if span is not None:
                    spans.append(span)
        return spans
