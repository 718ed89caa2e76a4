"""Words near each other in meaning share what is learned."""

import numpy as np
import pytest

from empathy_score import InputError, SentenceLevels
from empathy_score.word_vectors import WordVectors, read_vectors

TEXTS = ["That must hurt.", "Order number?", "It ships on Monday."] * 4
LEVELS = [2, 0, 0] * 4
NEAR = WordVectors(
    words=("ache", "hurt", "number", "parcel"),
    values=np.array([[1.0, 0.1], [1.0, 0.0], [0.0, 1.0], [0.1, 1.0]]),
)


def test_a_word_that_was_never_seen_is_judged_by_its_neighbour():
    model = SentenceLevels().fit(TEXTS, LEVELS, vectors=NEAR)
    warm, plain = model.transform(["ache", "parcel"])
    assert warm[1] > plain[1] + 0.1
    alone = SentenceLevels().fit(TEXTS, LEVELS)
    assert alone.transform(["ache"]).tolist() == alone.transform(["parcel"]).tolist()


def test_the_words_that_an_explanation_names_sum_up_with_vectors_too():
    model = SentenceLevels().fit(TEXTS, LEVELS, vectors=NEAR)
    best = model.best_sentence("That must ache.", output=1)
    assert "ache" in dict(best.words)
    sure = np.log(best.probability / (1 - best.probability))
    shares = sum(share for _, share in best.words)
    assert shares + model.intercept_[1] == pytest.approx(sure)


def test_a_file_gives_words_and_vectors_of_length_one_on_average(tmp_path):
    values = np.array([[3, 4], [0, 15]], dtype=np.int8)
    np.savez(tmp_path / "v.npz", words="ache\nhurt", values=values)
    found = read_vectors(tmp_path / "v.npz")
    assert found.words == ("ache", "hurt")
    assert np.linalg.norm(found.values, axis=1).tolist() == [0.5, 1.5]


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"words": "ache\nhurt", "values": np.ones((1, 2))}, "2 words but values"),
        ({"words": "ache", "values": np.zeros((1, 2))}, "all zero"),
        ({"words": "ache"}, "no word vectors"),
        ({"words": np.array(["a", None], dtype=object)}, "no word vectors"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path, arrays, said):
    np.savez(tmp_path / "v.npz", **arrays)
    with pytest.raises(InputError, match=said):
        read_vectors(tmp_path / "v.npz")


def test_a_missing_file_and_one_of_text_are_refused(tmp_path):
    (tmp_path / "v.npz").write_text("ache 1 0\n")
    for name in ("v.npz", "none.npz"):
        with pytest.raises(InputError, match="no word vectors"):
            read_vectors(tmp_path / name)
