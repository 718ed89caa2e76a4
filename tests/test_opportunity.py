import json

import numpy as np
import pytest

from empathy_score import InputError
from empathy_score.cues import cues_of
from empathy_score.errors import ModelError
from empathy_score.features.transformer import make_cue_pipeline
from empathy_score.features.turns import counts_of
from empathy_score.opportunity import (
    KINDS,
    answers,
    load_opportunity_model,
    opportunities_of,
    opportunity_feature_names,
    opportunity_features,
    opportunity_states,
)
from empathy_score.opportunity_training import read_labelled_turns, train_opportunity
from empathy_score.records import Utterance
from empathy_score.turn_taking.model import load_interruption_model

NLP = make_cue_pipeline()


@pytest.fixture(scope="module")
def model():
    return load_opportunity_model()


def kinds_of(model, *texts):
    return opportunities_of([NLP(text) for text in texts], model).kinds


def states(*said):
    """States of a conversation told as (role, text, what the turn before calls for)."""
    turns = [
        Utterance(row=row, conversation="1", role=role, text=text)
        for row, (role, text, _) in enumerate(said)
    ]
    cues = [cues_of(NLP(text)) for _, text, _ in said]
    return opportunity_states(turns, [kind for *_, kind in said], cues)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I told you twice already and it is still not working!", "frustration"),
        ("Did anyone even read what I wrote? Get me a manager.", "anger"),
        ("My mother passed away on Sunday and I can't stop crying.", "distress"),
        ("I'm really worried, my flight leaves tomorrow at six.", "anxiety"),
        ("It works now! You're a legend, we got married today!", "good_news"),
    ],
)
def test_a_turn_full_of_feeling_calls_for_empathy(model, text, kind):
    assert kinds_of(model, text) == (kind,)


@pytest.mark.parametrize("text", ["Yes.", "Ok, thanks, bye", "#EMAIL#", "The blue one"])
def test_a_plain_answer_calls_for_nothing(model, text):
    assert kinds_of(model, text) == (None,)


def test_a_question_how_to_do_something_is_no_call(model):
    assert kinds_of(model, "How do I change my address?") == (None,)


def test_probabilities_of_the_kinds_sum_to_that_of_the_call(model):
    found = opportunities_of([NLP("It broke again"), NLP("Fine")], model)
    assert found.kind_probabilities.shape == (2, len(KINDS))
    np.testing.assert_allclose(found.kind_probabilities.sum(axis=1), found.probability)
    assert ((found.probability >= 0) & (found.probability <= 1)).all()


def test_counts_made_for_the_features_serve_here_too(model):
    docs = [NLP("Nobody called me back!"), NLP("Fine")]
    of_docs = opportunities_of(docs, model)
    of_counts = opportunities_of(counts_of(docs), model)
    np.testing.assert_array_equal(of_docs.probability, of_counts.probability)


def test_no_turns_give_nothing(model):
    found = opportunities_of([], model)
    assert found.kinds == ()
    assert found.probability.shape == (0,)


def test_features_have_one_column_for_each_name():
    X = opportunity_features(counts_of([NLP("still broken"), NLP("")]))
    assert X.shape == (2, len(opportunity_feature_names()))
    assert X[1].sum() == 0


def test_an_apology_meets_frustration():
    said = [
        ("customer", "It broke again!", None),
        ("agent", "I'm so sorry about that.", "frustration"),
    ]
    assert states(*said) == [None, "given"]


def test_a_request_for_data_misses_frustration():
    said = [
        ("customer", "It broke again!", None),
        ("agent", "Please send me your order number.", "frustration"),
    ]
    assert states(*said) == [None, "missed"]


def test_all_the_agent_says_until_the_customer_speaks_is_one_answer():
    said = [
        ("customer", "It broke again!", None),
        ("agent", "Order number?", "anger"),
        ("system", "The agent is typing", None),
        ("agent", "I completely understand.", "anger"),
        ("customer", "123", None),
        ("agent", "Thank you.", None),
    ]
    assert states(*said) == [None, "given", None, "given", None, "none"]


def test_a_later_answer_does_not_mend_an_earlier_miss():
    said = [
        ("customer", "It broke again!", None),
        ("agent", "Order number?", "anger"),
        ("customer", "Hello??", None),
        ("agent", "I'm so sorry.", "anger"),
    ]
    assert states(*said) == [None, "missed", None, "given"]


def test_before_the_customer_speaks_nothing_can_be_missed():
    said = [("agent", "Hello, how can I help?", None), ("bot", "Menu", None)]
    assert states(*said) == [None, None]


