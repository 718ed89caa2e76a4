import functools
import json

import numpy as np
import pytest

from empathy_score import (
    EmpathyScorer,
    InputError,
    ModelError,
    comparison,
    held_out_measures,
    learning_curve,
    training,
)
from empathy_score.adaptation_training import adapt
from empathy_score.classifier import EmpathyClassifier
from empathy_score.evaluation import interval_measures, measures
from empathy_score.features.matrix import matrix_of
from empathy_score.features.transformer import parsed_turns
from empathy_score.held_out import material_of
from empathy_score.labelled import read_labelled
from empathy_score.model import load_model, model_columns, predict
from empathy_score.records import MECHANISMS
from empathy_score.training import evaluate, train

LABELLED = [
    ("Where is it?", "Order number?", 0),
    ("It broke again!", "I'm so sorry it broke again, that must be upsetting.", 2),
    ("Thanks.", "Sorry about that.", 1),
    ("I want a refund.", "It is our policy.", 0),
    ("I am so upset.", "I understand how upsetting this is, I'm so sorry.", 2),
    ("Hm.", "Thank you for your patience.", 1),
]
UTTERANCES = [
    {"conversation_id": f"c{copy}", "turn": 2 * turn + side, **said}
    for copy in range(6)
    for turn, (customer, agent, level) in enumerate(LABELLED)
    for side, said in enumerate(
        [
            {"role": "customer", "text": customer},
            {"role": "agent", "text": f"{agent} {'Okay. ' * copy}", "level": level},
        ]
    )
]
PROBES = ["So sorry about that!", "Order number?", "I can see why you're upset.", "No."]


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module", autouse=True)
def _quick_training():
    """Ten draws, one penalty: intervals and choice are not what is tested here."""
    with pytest.MonkeyPatch.context() as patch:
        few = functools.partial(measures, n_bootstraps=10)
        intervals = functools.partial(interval_measures, n_bootstraps=10)
        for module in (training, held_out_measures):
            patch.setattr(module, "measures", few)
            patch.setattr(module, "interval_measures", intervals)
        few = functools.partial(comparison.compare, n_bootstraps=10)
        patch.setattr(held_out_measures, "compare", few)
        patch.setattr(learning_curve, "SHARES", ())
        patch.setattr(training, "ALPHAS", (1000.0,))
        yield


