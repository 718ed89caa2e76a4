import pytest
import spacy
from spacy.tokens import DocBin

import empathy_score.component
import empathy_score.cues  # noqa: F401  (registers where entry points are not installed)
from empathy_score import EmpathyScorer, InputError
from empathy_score.cues import cues_of

TEXTS = [
    "I'm so sorry it came broken again 😢, I can see why you\u2019re upset.",
    "I can't apologise for that.",
    "Order number?",
    "Zzz",
]


@pytest.fixture
def nlp():
    pipeline = spacy.blank("en")
    pipeline.add_pipe("empathy_cues")
    pipeline.add_pipe("empathy_score")
    return pipeline


def found(docs):
    """Scores and cues; DocBin turns lists into tuples, bytes tuples into lists."""
    return [
        (
            {
                name: list(value) if isinstance(value, (list, tuple)) else value
                for name, value in doc._.empathy.items()
            },
            cues_of(doc),
        )
        for doc in docs
    ]


def test_two_components_give_the_score_of_the_scorer(nlp):
    scorer = EmpathyScorer.load()
    for doc in nlp.pipe(TEXTS):
        one = scorer.score(doc.text)
        assert doc._.empathy["score"] == pytest.approx(one.score, abs=1e-12)
        assert doc._.empathy["level"] == one.level
        assert doc._.empathy["probabilities"] == pytest.approx(one.probabilities)
        assert cues_of(doc) == one.cues


def test_the_spans_stand_under_the_contracts_key(nlp):
    doc = nlp(TEXTS[0])
    labels = {span.label_ for span in doc.spans["empathy_cues"]}
    assert "apology" in labels
    assert all(span.text in TEXTS[0] for span in doc.spans["empathy_cues"])


def test_an_empty_text_is_no_error(nlp):
    doc = nlp("")
    assert doc.spans["empathy_cues"] is not None
    assert 0 <= doc._.empathy["score"] <= 1


@pytest.mark.slow
def test_two_processes_give_the_same(nlp):
    alone = found(nlp.pipe(TEXTS))
    assert found(nlp.pipe(TEXTS, n_process=2, batch_size=2)) == alone


def test_a_docbin_keeps_scores_and_cues(nlp):
    docs = list(nlp.pipe(TEXTS))
    data = DocBin(docs=docs, store_user_data=True).to_bytes()
    back = DocBin(store_user_data=True).from_bytes(data)
    assert found(back.get_docs(nlp.vocab)) == found(docs)
    assert found(back.get_docs(spacy.blank("en").vocab)) == found(docs)


def test_a_doc_travels_as_bytes(nlp):
    doc = nlp(TEXTS[0])
    back = spacy.tokens.Doc(spacy.blank("en").vocab).from_bytes(doc.to_bytes())
    assert found([back]) == found([doc])


def test_a_pipeline_written_to_disk_scores_the_same(nlp, tmp_path):
    nlp.to_disk(tmp_path / "pipeline")
    back = spacy.load(tmp_path / "pipeline")
    assert back.pipe_names == ["empathy_cues", "empathy_score"]
    assert found(back.pipe(TEXTS)) == found(nlp.pipe(TEXTS))


def test_a_pipeline_written_as_bytes_scores_the_same(nlp):
    back = spacy.blank("en")
    back.add_pipe("empathy_cues")
    back.add_pipe("empathy_score")
    back.from_bytes(nlp.to_bytes())
    assert found(back.pipe(TEXTS)) == found(nlp.pipe(TEXTS))


def test_settings_survive_the_disk(tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("empathy_cues", config={"spans_key": "evidence"})
    nlp.to_disk(tmp_path / "pipeline")
    doc = spacy.load(tmp_path / "pipeline")("So sorry about the delay!")
    assert [span.label_ for span in doc.spans["evidence"]] == ["apology"]
    assert [cue.label for cue in cues_of(doc, "evidence")] == ["apology"]


def test_without_the_cues_the_error_says_what_to_add():
    nlp = spacy.blank("en")
    with pytest.raises(InputError, match=r"nlp\.add_pipe\('empathy_cues'\)"):
        nlp.add_pipe("empathy_score")


def test_cues_that_are_turned_off_are_missed_and_not_scored_as_none(nlp):
    with (
        nlp.select_pipes(disable="empathy_cues"),
        pytest.raises(InputError, match="empathy_cues"),
    ):
        nlp("I'm so sorry it came broken again.")


def test_cues_under_another_key_count_all_the_same(nlp):
    other = spacy.blank("en")
    other.add_pipe("empathy_cues", config={"spans_key": "evidence"})
    try:
        other.add_pipe("empathy_score")
    except InputError as error:
        assert "spans_key" in str(error)  # noqa: PT017  (an error is as good)
        return
    assert other(TEXTS[0])._.empathy == nlp(TEXTS[0])._.empathy


def test_a_model_that_does_not_exist_is_named(nlp):
    with pytest.raises(ValueError, match="no model 'nosuch'"):
        nlp.add_pipe("empathy_score", name="second", config={"model": "nosuch"})


def test_two_scorers_may_stand_in_one_pipeline(nlp):
    nlp.add_pipe("empathy_score", name="again")
    assert nlp(TEXTS[0])._.empathy["level"] == 2


@pytest.fixture
def confident():
    pipeline = spacy.blank("en")
    pipeline.add_pipe("empathy_confidence")
    return pipeline


def test_the_sentence_that_reflects_is_marked_with_its_confidence(confident):
    doc = confident("Hello there. You must feel so lost without her.")
    spans = doc.spans["empathy_confidence"]
    assert [(span.text, span.label_) for span in spans] == [
        ("You must feel so lost without her.", "reflection")
    ]
    assert doc._.empathy_confidence["reflection"] > 0.5
    assert doc._.empathy_confidence["affirmation"] < 0.5


def test_plain_work_is_not_marked(confident):
    doc = confident("Please send me the order number.")
    assert not doc.spans["empathy_confidence"]


def test_a_batch_is_judged_as_each_text_alone(confident):
    together = list(confident.pipe(TEXTS, batch_size=2))
    for doc in together:
        alone = confident(doc.text)._.empathy_confidence
        assert doc._.empathy_confidence == pytest.approx(alone)


def test_a_higher_threshold_marks_fewer(confident):
    strict = spacy.blank("en")
    strict.add_pipe("empathy_confidence", config={"threshold": 1.0})
    text = "You must feel so lost without her."
    assert not strict(text).spans["empathy_confidence"]
    assert confident(text).spans["empathy_confidence"]


def test_it_works_in_processes_of_their_own(confident):
    docs = confident.pipe(TEXTS, n_process=2)
    for doc in docs:
        alone = confident(doc.text)._.empathy_confidence
        assert doc._.empathy_confidence == pytest.approx(alone)
