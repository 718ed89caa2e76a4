"""Features of an utterance: each declared once, beside what computes it."""

from empathy_score.features.declarations import all_features, feature_names
from empathy_score.features.feature import Feature
from empathy_score.features.matrix import feature_matrix
from empathy_score.features.transformer import EmpathyFeatures

__all__ = [
    "EmpathyFeatures",
    "Feature",
    "all_features",
    "feature_matrix",
    "feature_names",
]