@pytest.fixture
def labels(tmp_path):
    return write(tmp_path / "labels.jsonl", UTTERANCES)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Two models from the same labels."""
    folder = tmp_path_factory.mktemp("trained")
    labels = write(folder / "labels.jsonl", UTTERANCES)
    return [(train([labels], folder / name), folder / name) for name in ("a", "b")]


def test_a_small_set_trains_a_model_that_loads(trained):
    (metrics, rejects), folder = trained[0]
    assert rejects == ()
    assert (metrics["n_utterances"], metrics["n_conversations"]) == (36, 6)
    assert metrics["levels"] == {"0": 12, "1": 12, "2": 12}
    model = load_model(folder)
    assert model.name == "a"
    scores = predict(model, parsed_turns(PROBES)).scores
    assert scores[2] > scores[1]
    assert model.mechanisms == {}
    written = json.loads((folder / "metrics.json").read_text("utf-8"))
    assert written == metrics
    assert (
        "36 agent utterances in 6 conversations" in (folder / "README.md").read_text()
    )


def test_training_twice_gives_the_same_to_the_byte(trained):
    turns = parsed_turns(PROBES)
    one, other = (
        predict(load_model(folder), turns).probabilities.tobytes()
        for _, folder in trained
    )
    assert one == other
    files = [(folder / "metrics.json").read_bytes() for _, folder in trained]
    assert files[0] == files[1]


def test_features_move_only_in_their_direction(trained):
    classifier = load_model(trained[0][1]).classifier
    signs = np.asarray(classifier.monotonic_cst)
    assert (classifier.coef_ * signs >= 0).all()


def test_the_turn_before_comes_from_the_conversation(labels):
    data = read_labelled([labels])
    assert len(data.texts) == 36
    assert data.texts[1].startswith("I'm so sorry it broke again")
    assert data.reply_to[1] == "It broke again!"
    assert data.groups[:6] == ("c0",) * 6


def test_the_turn_before_may_stand_in_a_column(tmp_path):
    rows = [
        {"text": "So sorry!", "reply_to": "Broken.", "level": 1, "group": "g"},
        {"text": "Okay.", "reply_to": None, "level": 0, "group": "h"},
    ]
    data = read_labelled([write(tmp_path / "labels.jsonl", rows)])
    assert data.reply_to == ("Broken.", None)
    assert data.groups == ("g", "h")
    assert data.levels.tolist() == [1, 0]


def test_a_folder_of_tables_is_read_in_order_of_names(tmp_path):
    write(tmp_path / "b.jsonl", [{"text": "Second.", "level": 1}])
    (tmp_path / "a.csv").write_text("text,level\nFirst.,2\n")
    (tmp_path / "notes.md").write_text("text")
    assert read_labelled([tmp_path]).texts == ("First.", "Second.")


@pytest.mark.parametrize("blank", [None, ""])
def test_rows_without_a_level_are_only_context(tmp_path, blank):
    rows = [{"text": "Hi.", "level": blank}, {"text": "So sorry!", "level": 1}]
    data = read_labelled([write(tmp_path / "labels.jsonl", rows)])
    assert data.texts == ("So sorry!",)


@pytest.mark.parametrize("value", [3, "high", -1, 1.5, True])
def test_a_level_that_is_none_names_file_and_line(tmp_path, value):
    rows = [{"text": "Hi.", "level": 0}, {"text": "So sorry!", "level": value}]
    labels = write(tmp_path / "labels.jsonl", rows)
    match = r"labels\.jsonl:2: level is .*; allowed are 0, 1, 2 and empty"
    with pytest.raises(InputError, match=match):
        train([labels], tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_a_wrong_level_after_a_text_of_two_lines_names_the_physical_line(tmp_path):
    labels = tmp_path / "labels.csv"
    labels.write_text('text,level\n"So\nsorry",1\nOkay.,9\n')
    with pytest.raises(InputError, match=r"labels\.csv:4: level is '9'"):
        read_labelled([labels])


def test_without_a_level_column_the_columns_are_named(tmp_path):
    labels = write(tmp_path / "labels.jsonl", [{"text": "Hi.", "label": 1}])
    with pytest.raises(InputError, match="no column 'level'; found: text, label"):
        read_labelled([labels])


def test_a_level_column_without_levels_is_an_error(tmp_path):
    labels = write(tmp_path / "labels.jsonl", [{"text": "Hi.", "level": None}])
    with pytest.raises(InputError, match="no row has a level"):
        read_labelled([labels])


def test_too_few_labels_of_a_level_are_counted(tmp_path):
    rows = [{**row, "level": 0} if row.get("level") == 2 else row for row in UTTERANCES]
    labels = write(tmp_path / "labels.jsonl", rows)
    with pytest.raises(
        InputError, match="level 2 has 0 utterances; at least 5 are needed"
    ):
        train([labels], tmp_path / "model")


def test_too_few_conversations_are_counted(tmp_path):
    rows = [{**row, "conversation_id": "one"} for row in UTTERANCES]
    labels = write(tmp_path / "labels.jsonl", rows)
    with pytest.raises(InputError, match="come from 1 conversations; at least 5 are"):
        train([labels], tmp_path / "model")


def test_a_level_in_one_conversation_only_is_an_error_that_says_so(tmp_path):
    rows = [
        {
            "text": f"{agent} {n}",
            "level": level,
            "group": "one" if level == 2 else f"g{n}",
        }
        for n in range(6)
        for _, agent, level in LABELLED
    ]
    labels = write(tmp_path / "labels.jsonl", rows)
    with pytest.raises(InputError, match=r"level 2 .*conversation"):
        train([labels], tmp_path / "model")


def test_conversations_of_one_level_each_can_be_learned_from(tmp_path):
    rows = [
        {"text": f"{agent} {'Okay. ' * n}", "level": level, "group": f"{n}-{level}"}
        for n in range(5)
        for _, agent, level in LABELLED
    ]
    labels = write(tmp_path / "labels.jsonl", rows)
    metrics, _ = train([labels], tmp_path / "model")
    assert metrics["held_out"]["accuracy"]["value"] is not None


def test_broken_rows_are_set_aside_in_training_too(tmp_path, labels):
    with labels.open("a") as handle:
        handle.write('{"text": \n')
    (_, rejects) = train([labels], tmp_path / "model")
    assert [(one.file, one.line) for one in rejects] == [(str(labels), 73)]


def test_evaluation_compares_a_model_with_labels(trained, labels):
    found, data = evaluate(load_model(trained[0][1]), [labels])
    assert len(data.texts) == 36
    assert found["weighted_kappa"]["value"] > 0.5
    for measure in found.values():
        assert measure["low"] <= measure["value"] <= measure["high"]


MINE = {
    "id": "reassurance.upset",
    "phrases": ["upsetting"],
    "examples": ["How upsetting!"],
}


@pytest.fixture(scope="module")
def with_mine(tmp_path_factory):
    """A model of the same labels, trained with a cue of one's own."""
    folder = tmp_path_factory.mktemp("mine")
    labels = write(folder / "labels.jsonl", UTTERANCES)
    mine = write(folder / "mine.jsonl", [MINE])
    metrics, _ = train([labels], folder / "model", compare_with=None, patterns=mine)
    return metrics, folder / "model", labels, mine


