"""Boosted trees as plain arrays, and the probabilities that they give.

scikit-learn writes no promise about what its gradient boosting keeps inside, and does
not load it with another version. Here each split and leaf is a number in an array, so
that a model that was trained with one version gives the same with any other.

All trees are asked at once, as in QuickScorer (Lucchese et al., SIGIR 2015): each leaf
of a tree is one bit, and each split that sends a row to the right takes away the bits
of the leaves on its left. The lowest bit that is left is the leaf the row comes to.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from sklearn.ensemble import HistGradientBoostingClassifier

from empathy_score.errors import ModelError

Floats = npt.NDArray[np.float64]
Bits = npt.NDArray[np.uint16]

MOST_LEAVES = 16
"""Of a tree: one bit each."""

_ROWS = 1_000  # asked together
_PLACE = np.zeros(1 << MOST_LEAVES, dtype=np.uint8)
_PLACE[1 << np.arange(MOST_LEAVES)] = np.arange(MOST_LEAVES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """The nodes of all trees, one tree behind the other; a leaf has no feature.

    Parameters
    ----------
    root : ndarray of int, shape (n_trees,)
        Where each tree begins.
    feature : ndarray of int, shape (n_nodes,)
        What is asked; -1 in a leaf.
    threshold : ndarray of shape (n_nodes,)
        Up to this value it goes to the left.
    missing_left : ndarray of bool, shape (n_nodes,)
        Whether a missing value goes to the left.
    left, right : ndarray of int, shape (n_nodes,)
        The next node; behind this one.
    value : ndarray of shape (n_nodes,)
        What a leaf adds to the log-odds.
    baseline : ndarray of shape (1,)
        The log-odds before any tree.
    """

    root: npt.NDArray[np.int32]
    feature: npt.NDArray[np.int32]
    threshold: Floats
    missing_left: npt.NDArray[np.bool_]
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    value: Floats
    baseline: Floats


@dataclass(frozen=True, slots=True)
class _Asked:
    """A feature: its thresholds, and the leaves left open between them, by tree.

    The last row of ``open`` is for missing values.
    """

    feature: int
    thresholds: Floats
    open: Bits


@dataclass(frozen=True, slots=True, kw_only=True)
class Trees:
    """Boosted trees, ready to be asked.

    Parameters
    ----------
    nodes : Nodes
        What is stored.
    asked : tuple
        The same, by feature.
    values : ndarray of shape (n_trees, MOST_LEAVES)
        What each leaf adds.
    """

    nodes: Nodes
    asked: tuple[_Asked, ...]
    values: Floats


def nodes_of(model: HistGradientBoostingClassifier) -> Nodes:
    """Take the nodes out of a model of two classes that scikit-learn has fitted.

    Parameters
    ----------
    model : HistGradientBoostingClassifier
        Fitted on numbers, with no more than :data:`MOST_LEAVES` leaves a tree. Its
        private parts are read here, right after training, and nowhere else.

    Returns
    -------
    Nodes
    """
    trees = [stage[0].nodes for stage in model._predictors]
    sizes = [len(tree) for tree in trees]
    first = np.cumsum([0, *sizes[:-1]])
    nodes = np.concatenate(trees)
    begin = np.repeat(first, sizes)
    leaf = nodes["is_leaf"].astype(bool)
    return Nodes(
        root=first.astype(np.int32),
        feature=np.where(leaf, -1, nodes["feature_idx"]).astype(np.int32),
        threshold=np.where(leaf, 0.0, nodes["num_threshold"]).astype(np.float64),
        missing_left=nodes["missing_go_to_left"].astype(bool) & ~leaf,
        left=np.where(leaf, 0, nodes["left"] + begin).astype(np.int32),
        right=np.where(leaf, 0, nodes["right"] + begin).astype(np.int32),
        value=np.where(leaf, nodes["value"], 0.0).astype(np.float64),
        baseline=np.ravel(model._baseline_prediction).astype(np.float64),
    )


def read_nodes(stored: object, n_features: int, folder: Path) -> Nodes:
    """Check what was stored.

    Parameters
    ----------
    stored : object
        Of a file; what :func:`dataclasses.asdict` makes of :class:`Nodes`.
    n_features : int
        How many features there are.
    folder : Path
        The model's, for the error.

    Returns
    -------
    Nodes

    Raises
    ------
    ModelError
        If it holds no trees, or one that asks what there is not.
    """
    names = {field.name for field in fields(Nodes)}
    if not isinstance(stored, dict) or set(stored) != names:
        raise ModelError(f"{folder}: holds no trees: {', '.join(sorted(names))}")
    for name, part in stored.items():
        if not isinstance(part, np.ndarray) or part.ndim != 1:
            raise ModelError(
                f"{folder}: holds trees whose {name} is no list of numbers"
            )
    nodes = Nodes(**stored)
    n_nodes, inner = len(nodes.feature), nodes.feature >= 0
    sizes = {len(stored[name]) for name in names - {"root", "baseline"}}
    behind = np.minimum(nodes.left, nodes.right) > np.arange(n_nodes)
    within = np.maximum(nodes.left, nodes.right) < n_nodes
    roots = (nodes.root >= 0) & (nodes.root < n_nodes)
    if not (
        sizes == {n_nodes}
        and len(nodes.baseline) == 1
        and (nodes.feature < n_features).all()
        and (behind & within)[inner].all()
        and roots.all()
    ):
        raise ModelError(
            f"{folder}: holds trees with nodes or features that there are not"
        )
    return nodes


def trees_of(nodes: Nodes) -> Trees:
    """Make trees ready to be asked.

    Parameters
    ----------
    nodes : Nodes
        From :func:`nodes_of` or :func:`read_nodes`.

    Returns
    -------
    Trees

    Raises
    ------
    ModelError
        If a tree has more than :data:`MOST_LEAVES` leaves.
    """
    values = np.zeros((len(nodes.root), MOST_LEAVES))
    splits: dict[int, list[tuple[int, int, int]]] = {}
    for tree, root in enumerate(nodes.root.tolist()):
        leaves: list[int] = []
        found: list[tuple[int, int]] = []
        _walk(nodes, root, leaves, found)
        values[tree, : len(leaves)] = nodes.value[leaves]
        for at, taken in found:
            splits.setdefault(int(nodes.feature[at]), []).append((at, tree, taken))
    asked = tuple(_asked(nodes, feature, splits[feature]) for feature in sorted(splits))
    return Trees(nodes=nodes, asked=asked, values=values)


def _walk(
    nodes: Nodes, at: int, leaves: list[int], splits: list[tuple[int, int]]
) -> None:
    """Collect leaves from left to right, and for each split those on its left."""
    if len(leaves) + len(splits) > 2 * MOST_LEAVES - 2:
        raise ModelError(f"holds a tree with more than {MOST_LEAVES} leaves")
    if nodes.feature[at] < 0:
        leaves.append(at)
        return
    begin, place = len(leaves), len(splits)
    splits.append((at, 0))
    _walk(nodes, int(nodes.left[at]), leaves, splits)
    splits[place] = (at, (1 << len(leaves)) - (1 << begin))
    _walk(nodes, int(nodes.right[at]), leaves, splits)


def _asked(nodes: Nodes, feature: int, splits: list[tuple[int, int, int]]) -> _Asked:
    """Put the splits of one feature in the order of their thresholds."""
    splits = sorted(splits, key=lambda split: nodes.threshold[split[0]])
    still = np.full((len(splits) + 2, len(nodes.root)), (1 << MOST_LEAVES) - 1)
    for place, (at, tree, taken) in enumerate(splits):
        still[place + 1 : -1, tree] &= ~taken
        if not nodes.missing_left[at]:
            still[-1, tree] &= ~taken
    thresholds = nodes.threshold[[at for at, _, _ in splits]]
    return _Asked(feature, thresholds, still.astype(np.uint16))


def chances(trees: Trees, X: Floats) -> Floats:
    """Give the probability of the second class.

    Parameters
    ----------
    trees : Trees
        From :func:`trees_of`.
    X : ndarray of shape (n_rows, n_features)
        Features; NaN is missing.

    Returns
    -------
    ndarray of shape (n_rows,)
        What ``predict_proba`` of the model gives in its second column.

    Examples
    --------
    >>> X = np.arange(60.0).reshape(-1, 1)
    >>> model = HistGradientBoostingClassifier(max_iter=3, max_leaf_nodes=4)
    >>> fitted = model.fit(X, X[:, 0] > 30)
    >>> found = chances(trees_of(nodes_of(fitted)), X)
    >>> bool(np.allclose(found, fitted.predict_proba(X)[:, 1], rtol=1e-12))
    True
    """
    found = np.empty(len(X))
    for first in range(0, len(X), _ROWS):
        part = X[first : first + _ROWS]
        found[first : first + len(part)] = expit(_log_odds(trees, part))
    return found


def _log_odds(trees: Trees, X: Floats) -> Floats:
    n_trees = len(trees.values)
    still = np.full((len(X), n_trees), (1 << MOST_LEAVES) - 1, dtype=np.uint16)
    for asked in trees.asked:
        column = X[:, asked.feature]
        place = np.searchsorted(asked.thresholds, column, side="left")
        place[np.isnan(column)] = len(asked.thresholds) + 1
        still &= asked.open[place]
    leaf = _PLACE[still & -still]
    added = trees.values[np.arange(n_trees), leaf].sum(axis=1)
    return np.asarray(added + trees.nodes.baseline)
