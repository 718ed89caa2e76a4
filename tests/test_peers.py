"""What other tools get wrong must be right here."""

import pytest
import spacy

from empathy_score import EmpathyScorer
from empathy_score.cues import cues_of


@pytest.fixture(scope="module")
def scorer():
    return EmpathyScorer.load()


def test_a_sincere_apology_scores_far_above_a_command_to_calm_down(scorer):
    sincere = scorer.score(
        "I'm so sorry your order was lost, that must be really upsetting."
    )
    command = scorer.score("Calm down please.")
    assert sincere.level == 2
    assert command.level == 0
    assert sincere.score - command.score > 0.5
    assert [cue.subtype for cue in command.cues if cue.label == "dismissal"] == [
        "command"
    ]


def test_we_apologize_for_is_an_apology(scorer):
    one = scorer.score("We apologize for the late delivery of your parcel.")
    assert [cue.subtype for cue in one.cues if cue.label == "apology"] == ["specific"]


def test_sorry_you_feel_that_way_is_no_real_apology(scorer):
    conditional = scorer.score("I'm sorry you feel that way.")
    real = scorer.score("I'm sorry we lost your parcel.")
    assert [cue.subtype for cue in conditional.cues if cue.label == "apology"] == [
        "conditional"
    ]
    assert conditional.score < real.score
    assert conditional.level < 2


def test_one_phrase_is_not_the_whole_scale_and_none_is_defined(scorer):
    one = scorer.score("I understand.")
    none = scorer.score("The form is on page two.")
    assert 0 < one.score < 1
    assert 0 <= none.score < one.score


def test_two_processes_do_not_break_the_component():
    nlp = spacy.blank("en")
    nlp.add_pipe("empathy_cues")
    nlp.add_pipe("empathy_score")
    docs = list(nlp.pipe(["I completely understand.", "Number?"], n_process=2))
    assert [doc._.empathy["level"] for doc in docs] == [1, 0]
    assert cues_of(docs[0])


def test_what_a_text_cannot_show_is_null_and_not_zero(scorer):
    import polars as pl

    table = scorer.score_frame(pl.DataFrame({"role": ["agent"], "text": ["So sorry!"]}))
    assert table["interrupted"][0] is None
    assert table["cue_interruption"][0] is None