def test_own_cues_are_counted_in_training_and_named_in_the_folder(trained, with_mine):
    metrics, folder, _, _ = with_mine
    assert metrics["n_own_cues"] == 1
    model, without = load_model(folder), load_model(trained[0][1])
    assert [name for name, _ in model.about["own_cues"]] == ["reassurance.upset"]
    assert "own_cues" not in without.about
    card = " ".join((folder / "README.md").read_text("utf-8").split())
    assert "Own cues beside the shipped ones: 1;" in card
    has = model_columns().index("has_reassurance")
    assert without.classifier.coef_[0, has] == 0 < model.classifier.coef_[0, has]


def test_a_model_trained_with_own_cues_is_not_used_without_them(with_mine, tmp_path):
    _, folder, labels, mine = with_mine
    message = "trained with own cues .*: reassurance.upset; name their file"
    with pytest.raises(ModelError, match=message):
        EmpathyScorer.load(folder)
    with pytest.raises(ModelError, match=message):
        evaluate(load_model(folder), [labels])
    with pytest.raises(ModelError, match=message):
        adapt([labels], tmp_path / "new", start_from=folder)
    with pytest.raises(ModelError, match=message):
        train([labels], tmp_path / "new", compare_with=folder)
    other = write(tmp_path / "other.jsonl", [{**MINE, "phrases": ["upset"]}])
    with pytest.raises(ModelError, match=message):
        EmpathyScorer.load(folder, patterns=other)
    one = EmpathyScorer.load(folder, patterns=mine).score("How upsetting!")
    assert "reassurance.upset" in [cue.pattern for cue in one.cues]


def test_own_cues_count_in_evaluation(with_mine):
    _, _, labels, mine = with_mine
    shipped = load_model()
    without, _ = evaluate(shipped, [labels])
    found, _ = evaluate(shipped, [labels], patterns=mine)
    assert found["brier_over_0"]["value"] != without["brier_over_0"]["value"]


def test_evaluation_on_one_label_says_what_is_not_defined(trained, tmp_path):
    labels = write(tmp_path / "labels.jsonl", [{"text": "Order number?", "level": 0}])
    found, _ = evaluate(load_model(trained[0][1]), [labels])
    assert found["auc_level_2"] == {"value": None, "low": None, "high": None}
    assert found["accuracy"]["value"] in {0.0, 1.0}


