"""The component in spaCy pipelines of all kinds."""

import spacy
from spacy.tokens import Doc, DocBin

from empathy_score.cues import cues_of, make_empathy_cues

TEXTS = [
    "I\u2019m so sorry \U0001f614 the cafe\u0301 lost it &amp; I'd be upset too!",
    "Nothing to see.",
    "I don't understand why you're upset.",
]


def pipeline():
    assert make_empathy_cues
    nlp = spacy.blank("en")
    nlp.add_pipe("empathy_cues")
    return nlp


def seen(doc):
    return [(cue.label, cue.start, cue.end, cue.negated) for cue in cues_of(doc)]


def test_cues_slice_the_original_text():
    for doc in pipeline().pipe(TEXTS):
        for cue in cues_of(doc):
            assert doc.text[cue.start : cue.end] == cue.text


def test_denied_cues_do_not_stand_among_the_evidence():
    doc = pipeline()(TEXTS[2])
    assert any(cue.negated for cue in cues_of(doc))
    assert "perspective_taking" not in {
        span.label_ for span in doc.spans["empathy_cues"]
    }


def test_two_processes_give_what_one_gives():
    nlp = pipeline()
    alone = [seen(doc) for doc in nlp.pipe(TEXTS)]
    assert [seen(doc) for doc in nlp.pipe(TEXTS, n_process=2)] == alone


def test_cues_survive_docbin_and_disk(tmp_path):
    nlp = pipeline()
    docs = list(nlp.pipe(TEXTS))
    nlp.to_disk(tmp_path / "nlp")
    again = spacy.load(tmp_path / "nlp")
    stored = DocBin(docs=docs).to_bytes()
    loaded = list(DocBin().from_bytes(stored).get_docs(again.vocab))
    assert [seen(doc) for doc in loaded] == [seen(doc) for doc in docs]
    assert [seen(doc) for doc in again.pipe(TEXTS)] == [seen(doc) for doc in docs]


def test_settings_of_one_pipeline_leave_the_other_alone():
    nlp = spacy.blank("en")
    nlp.add_pipe("empathy_cues", config={"spans_key": "care"})
    doc = nlp("So sorry!")
    assert "care" in doc.spans
    assert "empathy_cues" not in doc.spans
    assert pipeline()("So sorry!").spans["empathy_cues"]


def test_an_empty_doc_has_no_cues():
    nlp = pipeline()
    assert cues_of(nlp("")) == ()
    assert cues_of(Doc(nlp.vocab)) == ()
