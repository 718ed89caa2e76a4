import hashlib
import json
import time
from pathlib import Path

import numpy as np
import pytest
import skops.io

from empathy_score import InputError, ModelError
from empathy_score.cue_confidence import (
    CONFIDENCE_LABELS,
    SENTENCE_KINDS,
    cue_confidences,
    load_cue_confidence,
    sentences_of,
    word_weights,
)
from empathy_score.cue_confidence_training import (
    CUE_WEIGHT,
    read_sentences,
    train_cue_confidence,
)
from empathy_score.model_folder import read_estimator

SHIPPED = Path(__file__).resolve().parent.parent / "models" / "cue-confidence"
REFLECTION, AFFIRMATION = range(len(CONFIDENCE_LABELS))


@pytest.fixture(scope="module")
def model():
    return load_cue_confidence()


def turn(text, kind=None, cues=(), conversation="a"):
    row = {"conversation_id": conversation, "role": "agent", "text": text, "cues": cues}
    if kind is not None:
        row["sentences"] = [{"kind": kind, "start": 0, "end": len(text)}]
    return row


def write(file, rows):
    file.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A model of eight tiny conversations."""
    folder = tmp_path_factory.mktemp("small")
    rows = []
    for number in range(8):
        name = f"c{number}"
        rows += [
            turn("You must feel so sad.", "reflection", conversation=name),
            turn("That is so hard.", "validation", conversation=name),
            turn("You can do it!", "affirmation", conversation=name),
            turn("Which day was it?", "question", conversation=name),
        ]
    train_cue_confidence([write(folder / "own.jsonl", rows)], folder / "model")
    return folder / "model"


@pytest.mark.parametrize(
    "text",
    [
        "It sounds like you feel left out.",
        "you must be so lonely over there",
        "I can hear how scared you are.",
        "So you felt ignored by all of them.",
    ],
)
def test_a_feeling_put_into_words_is_a_reflection(model, text):
    found = cue_confidences([text], model)
    assert found.best[0, REFLECTION] > 0.4 > found.best[0, AFFIRMATION]


@pytest.mark.parametrize(
    "text",
    [
        "You've got this!",
        "I'm sure you will find a way.",
        "You are doing great, be proud of yourself.",
        "You are not alone.",
    ],
)
def test_encouragement_is_an_affirmation(model, text):
    found = cue_confidences([text], model)
    assert found.best[0, AFFIRMATION] > 0.5 > found.best[0, REFLECTION]


@pytest.mark.parametrize(
    "text",
    [
        "Which city do you live in?",
        "Please send me the order number.",
        "Is there anything else I can help you with?",
        "The office opens at nine.",
    ],
)
def test_plain_work_is_neither(model, text):
    assert cue_confidences([text], model).best.max() < 0.5


def test_the_evidence_is_the_sentence_that_says_it(model):
    text = "Hello there. You must be heartbroken. \U0001f641 Which day was it?"
    found = cue_confidences([text], model)
    start, end = found.start[0, REFLECTION], found.end[0, REFLECTION]
    assert text[start:end] == "You must be heartbroken."


def test_offsets_are_those_of_the_original_text(model):
    text = "ok&nbsp;then.  You\u2019re   soooo lonely &amp; sad, it must hurt.   Bye"
    found = cue_confidences([text], model)
    start, end = found.start[0, REFLECTION], found.end[0, REFLECTION]
    assert text[start:end].startswith("You\u2019re")
    assert text[start:end].endswith("it must hurt.")


def test_a_batch_gives_what_each_text_alone_gives(model):
    texts = ["You must be tired. Sit down.", "", "?!", "You can do this!", "Ok."]
    together = cue_confidences(texts, model)
    for place, text in enumerate(texts):
        alone = cue_confidences([text], model)
        for name in ("best", "share", "start", "end"):
            assert np.allclose(getattr(together, name)[place], getattr(alone, name)[0])


@pytest.mark.parametrize("texts", [[], ["", "  ", "...", "\U0001f642"]])
def test_without_words_there_is_no_confidence(model, texts):
    found = cue_confidences(texts, model)
    assert found.best.shape == (len(texts), 2)
    assert not found.best.any()
    assert not found.end.any()


def test_the_share_falls_where_other_sentences_stand_beside_it(model):
    one, more = "You must feel so alone.", "Which form did you send? Where to? When?"
    found = cue_confidences([one, f"{one} {more}"], model)
    assert found.share[1, REFLECTION] < found.share[0, REFLECTION]
    assert found.best[1, REFLECTION] == pytest.approx(found.best[0, REFLECTION])


def test_values_are_probabilities(model):
    found = cue_confidences(["You must feel so sad.", "That is so hard."] * 3, model)
    for values in (found.best, found.share):
        assert ((values >= 0) & (values <= 1)).all()


@pytest.mark.parametrize("texts", ["one text", [None], ["a", 3]])
def test_what_is_no_list_of_texts_is_refused(model, texts):
    with pytest.raises(InputError, match="text"):
        cue_confidences(texts, model)


def test_a_transcript_without_punctuation_is_cut_into_stretches():
    text = "you know " * 200
    pieces = sentences_of(text)
    assert len(pieces) > 5
    assert all(text[start:end] == piece for start, end, piece in pieces)


@pytest.mark.parametrize("text", ["a" * 16000, "a!" * 8000, "' " * 8000, "you " * 4000])
def test_long_texts_take_linear_time(model, text):
    begun = time.perf_counter()
    cue_confidences([text], model)
    assert time.perf_counter() - begun < 2


def test_the_words_say_why(model):
    found = word_weights("You must be tired.", "reflection", model)
    assert "must" in " ".join(word for word, _ in found[:4])
    with pytest.raises(InputError, match="reflection, affirmation"):
        word_weights("You must be tired.", "apology", model)


def test_kinds_come_from_the_sheet_or_else_from_cues(tmp_path):
    cue = {"label": "reassurance", "start": 4, "end": 20}
    praise = {"label": "positivity", "start": 0, "end": 5}
    rows = [
        turn("I see you are sad.", "reflection"),
        turn("Ok. You will be fine.", cues=[cue]),
        turn("Great.", cues=[praise]),
        {"conversation_id": "a", "role": "customer", "text": "Hello."},
    ]
    found = list(read_sentences(write(tmp_path / "own.jsonl", rows)))
    assert [(row.kind, row.weight) for row in found] == [
        ("reflection", 1.0),
        ("other", CUE_WEIGHT),
        ("affirmation", CUE_WEIGHT),
    ]


def test_an_unknown_kind_names_file_line_and_what_is_allowed(tmp_path):
    file = write(tmp_path / "own.jsonl", [turn("Ok.", "praise")])
    with pytest.raises(InputError, match=r"own\.jsonl:1: kind is 'praise'.*reflection"):
        list(read_sentences(file))


def test_too_few_conversations_are_refused(tmp_path):
    file = write(tmp_path / "own.jsonl", [turn("You are sad.", "reflection")])
    with pytest.raises(InputError, match="of 1 conversations"):
        train_cue_confidence([file], tmp_path / "model")


def test_a_trained_model_loads_and_tells_kinds_apart(small):
    model = load_cue_confidence(small)
    assert model.name == "model"
    assert set(model.kinds.classes_) <= set(SENTENCE_KINDS)
    found = cue_confidences(["You must feel so sad.", "You can do it!"], model)
    assert found.best.argmax(axis=1).tolist() == [REFLECTION, AFFIRMATION]
    names = sorted(file.name for file in small.iterdir())
    assert names == ["README.md", "classifier.skops", "metrics.json", "model.json"]


def copied(small, folder):
    folder.mkdir()
    for file in small.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def put(folder, held):
    data = held if isinstance(held, bytes) else skops.io.dumps(held)
    (folder / "classifier.skops").write_bytes(data)
    about = json.loads((folder / "model.json").read_text("utf-8"))
    about["sha256"] = hashlib.sha256(data).hexdigest()
    (folder / "model.json").write_text(json.dumps(about), encoding="utf-8")


class Rogue:
    """A type that no model holds."""


@pytest.mark.parametrize(
    ("held", "match"),
    [
        (b"no zip", "no skops file"),
        (Rogue(), "not a trusted type"),
        ({"words": "a"}, "must hold kinds, rarity, shift, slope, words"),
    ],
)
def test_a_file_that_holds_something_else_is_refused(small, tmp_path, held, match):
    folder = copied(small, tmp_path / "other")
    put(folder, held)
    with pytest.raises(ModelError, match=match):
        load_cue_confidence(folder)


def test_a_calibration_that_does_not_fit_the_labels_is_refused(small, tmp_path):
    folder = copied(small, tmp_path / "other")
    about = json.loads((folder / "model.json").read_text("utf-8"))
    put(folder, {**read_estimator(folder, about), "slope": np.ones(3)})
    with pytest.raises(ModelError, match="a slope and a shift for each of reflection"):
        load_cue_confidence(folder)


def test_of_what_is_said_to_be_likely_so_much_is_true():
    """The gap on held-out conversations that training wrote into the shipped card."""
    found = json.loads((SHIPPED / "metrics.json").read_text("utf-8"))["held_out"]
    assert all(label["reliability_gap"] < 0.05 for label in found.values())


def test_a_changed_missing_or_foreign_folder_is_refused(small, tmp_path):
    folder = copied(small, tmp_path / "other")
    (folder / "classifier.skops").write_bytes(b"changed")
    with pytest.raises(ModelError, match="checksum differs"):
        load_cue_confidence(folder)
    (folder / "model.json").write_text('{"format_version": 9}', encoding="utf-8")
    with pytest.raises(ModelError, match="format version 9"):
        load_cue_confidence(folder)
    (folder / "model.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match="not readable"):
        load_cue_confidence(folder)
    with pytest.raises(ModelError, match="missing"):
        load_cue_confidence(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"role": "agent", "text": "Hi."}', "bad.jsonl:1: needs 'conversation_id'"),
        ("[1]", "bad.jsonl:1: not a JSON object"),
        ("{", "bad.jsonl:1: not a JSON object"),
    ],
)
def test_a_bad_line_is_named(line, message, tmp_path):
    file = tmp_path / "bad.jsonl"
    file.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=message):
        list(read_sentences(file))


@pytest.mark.parametrize("name", ["none.jsonl", "table.csv"])
def test_a_file_that_is_none_or_no_jsonl_is_named(name, tmp_path):
    if name == "table.csv":
        (tmp_path / name).write_text("text\nHi.\n", encoding="utf-8")
    with pytest.raises(InputError, match=name):
        list(read_sentences(tmp_path / name))
