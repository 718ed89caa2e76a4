"""Words and pairs of words that a model knows, found in sentences."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from empathy_score.vocabulary import Vocabulary, learn_vocabulary, word_matrix, words_in


@pytest.mark.parametrize(
    "texts",
    [
        ["so sad so sad ?", "you can do it !", "", "unknown words only", "you ?"],
        ["you can, so-so... it?!", "sad\x1fyou\tcan", "so?sad", "a_b do", "\0", "!!"],
        ["caf\u00e9 sad", "so sad \u2014 can do", "\u00a0so\u2003sad", "\ud83d\ude0a"],
    ],
    ids=["words", "marks", "beyond ASCII"],
)
def test_the_matrix_is_that_of_scikit_learn(texts):
    counted = TfidfVectorizer(
        ngram_range=(1, 2), token_pattern=r"\w+|[?!]", binary=True, lowercase=False
    ).fit(["so sad so sad ?", "you can do it !", "caf\u00e9 so a_b ! !"])
    vocabulary = Vocabulary(counted.get_feature_names_out().tolist(), counted.idf_)
    ours = word_matrix(texts, vocabulary)
    assert np.allclose(ours.toarray(), counted.transform(texts).toarray())


def test_no_pair_goes_over_the_end_of_a_sentence():
    vocabulary = Vocabulary(["sad so", "sad", "so"], np.ones(3))
    assert words_in(["so sad", "so"], vocabulary).column.tolist() == [1, 2, 2]
    assert words_in(["so sad so"], vocabulary).column.tolist() == [0, 1, 2]
    assert words_in(["so sad\nso"], vocabulary).column.tolist() == [0, 1, 2]


def test_a_pair_is_found_whose_words_are_not_known_alone():
    vocabulary = Vocabulary(["thank you"], np.ones(1))
    assert words_in(["well thank you", "you thank"], vocabulary).sentence.tolist() == [
        0
    ]


def test_what_holds_no_word_finds_none():
    vocabulary = Vocabulary(["so"], np.ones(1))
    for pieces in ([], [""], ["\u2014"], ["nothing known"]):
        found = word_matrix(pieces, vocabulary)
        assert (found.shape, found.nnz) == ((len(pieces), 1), 0)
    assert words_in(["so"], Vocabulary([], np.zeros(0))).column.tolist() == []


def test_words_are_learned_in_order_with_their_rarity():
    learned = learn_vocabulary(["so late", "so sad ?", "late ?"])
    assert learned.words == ["?", "late", "so"]
    assert learned.rarity.tolist() == pytest.approx([np.log(4 / 3) + 1] * 3)


def test_texts_without_a_word_twice_are_refused():
    with pytest.raises(ValueError, match="no terms remain"):
        learn_vocabulary(["one", "two"])


def test_words_stand_in_one_order_whatever_the_process():
    texts = ["so late and so sorry and it is gone", "gone and late"]
    matrix = word_matrix(texts, learn_vocabulary(texts, min_df=1))
    for row in range(2):
        found = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
        assert found.tolist() == sorted(found)
