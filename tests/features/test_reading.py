"""Texts read without a ``Doc`` give what spaCy's pipeline gives."""

import numpy as np
import pytest
import spacy

from empathy_score.cues import cues_of
from empathy_score.features import feature_matrix, feature_names
from empathy_score.features.matrix import matrix_of
from empathy_score.features.reading import read_texts
from empathy_score.features.repetition import repeated_phrases
from empathy_score.features.tokens import make_doc, tokens_of_docs, tokens_of_texts
from empathy_score.features.transformer import make_cue_pipeline, parse
from empathy_score.lexicon import load_lexicon
from empathy_score.scored import cue_table

LEXICON = load_lexicon()
ODD = [
    "x:) ) and he's:)",
    "He 's here, isn't he ?",
    "at 10 a.m., don't-worry (can't) now",
    " So  sorry,\tthat\nmust hurt! ",
    "\u00a0I'm\u3000so sorry\u2026 \U0001f61e!!",
    "sorry " * 40,
    "a" * 400 + " thank you" + "!" * 400,
    "SORRY FOR THE WAIT. Sorry for the wait?",
    "e.g. Mr. O'Neill vs. 8D :-) C++",
    "#NAME#, I can't apologise for that.",
]
TEXTS = [
    *ODD,
    *(
        example
        for row in (*LEXICON.cues, *LEXICON.signals)
        for example in (*row.examples, *row.counter_examples)
    ),
]


@pytest.fixture(scope="module")
def nlp():
    return make_cue_pipeline()


@pytest.fixture(scope="module")
def docs(nlp):
    return parse(nlp, TEXTS)


def test_pieces_looked_up_are_the_tokens_of_the_tokenizer(nlp):
    for _ in range(2):  # met for the first time, and known
        found = tokens_of_texts(nlp, TEXTS)
        wanted = tokens_of_docs([make_doc(nlp, text) for text in TEXTS])
        for name in ("first", "owner", "start", "end", "kind", "lower"):
            assert np.array_equal(getattr(found, name), getattr(wanted, name)), name


@pytest.mark.parametrize("text", ODD)
def test_a_text_is_cut_alone_as_among_others(nlp, text):
    alone = tokens_of_texts(nlp, [text])
    doc = make_doc(nlp, text)
    assert alone.start.tolist() == [token.idx for token in doc]
    assert alone.end.tolist() == [token.idx + len(token) for token in doc]


def test_a_pipeline_with_exceptions_of_its_own_is_followed():
    nlp = make_cue_pipeline()
    nlp.tokenizer.add_special_case("so sorry", [{"ORTH": "so "}, {"ORTH": "sorry"}])
    text = "I am so sorry"
    assert len(tokens_of_texts(nlp, [text]).start) == len(nlp.make_doc(text))


def test_a_tokenizer_of_another_kind_is_followed():
    nlp = spacy.blank("zh")
    text = "so sorry"
    assert len(tokens_of_texts(nlp, [text]).start) == len(nlp.make_doc(text))


def test_features_and_cues_are_those_of_the_spans(nlp, docs):
    read = read_texts(nlp, [*TEXTS, None])
    before = [-1, *range(len(TEXTS) - 1)]
    turns = read.turns(range(len(TEXTS)), before, None)
    wanted = feature_matrix(docs, [None, *docs[:-1]])
    assert np.array_equal(matrix_of(turns), wanted, equal_nan=True)
    table = cue_table(read, read.place[: len(TEXTS)])
    for place, doc in enumerate(docs):
        assert table.cues_at(place) == cues_of(doc), doc.text


def test_repeated_phrases_are_those_of_the_spans(nlp, docs):
    read = read_texts(nlp, TEXTS)
    for place, doc in zip(read.place, docs, strict=True):
        said = {}
        first = repeated_phrases([doc], ["a"], said)
        assert first[0] == sum(
            phrase in read.phrases[place][:at]
            for at, phrase in enumerate(read.phrases[place])
        ) or len(said["a"]) == len(set(read.phrases[place]))
        assert said.get("a", set()) == set(read.phrases[place])


def test_no_texts_at_all_are_read(nlp):
    read = read_texts(nlp, [None])
    assert read.place == [-1]
    assert read.turns([], [], None).own.marks.shape[0] == 0


def test_each_utterance_needs_its_turn_before():
    with pytest.raises(ValueError, match="1 utterances but 2 turns before"):
        feature_matrix([spacy.blank("en")("Sorry!")], ["Hi.", None])


def test_what_was_said_before_counts_where_it_is_known(nlp):
    docs = list(nlp.pipe(["So sorry for that."] * 2))
    unknown, known = (
        feature_matrix(docs, [None] * 2, counts) for counts in (None, np.array([0, 1]))
    )
    differing = ~np.isclose(unknown, known, equal_nan=True)
    (place,) = np.flatnonzero(differing.any(axis=0))
    assert "repeated" in feature_names()[place]
    assert known[:, place].tolist() == [0, 1]


def test_an_own_row_counts_for_its_kind_whether_it_comes_as_text_or_doc():
    row = {
        "id": "apology.conditional.mine",
        "phrases": ["our regrets should it be so"],
        "examples": ["Our regrets should it be so."],
    }
    component = spacy.blank("en")
    component.add_pipe("empathy_cues", config={"patterns": [row]})
    (found,) = feature_matrix([component("Our regrets should it be so.")], [None])
    assert found[feature_names().index("has_apology_conditional")] == 1


def test_what_is_found_very_often_is_counted_as_the_most(nlp):
    read = read_texts(nlp, ["Sorry. " * times for times in (1, 255, 256, 300)])
    assert read.counts.count("apology").tolist() == [1, 255, 255, 255]
    X = matrix_of(read.turns([2], [0], None))
    assert X[0, feature_names().index("has_apology")] == 1
