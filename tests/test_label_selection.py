"""Turns worth labelling: the model is unsure of them, and they differ."""

import pytest

from empathy_score import InputError
from empathy_score.features.transformer import parsed_turns
from empathy_score.label_selection import candidates, pick_turns
from empathy_score.model import load_model, predict
from empathy_score.records import Utterance

AGENT = [
    "Order number?",
    "ORDER NUMBER?",
    "I'm so sorry it broke again, that must be upsetting.",
    "Your parcel left the depot this morning.",
    "Thank you for your patience.",
    "Es tut mir leid, dass Ihr Paket noch nicht angekommen ist.",
    "I can see why that worries you.",
    "Please read our policy first.",
    "The refund takes five days.",
    "Glad it worked out!",
    "We close at eight.",
]


def conversation(texts, role="agent"):
    turns = [("customer", "It broke!"), *((role, text) for text in texts)]
    return [
        Utterance(row=row, conversation="c", role=who, text=text)
        for row, (who, text) in enumerate(turns)
    ]


@pytest.fixture(scope="module")
def model():
    return load_model()


def test_candidates_are_the_agents_turns_with_the_customers_before():
    found = candidates([conversation(AGENT)])
    assert found[0].text == "Order number?"
    assert {one.reply_to for one in found} == {"It broke!"}
    assert "It broke!" not in {one.text for one in found}


def test_texts_that_differ_in_case_alone_are_one_candidate():
    found = candidates([conversation(["I am sorry.", "I AM SORRY.", "Okay."])])
    assert [one.text for one in found] == ["I am sorry.", "Okay."]


def test_without_roles_every_turn_is_a_candidate():
    turns = [
        Utterance(row=row, conversation="c", role="unknown", text=text)
        for row, text in enumerate(AGENT[2:5])
    ]
    assert len(candidates([turns])) == 3


def test_a_large_export_gives_a_random_part(monkeypatch):
    monkeypatch.setattr("empathy_score.label_selection.MOST_CANDIDATES", 4)
    found = [candidates([conversation(AGENT)], seed=seed) for seed in (0, 0, 1)]
    assert len(found[0]) == 4
    assert found[0] == found[1] != found[2]


def test_equal_seeds_pick_equal_turns_and_others_do_not(model):
    turns = candidates([conversation(AGENT)])
    picks = [pick_turns(turns, model, 5, seed=seed) for seed in (0, 0, 1)]
    assert picks[0] == picks[1] != picks[2]


def test_every_fifth_is_drawn_at_random_and_none_twice(model):
    picks = pick_turns(candidates([conversation(AGENT)]), model, 10)
    assert [pick.picked for pick in picks].index("random") == 4
    rows = [pick.turn.row for pick in picks]
    assert len(set(rows)) == len(rows) == 9


def test_more_than_there_are_gives_all_but_other_languages(model):
    turns = candidates([conversation(AGENT)])
    texts = {pick.turn.text for pick in pick_turns(turns, model, 100)}
    assert texts == {one.text for one in turns if not one.text.startswith("Es tut")}


def test_unsure_turns_are_picked_more_often_than_sure_ones(model):
    turns = candidates([conversation(AGENT)])
    entries = [(one.text, one.reply_to, one.conversation) for one in turns]
    found = predict(model, parsed_turns(entries))
    width = dict(
        zip(
            (one.text for one in turns),
            found.intervals[:, 1] - found.intervals[:, 0],
            strict=True,
        )
    )
    first = [pick_turns(turns, model, 1, seed=seed)[0].turn.text for seed in range(20)]
    known = [width[text] for text in width if not text.startswith("Es tut")]
    assert sum(width[text] for text in first) / 20 > sum(known) / len(known)


def test_an_export_without_turns_to_label_is_an_error(model):
    with pytest.raises(InputError, match="no turn of an agent to label"):
        pick_turns([], model, 5)


def test_an_export_in_another_language_is_an_error(model):
    turns = candidates([conversation(AGENT[5:6])])
    with pytest.raises(InputError, match="no turn is English"):
        pick_turns(turns, model, 5)
