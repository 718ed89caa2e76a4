"""All fifteen taught strategies are measured, or it is said why they cannot be."""

import importlib.util
from pathlib import Path

from empathy_score.features import all_features
from empathy_score.features.strategies import STRATEGIES, features_of
from empathy_score.scoring import SCORE_COLUMNS

DOCS = Path(__file__).parents[2] / "docs"


def test_there_are_fifteen_and_each_is_measured_or_explained():
    assert len({strategy.name for strategy in STRATEGIES}) == 15
    for strategy in STRATEGIES:
        assert features_of(strategy.name) or strategy.columns or strategy.limit


def test_only_the_consistency_of_a_team_is_out_of_reach_of_one_utterance():
    nothing = [s.name for s in STRATEGIES if not (features_of(s.name) or s.columns)]
    assert nothing == ["team_consistency"]


def test_features_and_columns_named_there_exist():
    names = {strategy.name for strategy in STRATEGIES}
    for feature in all_features():
        assert set(feature.strategies) <= names, feature.name
    for strategy in STRATEGIES:
        assert set(strategy.columns) <= set(SCORE_COLUMNS)


def test_the_documented_table_is_up_to_date():
    spec = importlib.util.spec_from_file_location("make", DOCS / "make.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    page = (DOCS / "features.md").read_text(encoding="utf-8")
    assert page == make.features_page(), "run python docs/make.py"
