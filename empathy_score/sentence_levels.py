"""How surely the best sentence of an utterance shows a level.

Patterns name what is known; people also show care in words of their own. A linear
model over words and word pairs judges each sentence by itself, and the utterance gets
the best one's probability. So one warm sentence counts the same in a short and in a
long utterance, and many lukewarm ones do not add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from empathy_score.errors import InputError
from empathy_score.features.entries import utterances
from empathy_score.normalization import PlainText, plain_text, plain_texts
from empathy_score.sentences import sentence_texts, sentences_of
from empathy_score.vocabulary import (
    Vocabulary,
    Words,
    learn_vocabulary,
    word_matrix,
    words_in,
)

Array = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int64]
_SURE = 30.0  # log-odds where every sentence of the training texts agrees
Evidence = tuple[int, int, tuple[int, ...]]
"""Start and end of a span in the utterance, and the level it shows in each target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BestSentence:
    """The sentence with the highest probability, and the words it rests on.

    Parameters
    ----------
    start, end : int
        Character offsets into the original text.
    probability : float
        That it shows the level.
    words : tuple of (str, float)
        Words and word pairs with their share in its log-odds, strongest first.
    """

    start: int
    end: int
    probability: float
    words: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """Judged sentences of some texts.

    Attributes
    ----------
    owner : ndarray of int, shape (n_sentences,)
        Text of each; ascending.
    words : Words
        The known words in each.
    values : ndarray of shape (n_sentences, 2 * n_targets)
        Probabilities.
    n_texts : int
        Number of texts.
    """

    owner: npt.NDArray[np.int64]
    words: Words
    values: Array
    n_texts: int

    def best(self) -> Array:
        """Highest probabilities of each text, shape (n_texts, 2 * n_targets)."""
        return _best(self.values, self.owner, self.n_texts)


@dataclass(frozen=True, slots=True)
class _Pieces:
    """The sentences of some texts; ``owner`` says which text each belongs to."""

    owner: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    plain: tuple[str, ...]

    def of(self, chosen: npt.NDArray[np.int64]) -> list[str]:
        return [self.plain[place] for place in chosen]


