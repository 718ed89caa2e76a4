"""All features in the order of columns.

Documentation, column names and range tests are made from these declarations.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from empathy_score.features.context_features import context_features
from empathy_score.features.cue_features import cue_features, row_features
from empathy_score.features.feature import Feature
from empathy_score.features.specificity_features import specificity_features
from empathy_score.features.wording_features import wording_features


@lru_cache(maxsize=1)
def all_features() -> tuple[Feature, ...]:
    """All features, in the order of columns.

    Returns
    -------
    tuple of Feature

    Examples
    --------
    >>> feature = all_features()[0]
    >>> feature.name, feature.unit, feature.direction
    ('has_greeting', '0 or 1', -1)
    """
    return (
        *cue_features(),
        *row_features(),
        *wording_features(),
        *(replace(found, part="specificity") for found in specificity_features()),
        *(replace(found, part="customer's turn") for found in context_features()),
    )


def feature_names() -> list[str]:
    """Names of all features, in the order of columns.

    Returns
    -------
    list of str

    Examples
    --------
    >>> feature_names()[:2]
    ['has_greeting', 'has_acknowledgement']
    """
    return [feature.name for feature in all_features()]