def test_mechanisms_and_evidence_are_read_where_they_are_labelled(tmp_path):
    cue = {"label": "apology", "start": 0, "end": 9}
    rows = [
        {
            "text": "So sorry! Order number?",
            "level": 1,
            "emotional_reaction": 1,
            "interpretation": 0,
            "exploration": 2,
            "cues": [cue],
            "channel": "chat",
        },
        {
            "text": "Okay.",
            "level": 0,
            "emotional_reaction": 0,
            "interpretation": 0,
            "exploration": 0,
            "cues": [],
            "channel": "phone",
        },
    ]
    data = read_labelled([write(tmp_path / "labels.jsonl", rows)])
    assert data.targets().tolist() == [[1, 1, 0, 2], [0, 0, 0, 0]]
    assert data.slices == {"channel": ("chat", "phone")}
    found = data.evidence()
    # the apology shows two targets; no cue shows exploration, so the whole text does
    apology = [(0, 9, (1, 0, 0, 0)), (0, 9, (0, 1, 0, 0))]
    assert found == [[*apology, (0, 23, (0, 0, 0, 2))], []]


def test_a_promise_shows_the_level_only_where_nothing_warmer_does(tmp_path):
    promise = {"label": "follow_up", "start": 0, "end": 16}
    sorry = {"label": "apology", "start": 17, "end": 23}
    rows = [
        {"text": "I'll write soon. Sorry.", "level": 1, "cues": [promise, sorry]},
        {"text": "I'll write soon. Bye.", "level": 1, "cues": [promise]},
    ]
    data = read_labelled([write(tmp_path / "labels.jsonl", rows)])
    assert data.evidence() == [[(17, 23, (1,))], [(0, 16, (1,))]]


def test_names_of_cues_without_places_are_no_evidence(tmp_path):
    rows = [{"text": "So sorry!", "level": 1, "cues": "apology;gratitude"}]
    data = read_labelled([write(tmp_path / "labels.jsonl", rows)])
    assert (data.cues, data.evidence(), data.mechanisms) == (None, None, None)


def test_mechanisms_are_learned_where_all_rows_have_them(tmp_path):
    rows = [
        {**row, **dict.fromkeys(MECHANISMS, row["level"])} if "level" in row else row
        for row in UTTERANCES
    ]
    metrics, _ = train([write(tmp_path / "l.jsonl", rows)], tmp_path / "model")
    model = load_model(tmp_path / "model")
    assert tuple(model.mechanisms) == tuple(metrics["mechanisms"]) == MECHANISMS
    found = predict(model, parsed_turns(["I'm so sorry it broke again.", "No."]))
    reaction = found.mechanisms["emotional_reaction"]
    assert reaction[0] > reaction[1]
    card = (tmp_path / "model" / "README.md").read_text("utf-8")
    assert "| exploration | 1.000 |" in card


