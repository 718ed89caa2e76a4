import time
from itertools import pairwise

import numpy as np
import pytest
import skops.io
from sklearn.base import clone

from empathy_score import InputError, SentenceLevels
from empathy_score.sentences import sentences_of

TEXTS = [
    "So sorry about that! Order number?",
    "That must hurt. Order number?",
    "Order number? It ships on Monday.",
    "It ships on Monday.",
] * 3
LEVELS = [1, 2, 0, 0] * 3
GROUPS = [copy for copy in "abc" for _ in range(4)]
EVIDENCE = [
    [(0, 20, (1,))],
    [(0, 15, (2,))],
    [],
    [],
] * 3


@pytest.fixture(scope="module")
def model():
    return SentenceLevels(C=30.0).fit(TEXTS, LEVELS, EVIDENCE)


def test_a_long_plain_rest_does_not_dilute_the_warm_sentence(model):
    alone = model.transform(["That must hurt."])
    rest = " It ships on Monday. Order number?" * 20
    assert model.transform(["That must hurt." + rest]) == pytest.approx(alone)


def test_saying_it_again_adds_nothing(model):
    once = model.transform(["So sorry about that!"])
    assert model.transform(["So sorry about that! " * 9]) == pytest.approx(once)


def test_evidence_says_which_sentence_shows_the_level(model):
    plain, warm = model.transform(["Order number?", "That must hurt."])
    assert plain[0] < 0.5 < warm[0]
    whole = SentenceLevels(C=30.0).fit(TEXTS, LEVELS)  # each sentence as its utterance
    assert whole.transform(["Order number?"])[0, 0] > plain[0]


def test_the_best_sentence_and_its_words_are_named(model):
    text = "Order number? Oh, that must hurt."
    best = model.best_sentence(text, output=1)
    assert text[best.start : best.end] == "Oh, that must hurt."
    assert best.probability == pytest.approx(model.transform([text])[0, 1])
    sure = np.log(best.probability / (1 - best.probability))
    shares = sum(share for _, share in best.words)
    assert shares + model.intercept_[1] == pytest.approx(sure)
    assert {"hurt", "must"} <= {word for word, _ in best.words[:4]}


def test_a_text_without_words_shows_nothing(model):
    assert model.transform(["?!", ""]).tolist() == [[0, 0], [0, 0]]
    assert model.best_sentence("?!") is None


def test_training_values_come_from_models_that_have_not_seen_the_group():
    lone = [*TEXTS, "Zounds indeed. Zounds indeed."]
    groups = [*GROUPS, "d"]
    model = SentenceLevels(C=30.0, min_df=1)
    unseen = model.fit_transform(
        lone, [*LEVELS, 2], [*EVIDENCE, [(0, 29, (2,))]], groups
    )
    assert model.transform(lone)[-1, 1] > 0.5 > unseen[-1, 1]


def test_several_targets_stand_side_by_side():
    levels = np.array([LEVELS, LEVELS[::-1]]).T
    found = SentenceLevels().fit(TEXTS, levels)
    assert found.transform(TEXTS).shape == (12, 4)
    assert found.get_feature_names_out().tolist() == [
        "best_sentence_0_over_0",
        "best_sentence_0_level_2",
        "best_sentence_1_over_0",
        "best_sentence_1_level_2",
    ]


def test_it_is_stored_without_code_and_cloned_without_what_it_learned(model):
    data = skops.io.dumps(model)
    back = skops.io.loads(data, trusted=skops.io.get_untrusted_types(data=data))
    assert back.transform(TEXTS).tobytes() == model.transform(TEXTS).tobytes()
    assert back.words_ == model.words_
    assert not hasattr(clone(model), "words_")


def test_evidence_of_another_length_is_refused():
    with pytest.raises(ValueError, match="12 utterances but evidence of 1"):
        SentenceLevels().fit(TEXTS, LEVELS, [[]])


def test_an_endless_run_is_cut_at_once():
    text = "ab" * 100_000 + " so sorry."
    before = time.perf_counter()
    found = sentences_of(text)
    assert time.perf_counter() - before < 5
    assert (found[0][0], found[-1][1]) == (0, len(text))
    assert found[-1][2].endswith("so sorry.")
    assert all(
        start == end
        for (_, end, _), (start, _, _) in pairwise(found)
        if text[end : end + 1] != " "
    )


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        (None, "requires y to be passed"),
        ([1, 2], r"12 utterances but y has shape \(2,\)"),
        (np.zeros((12, 1, 1)), r"y has shape \(12, 1, 1\)"),
        ([3, *LEVELS[1:]], "y holds 3; the levels are 0, 1, 2"),
        ([0.5, *LEVELS[1:]], "y holds 0.5"),
        (["weak", *LEVELS[1:]], "y holds weak"),
    ],
)
def test_levels_that_are_none_are_refused(levels, message):
    for method in (SentenceLevels().fit, SentenceLevels().fit_transform):
        with pytest.raises(InputError, match=message):
            method(TEXTS, levels)