class SentenceLevels(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Probabilities of the best sentence, for each target and threshold.

    Parameters
    ----------
    C : float, default 3.0
        Inverse strength of the L2 penalty, as in ``LogisticRegression``.
    min_df : int, default 2
        In how many sentences a word must occur to be learned.
    n_splits : int, default 5
        Folds of :meth:`fit_transform`.

    Attributes
    ----------
    words_ : list of str
        Words and word pairs, sorted.
    rarity_ : ndarray of shape (n_words,)
        Their inverse document frequencies.
    coef_ : ndarray of shape (n_outputs, n_words)
        Weights in the log-odds.
    intercept_ : ndarray of shape (n_outputs,)
        Log-odds of a sentence without a known word.
    n_targets_ : int
        Number of targets; there are two outputs for each: over 0, and 2.

    Notes
    -----
    :meth:`fit_transform` is not ``fit`` and then ``transform``: each utterance gets
    the probabilities of models that have not seen its group, as in scikit-learn's
    ``TargetEncoder``. A classifier trained on them learns how far to trust them.

    Examples
    --------
    >>> texts = ["So sorry! Order number?", "That must hurt.", "Order number?"] * 4
    >>> model = SentenceLevels().fit(texts, [1, 2, 0] * 4)
    >>> found = model.transform(["That must hurt. Order number?", "Order number?"])
    >>> found.shape, bool(found[0, 1] > found[1, 1])
    ((2, 2), True)
    """

    def __init__(self, C: float = 3.0, min_df: int = 2, n_splits: int = 5) -> None:
        self.C = C
        self.min_df = min_df
        self.n_splits = n_splits

    def fit(
        self,
        X: Any,  # noqa: ANN401
        y: Any,  # noqa: ANN401
        evidence: Sequence[Sequence[Evidence]] | None = None,
        groups: Any = None,  # noqa: ARG002, ANN401
    ) -> SentenceLevels:
        """Learn which words show a level.

        Parameters
        ----------
        X : list of str, list of tuple, or frame
            Utterances, as in :class:`~empathy_score.features.EmpathyFeatures`.
        y : array-like of shape (n_utterances,) or (n_utterances, n_targets)
            Levels 0, 1, 2.
        evidence : sequence of (start, end, levels), optional
            Spans of each utterance that show a level of each target; a sentence that
            touches none has level 0. None: every sentence has the utterance's level.
        groups : ignored
            For :meth:`fit_transform`.

        Returns
        -------
        SentenceLevels

        Raises
        ------
        ValueError
            If levels are missing or others than 0, 1, 2, the lengths differ, or no
            word occurs in ``min_df`` sentences.
        """
        levels, texts = _labelled(X, y)
        pieces = _cut(texts)
        targets = _targets(pieces, levels, evidence)
        self._learn(list(pieces.plain), targets)
        return self

    def fit_transform(
        self,
        X: Any,  # noqa: ANN401
        y: Any = None,  # noqa: ANN401
        evidence: Sequence[Sequence[Evidence]] | None = None,
        groups: Any = None,  # noqa: ANN401
    ) -> Array:
        """Learn, and judge each utterance by models that have not seen its group.

        Parameters
        ----------
        X, y, evidence
            As in :meth:`fit`.
        groups : array-like of shape (n_utterances,), default None
            Conversations; each utterance is a group of its own without.

        Returns
        -------
        ndarray of shape (n_utterances, 2 * n_targets)
        """
        levels, texts = _labelled(X, y)
        n_texts = len(texts)
        pieces = _cut(texts)
        targets = _targets(pieces, levels, evidence)
        group = np.arange(n_texts) if groups is None else np.asarray(groups)
        n_splits = min(self.n_splits, len(np.unique(group)))
        found = np.zeros((n_texts, 2 * levels.shape[1]))
        if n_splits > 1:
            for fit, test in GroupKFold(n_splits).split(levels, groups=group):
                inside = np.flatnonzero(np.isin(pieces.owner, fit))
                self._learn(pieces.of(inside), targets[inside])
                outside = np.flatnonzero(np.isin(pieces.owner, test))
                values = self._probabilities(pieces.of(outside))
                found[test] = _best(values, pieces.owner[outside], n_texts)[test]
        self._learn(list(pieces.plain), targets)
        if n_splits < 2:
            values = self._probabilities(list(pieces.plain))
            found = _best(values, pieces.owner, n_texts)
        return found

    def transform(self, X: Any) -> Array:  # noqa: ANN401
        """Give the best sentence's probabilities.

        Parameters
        ----------
        X : list of str, list of tuple, or frame
            Utterances.

        Returns
        -------
        ndarray of shape (n_utterances, 2 * n_targets)
            For each target: p(level > 0), p(level 2), in [0, 1]; 0 where a text has
            no word.
        """
        check_is_fitted(self)
        return self.transform_plain(plain_texts(_texts(X)))

    def transform_plain(self, texts: Sequence[PlainText]) -> Array:
        """Give the same for texts that are in plain form already.

        Parameters
        ----------
        texts : sequence of PlainText
            Utterances.

        Returns
        -------
        ndarray of shape (n_utterances, 2 * n_targets)
        """
        return self.judge(texts).best()

    def judge(self, texts: Sequence[PlainText]) -> Judged:
        """Judge each sentence of texts.

        Parameters
        ----------
        texts : sequence of PlainText
            Utterances.

        Returns
        -------
        Judged
        """
        owners, plain = sentence_texts(texts)
        words = words_in(plain, self._vocabulary)
        return Judged(
            owner=np.array(owners, dtype=np.int64),
            words=words,
            values=self._values(words, len(plain)),
            n_texts=len(texts),
        )

    def best_sentence(
        self, text: str | PlainText, output: int = 0
    ) -> BestSentence | None:
        """Find the sentence that an output rests on.

        Parameters
        ----------
        text : str or PlainText
            An utterance, or its plain form.
        output : int, default 0
            Column of :meth:`transform`.

        Returns
        -------
        BestSentence or None
            None where the text has no word.
        """
        check_is_fitted(self)
        plain = plain_text(text) if isinstance(text, str) else text
        return self.best_judged(plain, self.judge([plain]), output)

    def best_judged(
        self, text: PlainText, judged: Judged, output: int = 0
    ) -> BestSentence | None:
        """Find the same where the text, and no other, is judged already.

        Parameters
        ----------
        text : PlainText
            An utterance.
        judged : Judged
            From :meth:`judge` for this text alone.
        output : int, default 0
            Column of :meth:`transform`.

        Returns
        -------
        BestSentence or None
        """
        if not len(judged.owner):
            return None
        place = int(judged.values[:, output].argmax())
        start, end, _ = sentences_of(text)[place]
        words, which = judged.words, judged.words.sentence == place
        columns = words.column[which]
        shares = zip(
            [self.words_[column] for column in columns.tolist()],
            (words.value[which] * self.coef_[output, columns]).tolist(),
            strict=True,
        )
        return BestSentence(
            start=start,
            end=end,
            probability=float(judged.values[place, output]),
            words=tuple(sorted(shares, key=lambda pair: (-abs(pair[1]), pair[0]))),
        )

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
        ndarray of shape (2 * n_targets,), dtype object
        """
        check_is_fitted(self)
        names = [
            f"best_sentence_{target}_{what}"
            for target in range(self.n_targets_)
            for what in ("over_0", "level_2")
        ]
        return np.array(names, dtype=object)

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401
        """Texts come in, and levels must."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.target_tags.required = True
        tags.target_tags.multi_output = True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        """Keep the words as one text, which loads at once."""
        state: dict[str, Any] = dict(super().__getstate__())
        if "words_" in state:
            state["words_"] = "\n".join(state["words_"])
            del state["_vocabulary"]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the words apart again."""
        if "words_" in state:
            state = {**state, "words_": state["words_"].split("\n")}
        super().__setstate__(state)
        if "words_" in state:
            self._vocabulary = Vocabulary(state["words_"], state["rarity_"])

    def _learn(self, plain: list[str], targets: Levels) -> None:
        self._vocabulary = learn_vocabulary(plain, self.min_df)
        self.words_ = self._vocabulary.words
        self.rarity_ = self._vocabulary.rarity
        self.n_targets_ = targets.shape[1]
        matrix = self._matrix(plain)
        outputs = [column > threshold for column in targets.T for threshold in (0, 1)]
        self.coef_ = np.zeros((len(outputs), len(self.words_)))
        self.intercept_ = np.zeros(len(outputs))
        for place, above in enumerate(outputs):
            if above.all() or not above.any():  # nothing to tell apart
                self.intercept_[place] = _SURE if above.all() else -_SURE
                continue
            with threadpool_limits(limits=1, user_api="blas"):
                model = LogisticRegression(C=self.C, max_iter=500).fit(matrix, above)
            self.coef_[place] = model.coef_[0]
            self.intercept_[place] = model.intercept_[0]

    def _matrix(self, plain: list[str]) -> Any:  # noqa: ANN401
        return word_matrix(plain, self._vocabulary)

    def _probabilities(self, plain: list[str]) -> Array:
        """Probabilities of each sentence, shape (n_sentences, n_outputs)."""
        words = words_in(plain, self._vocabulary)
        return self._values(words, len(plain))

    def _values(self, words: Words, n_sentences: int) -> Array:
        """Sum the weights of each sentence's words, all outputs side by side."""
        n_outputs = len(self.intercept_)
        of_output = np.arange(n_outputs)[:, None] * n_sentences
        log_odds = np.bincount(
            (of_output + words.sentence).ravel(),
            (self.coef_.take(words.column, axis=1) * words.value).ravel(),
            minlength=n_outputs * n_sentences,
        ).reshape(n_outputs, n_sentences)
        return np.asarray(1 / (1 + np.exp(-(log_odds.T + self.intercept_))))


def _texts(X: Any) -> list[str]:  # noqa: ANN401
    return [text for text, _, _ in utterances(X)]


def _cut(texts: Sequence[str | PlainText]) -> _Pieces:
    owner: list[int] = []
    found: list[tuple[int, int, str]] = []
    for place, text in enumerate(texts):
        sentences = sentences_of(text)
        owner.extend([place] * len(sentences))
        found.extend(sentences)
    return _Pieces(
        owner=np.array(owner, dtype=np.int64),
        start=np.array([start for start, _, _ in found], dtype=np.int64),
        end=np.array([end for _, end, _ in found], dtype=np.int64),
        plain=tuple(plain for _, _, plain in found),
    )


def _labelled(X: Any, y: Any) -> tuple[Levels, list[str]]:  # noqa: ANN401
    """Levels of each utterance, shape (n_texts, n_targets), and the texts."""
    if y is None:
        raise InputError(
            "SentenceLevels requires y to be passed, but the target y is None"
        )
    texts, given = _texts(X), np.asarray(y)
    columns = given[:, None] if given.ndim == 1 else given
    if columns.ndim != 2 or len(columns) != len(texts):
        raise InputError(
            f"{len(texts)} utterances but y has shape {given.shape}; expected one "
            "level for each, or one for each and each target"
        )
    strange = ~np.isin(columns, (0, 1, 2))
    if strange.any():
        found = columns[strange][0]
        raise InputError(f"y holds {found!s}; the levels are 0, 1, 2")
    return columns.astype(np.int64), texts


def _targets(
    pieces: _Pieces,
    levels: Levels,
    evidence: Sequence[Sequence[Evidence]] | None,
) -> Levels:
    """Levels of each sentence, shape (n_sentences, n_targets)."""
    if evidence is None:
        return levels[pieces.owner]
    if len(evidence) != len(levels):
        raise ValueError(f"{len(levels)} utterances but evidence of {len(evidence)}")
    targets = np.zeros((len(pieces.plain), levels.shape[1]), dtype=np.int64)
    for place, owner in enumerate(pieces.owner):
        for start, end, shown in evidence[owner]:
            if start < pieces.end[place] and end > pieces.start[place]:
                targets[place] = np.maximum(targets[place], shown)
    return targets


def _best(values: Array, owner: npt.NDArray[np.int64], n_texts: int) -> Array:
    """Highest value of each text; ``owner`` ascends."""
    best = np.zeros((n_texts, values.shape[1]))
    if len(owner):
        first = np.flatnonzero(np.diff(owner, prepend=-1))
        best[owner[first]] = np.maximum.reduceat(values, first, axis=0)
    return best