def test_conversations_may_be_interleaved():
    turns = [
        Utterance(row=0, conversation="a", role="customer", text="Broken!"),
        Utterance(row=1, conversation="b", role="customer", text="Hi"),
        Utterance(row=2, conversation="a", role="agent", text="Number?"),
        Utterance(row=3, conversation="b", role="agent", text="Hello"),
    ]
    found = opportunity_states(turns, [None, None, "anger", None], [[], [], [], []])
    assert found == [None, None, "missed", "none"]


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, what was your number?",
        "I'm sorry but we can't do that.",
        "Thank you for the information.",
        "How may I help you today?",
    ],
)
def test_what_looks_like_care_but_answers_nothing(text):
    assert not answers("distress", cues_of(NLP(text)))


def test_good_news_is_answered_by_joy_and_not_by_an_apology():
    assert answers("good_news", cues_of(NLP("That's wonderful to hear!")))
    assert not answers("good_news", cues_of(NLP("Sorry for the delay.")))
    assert not answers("anger", cues_of(NLP("Have a lovely day!")))


LABELLED = [
    ("It broke again and nobody helps me!", "frustration"),
    ("Did you even read this?! I want your manager", "anger"),
    ("Yes.", "none"),
    ("It works now, you saved my day!", "good_news"),
]


def write(path, labels=LABELLED, copies=6):
    rows = [
        {
            "conversation_id": f"c{copy}",
            "turn": turn,
            "role": "customer",
            "text": text,
            "opportunity": label,
        }
        for copy in range(copies)
        for turn, (text, label) in enumerate(labels)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("opportunity")
    metrics, rejects = train_opportunity([write(folder / "own.jsonl")], folder / "mine")
    assert rejects == ()
    return folder / "mine", metrics


def test_a_trained_folder_loads_and_says_what_it_learned(trained):
    folder, metrics = trained
    model = load_opportunity_model(folder)
    assert model.threshold == metrics["threshold"]
    assert kinds_of(model, "Yes.", LABELLED[3][0]) == (None, "good_news")
    assert json.loads((folder / "metrics.json").read_text())["n_turns"] == 24
    assert "frustration 6" in (folder / "README.md").read_text()


def test_a_changed_file_is_refused(trained, tmp_path):
    folder, _ = trained
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "classifier.skops").write_bytes(b"other")
    with pytest.raises(ModelError, match="checksum differs"):
        load_opportunity_model(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features": ["other"]}, "trained on other features"),
        ({"format_version": 99}, "format version 99"),
        ({"threshold": None}, "no model of opportunities"),
    ],
)
def test_a_folder_that_does_not_fit_is_refused(trained, tmp_path, change, message):
    about = json.loads((trained[0] / "model.json").read_text()) | change
    kept = {key: value for key, value in about.items() if value is not None}
    (tmp_path / "model.json").write_text(json.dumps(kept))
    with pytest.raises(ModelError, match=message):
        load_opportunity_model(tmp_path)


def test_an_unknown_label_is_named_with_file_and_line(tmp_path):
    file = write(tmp_path / "own.jsonl", [("Hm", "grumpy")], copies=1)
    with pytest.raises(InputError, match=r"own\.jsonl:1: opportunity is 'grumpy'"):
        read_labelled_turns([file])


def test_a_table_without_labels_is_refused(tmp_path):
    file = write(tmp_path / "own.jsonl")
    with pytest.raises(InputError, match="no column 'mood'"):
        read_labelled_turns([file], column="mood")


@pytest.mark.parametrize(
    ("labels", "copies", "message"),
    [
        (LABELLED, 2, "stands in 2 conversations"),
        (LABELLED[:1], 6, "none stands in 0 conversations"),
        (LABELLED[2:3], 6, "nothing to learn"),
    ],
)
def test_too_few_labels_are_refused(tmp_path, labels, copies, message):
    file = write(tmp_path / "own.jsonl", labels, copies)
    with pytest.raises(InputError, match=message):
        train_opportunity([file], tmp_path / "out")


def test_a_file_is_no_folder_for_a_model(tmp_path):
    file = write(tmp_path / "own.jsonl")
    with pytest.raises(InputError, match="is a file"):
        train_opportunity([file], file)


@pytest.mark.parametrize(
    "text",
    [
        "Thank you so much for that!",
        "No issues, all good.",
        "I'm not angry at all.",
        "I have no complaints.",
        "It works great now, no more crashes.",
        "My problem is solved, thank you!",
        "Copy and paste worked, thanks.",
    ],
)
def test_a_content_customer_shows_no_trouble(text):
    found = opportunities_of([make_cue_pipeline()(text)], load_opportunity_model())
    assert found.kinds[0] in (None, "good_news")


@pytest.mark.parametrize(
    ("load", "folder", "message"),
    [
        (load_opportunity_model, "customer-service", "is no model of opportunities"),
        (load_opportunity_model, "interruption", "trained on other features"),
        (load_interruption_model, "customer-service", "is no model of interruptions"),
        (load_interruption_model, "opportunity", "holds no model of interruptions"),
    ],
)
def test_a_model_of_something_else_is_refused(load, folder, message):
    with pytest.raises(ModelError, match=message):
        load(folder)
