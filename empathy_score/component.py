"""The spaCy component ``empathy_score``: it sets ``doc._.empathy``."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from empathy_score.cues import CUES_KEY
from empathy_score.errors import InputError
from empathy_score.features import feature_matrix
from empathy_score.model import Model, load_model


@Language.factory(
    "empathy_score",
    assigns=["doc._.empathy"],
    requires=["doc.spans"],
    default_config={"model": None},
)
def make_empathy_score(nlp: Language, name: str, model: str | None) -> EmpathyScoring:
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
    """Set ``doc._.empathy``: ``score``, ``level`` and ``probabilities``.

    Parameters
    ----------
    name : str, default "empathy_score"
        Its name in the pipeline.
    model : str, optional
        A folder, or a name under ``models/``; None is the shipped model.

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
        if not Doc.has_extension("empathy"):  # in a process of its own
            Doc.set_extension("empathy", default=None)
        if CUES_KEY not in doc.spans:
            raise InputError(
                "empathy_score finds no cues in the Doc: empathy_cues must run before"
            )
        X = feature_matrix([doc], [None])
        probabilities = self.model.classifier.predict_proba(X)[0].tolist()
        doc._.empathy = {
            "score": (probabilities[1] + 2 * probabilities[2]) / 2,
            "level": int(self.model.classifier.predict(X)[0]),
            "probabilities": probabilities,
        }
        return doc
