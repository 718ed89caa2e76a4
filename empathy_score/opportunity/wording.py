"""What the model of opportunities looks at in a customer's turn."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from empathy_score.features.turns import Counts
from empathy_score.lexicon import load_lexicon

Array = npt.NDArray[np.float64]

KINDS = (
    "frustration",
    "anger",
    "disappointment",
    "anxiety",
    "distress",
    "good_news",
)
"""What calls for empathy."""

NO_CALL = "none"
"""The model's class of turns that call for nothing."""

# Other wording of a customer's turn that the model may look at.
_WORDING = (
    "thanks_closing",
    "trouble_named.event",
    "trouble_named.life",
    "feeling_word.bad",
    "feeling_word.good",
    "greeting",
    "gratitude",
    "open_question",
    "closed_question",
    "apology",
    "positivity",
)
_MOST_WORDS = 63  # longer turns are not more of an opportunity


@lru_cache(maxsize=1)
def opportunity_feature_names() -> tuple[str, ...]:
    """Names of what the model looks at, in its order.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> "anxiety.worry" in opportunity_feature_names()
    True
    """
    counted = ("question_marks", "exclamations", "capital_words")
    trouble = ("trouble_rows", "any_trouble")
    return (*_signal_rows(), *_WORDING, *counted, "log_words", *trouble)


@lru_cache(maxsize=1)
def _signal_rows() -> tuple[str, ...]:
    return tuple(row.id for row in load_lexicon().signals if row.label in KINDS)


def opportunity_features(counts: Counts) -> Array:
    """Compute what the model looks at.

    Parameters
    ----------
    counts : Counts
        Customers' turns, counted.

    Returns
    -------
    ndarray of shape (n_turns, n_features), dtype float64
        Columns as in :func:`opportunity_feature_names`.
    """
    rows = _signal_rows()
    seen = counts.has((*rows, *_WORDING)).astype(np.float64)
    is_trouble = [not row.startswith("good_news.") for row in rows]
    trouble = seen[:, : len(rows)][:, is_trouble].sum(axis=1)
    others = (
        np.minimum(counts.n_question_marks, 2),
        np.minimum(counts.n_exclamations, 2),
        np.minimum(counts.n_capital_words, 2),
        np.log2(1 + np.minimum(counts.n_words, _MOST_WORDS)),
        np.minimum(trouble, 4),
        np.minimum(trouble, 1),
    )
    return np.concatenate([seen, np.stack(others, axis=1)], axis=1)
