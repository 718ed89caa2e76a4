"""A stock phrase said again in one conversation is worth less than the first time."""

from empathy_score.features.repetition import repeated_phrases
from empathy_score.features.transformer import make_cue_pipeline

NLP = make_cue_pipeline()


def counts(texts, sides, said=None):
    return repeated_phrases(list(NLP.pipe(texts)), sides, said).tolist()


def test_the_same_apology_again_counts():
    texts = ["Sorry for the wait.", "Let me look.", "sorry for the wait"]
    assert counts(texts, ["a"] * 3) == [0, 0, 1]


def test_another_conversation_or_the_other_side_does_not_count():
    texts = ["Sorry for the wait."] * 3
    sides = [("a", "agent"), ("b", "agent"), ("a", "customer")]
    assert counts(texts, sides) == [0, 0, 0]


def test_other_words_or_one_word_alone_are_no_stock_phrase():
    texts = ["Sorry for the wait.", "Sorry for the broken lamp.", "Sorry!", "Sorry!"]
    assert counts(texts, ["a"] * 4) == [0, 0, 0, 0]


def test_a_live_conversation_is_carried_on():
    said = {}
    assert counts(["I completely understand."], ["a"], said) == [0]
    assert counts(["I completely understand."], ["a"], said) == [1]


def test_a_text_that_went_through_no_component_repeats_nothing():
    assert repeated_phrases([NLP.make_doc("So sorry.")] * 2, ["a", "a"]).tolist() == [
        0,
        0,
    ]
