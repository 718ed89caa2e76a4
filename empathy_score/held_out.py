"""What models say of labelled utterances whose conversation they have not seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GroupKFold

from empathy_score.classifier import EmpathyClassifier
from empathy_score.errors import InputError
from empathy_score.features import all_features
from empathy_score.labelled import LEVELS, Labelled
from empathy_score.model import model_matrix
from empathy_score.records import MECHANISMS
from empathy_score.sentence_levels import Evidence, SentenceLevels

N_SPLITS = 5

Array = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """One split by conversation.

    Parameters
    ----------
    fit, test : ndarray of int
        Rows of the utterances.
    judged, unseen : ndarray of shape (n_rows, n_outputs)
        Sentence columns of both, by models that have not seen the utterance.
    """

    fit: npt.NDArray[np.intp]
    test: npt.NDArray[np.intp]
    judged: Array
    unseen: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a sentence model learns from.

    Parameters
    ----------
    texts : tuple of str
        Utterances.
    targets : ndarray of shape (n_utterances, n_targets)
        Levels.
    evidence : tuple of sequence of (start, end, levels)
        Spans that show them.
    groups : tuple of str
        Conversations.
    """

    texts: tuple[str, ...]
    targets: Levels
    evidence: tuple[Sequence[Evidence], ...]
    groups: tuple[str, ...]

    def of(self, rows: npt.NDArray[np.intp]) -> Material:
        """Give some of the utterances."""
        return Material(
            texts=tuple(self.texts[row] for row in rows),
            targets=self.targets[rows],
            evidence=tuple(self.evidence[row] for row in rows),
            groups=tuple(self.groups[row] for row in rows),
        )


def material_of(data: Labelled, like: Labelled | None = None) -> Material:
    """Take from labelled utterances what a sentence model learns from.

    Parameters
    ----------
    data : Labelled
        Utterances; without labelled cues each text is its own evidence.
    like : Labelled, optional
        Whose targets are wanted, where these have more.

    Returns
    -------
    Material

    Raises
    ------
    InputError
        If ``data`` lacks targets that ``like`` has.
    """
    targets, evidence = data.targets(), data.evidence()
    if like is not None:
        n_targets = like.targets().shape[1]
        if targets.shape[1] < n_targets:
            raise InputError(
                "the contrast utterances lack the mechanisms that the others have: "
                f"{', '.join(MECHANISMS)}"
            )
        targets = targets[:, :n_targets]
    if evidence is None:  # every sentence shows what the utterance does
        shown = zip(data.texts, targets.tolist(), strict=True)
        evidence = [[(0, len(text), tuple(levels))] for text, levels in shown]
    n_targets = targets.shape[1]
    return Material(
        texts=data.texts,
        targets=targets,
        evidence=tuple(
            [(start, end, levels[:n_targets]) for start, end, levels in spans]
            for spans in evidence
        ),
        groups=data.groups,
    )


def judged_by(sentences: SentenceLevels, material: Sequence[Material]) -> Array:
    """Fit on all material; judge the utterances of the first by unseen folds.

    Parameters
    ----------
    sentences : SentenceLevels
        Is fitted.
    material : sequence of Material
        The utterances themselves, and what else may be learned from.

    Returns
    -------
    ndarray of shape (n_utterances, n_outputs)
    """
    judged = sentences.fit_transform(
        [text for part in material for text in part.texts],
        np.vstack([part.targets for part in material]),
        [spans for part in material for spans in part.evidence],
        [group for part in material for group in part.groups],
    )
    return judged[: len(material[0].texts)]


def rows_of_share(
    groups: npt.NDArray[np.str_], rows: npt.NDArray[np.intp], share: float
) -> npt.NDArray[np.intp]:
    """Keep the rows of a share of the conversations, drawn with a fixed seed.

    Parameters
    ----------
    groups : ndarray of shape (n,)
        The conversation of each row.
    rows : ndarray of int
        Rows to choose from.
    share : float
        In (0, 1]; at least two conversations are kept.

    Returns
    -------
    ndarray of int
        A smaller share is part of a larger one.

    Examples
    --------
    >>> rows_of_share(np.array(list("aabbccdd")), np.arange(8), 0.5).tolist()
    [0, 1, 4, 5]
    """
    if share >= 1.0:
        return rows
    names = np.unique(groups[rows])
    order = np.random.default_rng(0).permutation(names)
    kept = order[: max(2, round(share * len(order)))]
    return np.asarray(rows[np.isin(groups[rows], kept)])


def folds_of(material: Sequence[Material], share: float = 1.0) -> Iterator[Fold]:
    """Give each split by conversation; the fit part judges the sentences.

    Parameters
    ----------
    material : sequence of Material
        As in :func:`judged_by`; only the first is split.
    share : float, default 1.0
        Share of the other conversations that each fold learns from.

    Yields
    ------
    Fold
    """
    data = material[0]
    groups = np.array(data.groups)
    for seen, test in GroupKFold(N_SPLITS).split(data.targets, groups=data.groups):
        fit = rows_of_share(groups, seen, share)
        sentences = SentenceLevels()
        judged = judged_by(sentences, [data.of(fit), *material[1:]])
        unseen = sentences.transform(list(data.of(test).texts))
        yield Fold(fit=fit, test=test, judged=judged, unseen=unseen)


def classifier_for(alpha: float, target: int) -> EmpathyClassifier:
    """Make the classifier of one target, unfitted.

    Parameters
    ----------
    alpha : float
        Strength of the penalty.
    target : int
        0 for the level, whose features keep their declared directions; 1, 2, 3 for
        the mechanisms, where they are free.

    Returns
    -------
    EmpathyClassifier
    """
    features = all_features()
    directions = [feature.direction if target == 0 else 0 for feature in features]
    return EmpathyClassifier(alpha=alpha, monotonic_cst=[*directions, 1, 1])


def held_out_probabilities(
    folds: Sequence[Fold],
    features: Array,
    targets: Levels,
    groups: Sequence[str],
    alpha: float,
    weights: Array | None = None,
) -> list[Array]:
    """Predict every target of every utterance by models that have not seen it.

    Parameters
    ----------
    folds : sequence of Fold
        From :func:`folds_of`.
    features : ndarray of shape (n_utterances, n_features)
        Declared features.
    targets : ndarray of shape (n_utterances, n_targets)
        Levels.
    groups : sequence of str
        Conversations.
    alpha : float
        Strength of the penalty.
    weights : ndarray of shape (n_utterances,), optional
        How much each utterance counts.

    Returns
    -------
    list of ndarray of shape (n_utterances, 3)
        Probabilities, one array a target.
    """
    group = np.array(groups)
    found = [np.zeros((len(targets), len(LEVELS))) for _ in targets.T]
    for fold in folds:
        for target, levels in enumerate(targets.T):
            model = classifier_for(alpha, target)
            X = model_matrix(features[fold.fit], fold.judged, target)
            counts = None if weights is None else weights[fold.fit]
            model.fit(X, levels[fold.fit], group[fold.fit], counts)
            columns = np.searchsorted(LEVELS, model.classes_)
            chances = model.predict_proba(
                model_matrix(features[fold.test], fold.unseen, target)
            )
            found[target][np.ix_(fold.test, columns)] = chances
    return found
