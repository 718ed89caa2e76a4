"""The features as a scikit-learn transformer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from numbers import Integral
from typing import Any

import numpy as np
import numpy.typing as npt
import spacy
from sklearn.base import BaseEstimator, TransformerMixin
from spacy.language import Language
from spacy.tokens import Doc

from empathy_score.errors import InputError
from empathy_score.features.declarations import feature_names
from empathy_score.features.entries import utterances
from empathy_score.features.matrix import matrix_of
from empathy_score.features.reading import read_texts
from empathy_score.features.repetition import count_repeated
from empathy_score.features.tokens import make_doc
from empathy_score.features.turns import Turns
from empathy_score.lexicon import Matcher


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
    ``X`` may be a list, array or column (pandas, polars or pyarrow) of texts; a list
    of ``(text, reply_to)`` pairs or ``(text, reply_to, conversation)`` triples, None
    where there is none; or a frame with the column ``text`` and, if there are such,
    ``reply_to`` and ``conversation``. Turns before and conversations may also stand
    beside ``X``. Where all conversations are named, their utterances must be one
    side's, in order.

    In a pipeline with metadata routing, ask for what stands beside ``X``:
    ``EmpathyFeatures().set_transform_request(reply_to=True, conversation="groups")``
    takes ``reply_to``, and the conversations from what the pipeline is given as
    ``groups``.

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
        X : list of str, list of tuple, column, or frame
            Utterances.
        y : ignored

        Returns
        -------
        EmpathyFeatures

        Raises
        ------
        InputError
            If ``X`` is none of these, or ``batch_size`` is no positive number.
        """
        utterances(X)
        self._searched_together()
        self.n_features_out_ = len(feature_names())
        return self

    def transform(
        self,
        X: Any,  # noqa: ANN401
        reply_to: Any = None,  # noqa: ANN401
        conversation: Any = None,  # noqa: ANN401
    ) -> npt.NDArray[np.float64]:
        """Compute the features.

        Parameters
        ----------
        X : list of str, list of tuple, column, or frame
            Utterances.
        reply_to : sequence of str of length n_utterances, optional
            The other side's turn before each, missing where there is none.
        conversation : sequence of length n_utterances, optional
            Conversation of each.

        Returns
        -------
        ndarray of shape (n_utterances, n_features), dtype float64
            NaN where a feature needs the turn before, or the conversation, and there
            is none.

        Raises
        ------
        InputError
            If ``X`` is a frame without a ``text`` column, or holds what is no text, or
            the lengths differ.
        """
        size = self._searched_together()
        return matrix_of(parsed_turns(X, size, reply_to, conversation))

    def fit_transform(
        self,
        X: Any,  # noqa: ANN401
        y: Any = None,  # noqa: ANN401
        reply_to: Any = None,  # noqa: ANN401
        conversation: Any = None,  # noqa: ANN401
    ) -> npt.NDArray[np.float64]:
        """Check ``X`` and compute the features.

        Parameters
        ----------
        X, reply_to, conversation
            As in :meth:`transform`.
        y : ignored

        Returns
        -------
        ndarray of shape (n_utterances, n_features), dtype float64
        """
        found: npt.NDArray[np.float64] = self.fit(X, y).transform(
            X, reply_to, conversation
        )
        return found

    def _searched_together(self) -> int:
        size: Any = self.batch_size
        if isinstance(size, bool) or not isinstance(size, Integral) or size < 1:
            raise InputError(
                f"batch_size is {size!r}; it must be a whole number over 0"
            )
        return int(size)

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

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401
        """Texts come in; nothing is learned from them."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.requires_fit = False
        return tags


def parsed_turns(
    X: Any,  # noqa: ANN401
    batch_size: int = 1000,
    reply_to: Any = None,  # noqa: ANN401
    conversation: Any = None,  # noqa: ANN401
    matcher: Matcher | None = None,
) -> Turns:
    """Parse utterances and count what is in them.

    Parameters
    ----------
    X : list of str, list of tuple, or frame
        Utterances, as in :class:`EmpathyFeatures`.
    batch_size : int, default 1000
        How many texts are searched together.
    reply_to, conversation : sequence of length n_utterances, optional
        As in :meth:`EmpathyFeatures.transform`.
    matcher : Matcher, optional
        What finds the cues; the shipped lexicon's if not given.

    Returns
    -------
    Turns
        What :func:`~empathy_score.features.matrix.matrix_of` and a model take.
    """
    entries = utterances(X, reply_to, conversation)
    texts = [text for text, _, _ in entries]
    before = [reply for _, reply, _ in entries]
    sides = [conversation for _, _, conversation in entries]
    known = all(side is not None for side in sides)
    found = read_texts(_shared_pipeline(), [*texts, *before], batch_size, matcher)
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
