"""A model moves as far from where it was as own labels ask for."""

import numpy as np
import pytest

from empathy_score.adaptation import (
    STEPS,
    Own,
    Step,
    adapted,
    choose_step,
    held_out_adapted,
)
from empathy_score.classifier import EmpathyClassifier
from empathy_score.comparison import ranked_probability
from empathy_score.held_out import rows_of_share

UNCHANGED, SHIFTED, RECALIBRATED, A_LITTLE, _, FAR = STEPS


def worded(n_rows, seed, strict=0.0):
    """Levels that grow with the first of three columns; strict labellers give less."""
    random = np.random.default_rng(seed)
    X = random.integers(0, 3, (n_rows, 3)).astype(float)
    value = X[:, 0] + random.normal(0, 0.3, n_rows) - strict
    return X, np.clip(np.round(value), 0, 2).astype(int)


@pytest.fixture(scope="module")
def model():
    X, levels = worded(300, seed=1)
    return EmpathyClassifier(alpha=10.0, monotonic_cst=[1, 0, -1]).fit(X, levels)


def own_labels(n_rows, strict=0.0, weights=None):
    X, levels = worded(n_rows, seed=2, strict=strict)
    groups = np.array([f"g{row // 4:02d}" for row in range(n_rows)])
    counts = np.ones(n_rows) if weights is None else weights
    return Own(X=X, levels=levels, groups=groups, weights=counts)


def cost(model, own):
    return ranked_probability(own.levels, model.predict_proba(own.X)).mean()


def test_labels_like_the_models_own_leave_it_nearly_where_it_was(model):
    own = own_labels(60)
    found = adapted(model, own, RECALIBRATED)
    before, after = (one.predict_proba(own.X) for one in (model, found))
    assert np.abs(before - after).max() < 0.2


def test_a_strict_labeller_gets_lower_scores(model):
    own = own_labels(60, strict=0.7)
    for step in STEPS[1:]:
        assert cost(adapted(model, own, step), own) < 0.8 * cost(model, own)


def test_the_model_one_starts_from_stays_as_it_is(model):
    before = model.coef_.copy(), model.intercept_.copy()
    found = adapted(model, own_labels(60, strict=0.7), FAR)
    assert (model.coef_ == before[0]).all()
    assert (model.intercept_ == before[1]).all()
    assert not (found.coef_ == before[0]).all()


def test_unchanged_is_the_model_to_the_last_bit(model):
    own = own_labels(40)
    found = adapted(model, own, UNCHANGED)
    assert found.predict_proba(own.X).tobytes() == model.predict_proba(own.X).tobytes()


def test_features_keep_their_direction_however_far_the_weights_move(model):
    own = own_labels(60)
    turned = Own(X=own.X, levels=2 - own.levels, groups=own.groups, weights=own.weights)
    found = adapted(model, turned, Step(name="free", slope=True, penalty=0.1))
    assert (found.coef_[:, 0] >= 0).all()
    assert (found.coef_[:, 2] <= 0).all()


def test_a_stronger_penalty_stays_nearer_to_the_model(model):
    own = own_labels(60, strict=0.7)
    moved = [
        np.abs(adapted(model, own, step).coef_ - base.coef_).sum()
        for step in (A_LITTLE, FAR)
        for base in [adapted(model, own, RECALIBRATED)]
    ]
    assert 0 < moved[0] < moved[1]


def test_a_threshold_without_labels_above_it_stays_where_it_is(model):
    own = own_labels(60)
    few = own.of(np.flatnonzero(own.levels < 2))
    found = adapted(model, few, FAR)
    assert (found.coef_[1] == model.coef_[1]).all()
    assert found.intercept_[1] == model.intercept_[1]
    assert found.intercept_[0] != model.intercept_[0]


def test_weights_of_labels_count(model):
    X, mild = worded(40, seed=2)
    both = Own(
        X=np.vstack([X, X]),
        levels=np.concatenate([mild, np.maximum(mild - 1, 0)]),
        groups=np.array([f"g{row % 40}" for row in range(80)]),
        weights=np.repeat([1.9, 0.1], 40),
    )
    trusts_mild = adapted(model, both, SHIFTED)
    turned = Own(
        X=both.X, levels=both.levels, groups=both.groups, weights=both.weights[::-1]
    )
    trusts_strict = adapted(model, turned, SHIFTED)
    assert (trusts_strict.intercept_ < trusts_mild.intercept_).all()


def test_held_out_conversations_choose_a_step_where_labels_differ(model):
    step, costs = choose_step(model, own_labels(80, strict=0.7))
    assert step.name != "unchanged"
    assert costs[step.name] == min(costs.values())
    assert list(costs) == [step.name for step in STEPS]


def test_of_equally_good_steps_the_smaller_is_taken(model):
    own = own_labels(12)
    one_level = Own(
        X=own.X, levels=np.zeros(12, int), groups=own.groups, weights=own.weights
    )
    assert choose_step(model, one_level)[0].name == "unchanged"


def test_held_out_probabilities_do_not_see_their_own_labels(model):
    own = own_labels(40, strict=0.7)
    said, chosen = held_out_adapted(model, own, STEPS[:3])
    changed = np.array(own.levels)
    first = own.groups == "g00"
    changed[first] = 2 - changed[first]
    again, _ = held_out_adapted(
        model,
        Own(X=own.X, levels=changed, groups=own.groups, weights=own.weights),
        STEPS[:3],
    )
    assert (said[first] == again[first]).all()
    assert not (said == again).all()
    assert len(chosen) == 5


def test_shares_of_conversations_grow_into_each_other():
    groups = np.array([f"g{row // 3}" for row in range(30)])
    rows = np.arange(30)
    quarter, half, whole = (
        set(rows_of_share(groups, rows, share).tolist()) for share in (0.25, 0.5, 1.0)
    )
    assert quarter < half < whole == set(range(30))
    assert len(half) == 15
