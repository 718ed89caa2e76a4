"""The features as a scikit-learn transformer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import spacy
from sklearn.base import BaseEstimator, TransformerMixin
from spacy.language import Language
from spacy.tokens import Doc

from empathy_score.errors import InputError
from empathy_score.features.declarations import feature_names
from empathy_score.features.matrix import matrix_of
from empathy_score.features.reading import read_texts
from empathy_score.features.repetition import count_repeated
from empathy_score.features.tokens import make_doc
from empathy_score.features.turns import Turns


def make_cue_pipeline() -> Language:
    """Make the smallest pipeline that marks cues: blank English and one component.

    Returns
    -------
    Language
        Needs no downloaded spaCy model.
    """
    nlp = spacy.blank("en")
    nlp.max_length = 10**9  # the tokenizer alone has no parser's memory to fear
    nlp.add_pipe("empathy_cues")
    return nlp


@lru_cache(maxsize=1)
def _shared_pipeline() -> Language:
    return make_cue_pipeline()


class EmpathyFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turn utterances into the feature matrix.

    Parameters
    ----------
    batch_size : int, default 1000
        How many texts are searched together.

    Attributes
    ----------
    n_features_out_ : int
        Number of features.

    Notes
    -----
    ``X`` may be a list of texts; a list of ``(text, reply_to)`` pairs or ``(text,
    reply_to, conversation)`` triples, None where there is none; or a frame (pandas,
    polars or pyarrow) with the column ``text`` and, if there are such, ``reply_to``
    and ``conversation``. Where all conversations are named, their utterances must be
    one side's, in order.

    Examples
    --------
    >>> features = EmpathyFeatures().fit(["So sorry!"])
    >>> row = features.transform(["So sorry!", "Order number?"])[:, 3]
    >>> str(features.get_feature_names_out()[3]), row.tolist()
    ('has_apology', [1.0, 0.0])
    """

    def __init__(self, batch_size: int = 1000) -> None:
        self.batch_size = batch_size

    def fit(self, X: Any, y: Any = None) -> EmpathyFeatures:  # noqa: ARG002, ANN401
        """Check ``X``; nothing is learned.

        Parameters
        ----------
        X : list of str, list of tuple, or frame
            Utterances.
        y : ignored

        Returns
        -------
        EmpathyFeatures
        """
        utterances(X)
        self.n_features_out_ = len(feature_names())
        return self

    def transform(self, X: Any) -> npt.NDArray[np.float64]:  # noqa: ANN401
        """Compute the features.

        Parameters
        ----------
        X : list of str, list of tuple, or frame
            Utterances.

        Returns
        -------
        ndarray of shape (n_utterances, n_features), dtype float64
            NaN where a feature needs the turn before, or the conversation, and there
            is none.

        Raises
        ------
        InputError
            If ``X`` is a frame without a ``text`` column, or holds what is no text.
        """
        return matrix_of(parsed_turns(X, self.batch_size))

    def get_feature_names_out(
        self,
        input_features: Any = None,  # noqa: ARG002, ANN401
    ) -> npt.NDArray[np.object_]:
        """Names of the columns.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        ndarray of shape (n_features,), dtype object
        """
        return np.array(feature_names(), dtype=object)

    def __sklearn_is_fitted__(self) -> bool:
        """Nothing is learned, so it can be used at once."""
        return True


def parsed_turns(X: Any, batch_size: int = 1000) -> Turns:  # noqa: ANN401
    """Parse utterances and count what is in them.

    Parameters
    ----------
    X : list of str, list of tuple, or frame
        Utterances, as in :class:`EmpathyFeatures`.
    batch_size : int, default 1000
        How many texts are searched together.

    Returns
    -------
    Turns
        What :func:`~empathy_score.features.matrix.matrix_of` and a model take.
    """
    entries = utterances(X)
    texts = [text for text, _, _ in entries]
    before = [reply for _, reply, _ in entries]
    sides = [conversation for _, _, conversation in entries]
    known = all(side is not None for side in sides)
    found = read_texts(_shared_pipeline(), [*texts, *before], batch_size)
    n_repeated = (
        count_repeated(
            [found.phrases[at] for at in found.place[: len(texts)]], sides, None
        )
        if known
        else None
    )
    return found.turns(range(len(texts)), range(len(texts), 2 * len(texts)), n_repeated)


def parse(
    nlp: Language, texts: Sequence[str | None], batch_size: int = 1000
) -> list[Doc | None]:
    """Parse each different text once; None stays None.

    Parameters
    ----------
    nlp : Language
        A pipeline with ``empathy_cues``.
    texts : sequence of str or None
        Utterances.
    batch_size : int, default 1000
        How many texts at a time.

    Returns
    -------
    list of Doc or None
        As long as ``texts``; equal texts share one ``Doc``.
    """
    different = list(dict.fromkeys(text for text in texts if text is not None))
    made = (make_doc(nlp, text) for text in different)
    docs = dict(zip(different, nlp.pipe(made, batch_size=batch_size), strict=True))
    return [None if text is None else docs[text] for text in texts]


Entry = tuple[str, str | None, str | None]
"""An utterance, the turn before it, its conversation."""


def utterances(X: Any) -> list[Entry]:  # noqa: ANN401
    """Bring any accepted input into one form.

    Parameters
    ----------
    X : list of str, list of tuple, or frame
        Utterances.

    Returns
    -------
    list of (str, str or None, str or None)
        Text, turn before, conversation.

    Raises
    ------
    InputError
        If it is none of these.
    """
    frame = nw.from_native(X, pass_through=True, eager_only=True)
    if isinstance(frame, nw.DataFrame):
        return _from_frame(frame)
    if isinstance(X, str):
        raise InputError("X is one text; pass a list of texts: [text]")
    return [_entry(entry, place) for place, entry in enumerate(X)]


def _from_frame(frame: nw.DataFrame[Any]) -> list[Entry]:
    if "text" not in frame.columns:
        raise InputError(
            f"the frame has no column 'text'; found: {', '.join(frame.columns)}"
        )
    nothing = [None] * len(frame)
    replies, conversations = (
        frame[name].to_list() if name in frame.columns else nothing
        for name in ("reply_to", "conversation")
    )
    rows = zip(frame["text"].to_list(), replies, conversations, strict=True)
    return [
        _entry(
            (
                text,
                reply if isinstance(reply, str) else None,
                None if conversation is None else str(conversation),
            ),
            place,
        )
        for place, (text, reply, conversation) in enumerate(rows)
    ]


def _entry(entry: Any, place: int) -> Entry:  # noqa: ANN401
    if isinstance(entry, str):
        return str(entry), None, None
    if isinstance(entry, (tuple, list, np.ndarray)) and len(entry) in (1, 2, 3):
        text, reply, conversation = (*entry, None, None)[:3]
        if isinstance(text, str) and all(
            part is None or isinstance(part, str) for part in (reply, conversation)
        ):
            return str(text), reply, conversation
    raise InputError(
        f"utterance {place} is {type(entry).__name__} {str(entry)[:40]!r}; expected a "
        "text, a pair (text, reply_to) or a triple (text, reply_to, conversation)"
    )