def test_mechanisms_that_are_too_rare_are_left_out_and_it_is_said(trained, tmp_path):
    assert "not every utterance" in trained[0][0][0]["without_mechanisms"]
    rows = [
        {**row, **dict.fromkeys(MECHANISMS, row["level"] // 2)}
        if "level" in row
        else row
        for row in UTTERANCES
    ]
    metrics, _ = train([write(tmp_path / "l.jsonl", rows)], tmp_path / "model")
    reason = "emotional_reaction has level 2 in 0 utterances; at least 5 are needed"
    assert metrics["without_mechanisms"] == reason
    card = (tmp_path / "model" / "README.md").read_text("utf-8")
    assert f"Not learned: {reason}." in card


def test_contrast_utterances_teach_the_sentence_model_alone(trained, tmp_path):
    labels = write(tmp_path / "labels.jsonl", UTTERANCES)
    rows = [
        {"text": "Bravo, a whole week.", "level": 0, "group": f"p{n}"} for n in range(4)
    ]
    contrast = write(tmp_path / "contrast.jsonl", rows)
    metrics, _ = train([labels], tmp_path / "model", contrast=[contrast])
    assert (metrics["n_utterances"], metrics["n_contrast"]) == (36, 4)
    words = load_model(tmp_path / "model").sentences.words_
    assert "bravo" in words
    assert "bravo" not in load_model(trained[0][1]).sentences.words_
    card = (tmp_path / "model" / "README.md").read_text("utf-8")
    assert "4 utterances written for contrast" in card


def test_contrast_utterances_without_the_mechanisms_are_refused(tmp_path):
    rows = [
        {**row, **dict.fromkeys(MECHANISMS, row["level"])} if "level" in row else row
        for row in UTTERANCES
    ]
    labels = write(tmp_path / "labels.jsonl", rows)
    contrast = write(tmp_path / "c.jsonl", [{"text": "Bravo.", "level": 0}])
    with pytest.raises(InputError, match="contrast utterances lack the mechanisms"):
        train([labels], tmp_path / "model", contrast=[contrast])


def test_a_learning_curve_learns_from_a_part_of_the_conversations_and_from_all(
    labels, monkeypatch
):
    monkeypatch.setattr(learning_curve, "SHARES", (0.1, 0.9))
    data = read_labelled([labels])
    features = matrix_of(parsed_turns(data.entries()))
    even = np.full((36, 3), 1 / 3)
    found = learning_curve.learning_curve([material_of(data)], features, 1000.0, even)
    # a tenth holds too few labels for a point
    assert [point["n_labels"] for point in found] == [24, 28]
    assert found[0]["weighted_kappa"] > 0.5
    assert found[0]["ranked_probability"] < found[1]["ranked_probability"]


def test_training_says_how_the_shipped_model_does_on_the_same_folds(trained):
    (metrics, _), folder = trained[0]
    found = metrics["comparison"]
    assert found["model"] == "customer-service"
    assert (
        found["weighted_kappa"]["one"] == metrics["held_out"]["weighted_kappa"]["value"]
    )
    card = (folder / "README.md").read_text("utf-8")
    assert "### Beside customer-service" in card
    assert "### Learning curve" in card


def test_training_warns_of_few_labels_in_metrics_and_card(trained):
    (metrics, _), folder = trained[0]
    assert metrics["warnings"][0].startswith("level 0 has 12 labels; under 30")
    card = (folder / "README.md").read_text("utf-8")
    assert f"- {metrics['warnings'][0]}" in card


def test_figures_without_leaks_stand_beside_those_with_them(tmp_path):
    rows = [dict(row) for row in UTTERANCES]
    said = "Thank you for contacting us about your order."
    for place in (1, 13):
        rows[place] |= {"text": said, "level": 0}
    labels = write(tmp_path / "labels.jsonl", rows)
    metrics, _ = train([labels], tmp_path / "model", compare_with=None)
    assert "comparison" not in metrics
    assert "stand in several conversations" in metrics["warnings"][-1]
    card = (tmp_path / "model" / "README.md").read_text("utf-8")
    kappa = metrics["without_leaks"]["weighted_kappa"]["value"]
    assert f"several conversations: weighted kappa {kappa:.3f}" in card


def test_labels_with_little_weight_hardly_count(tmp_path):
    """Half the labels are turned around; whether that matters is up to the weights."""
    rows = [row for row in UTTERANCES if "level" in row]
    turned = [{**row, "level": 2 - row["level"]} for row in rows]
    found = {}
    for name, weights in (("right", (1, 0.01)), ("turned", (0.01, 1))):
        own = [{**row, "weight": weights[0]} for row in rows]
        other = [{**row, "weight": weights[1]} for row in turned]
        labels = write(tmp_path / f"{name}.jsonl", [*own, *other])
        data = read_labelled([labels])
        X = np.nan_to_num(matrix_of(parsed_turns(data.entries())))
        model = EmpathyClassifier(alpha=10.0)
        found[name] = model.fit(
            X, data.levels, data.groups, data.weights
        ).predict_proba(X[[data.texts.index("Order number? ")]])[0, 0]
    assert found["right"] > 0.5 > found["turned"]


@pytest.mark.parametrize("weights", [[1.0], [0.0] * 6, [[1.0] * 6]])
def test_weights_that_are_none_are_refused(weights):
    X, y = np.arange(6.0)[:, None], np.tile([0, 1, 2], 2)
    with pytest.raises(ValueError, match="weights must be 6 numbers over 0"):
        EmpathyClassifier(alpha=1.0).fit(X, y, weights=weights)
