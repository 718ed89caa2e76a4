"""Who is the agent, from wording alone."""

import json
from pathlib import Path

import numpy as np
import pytest

from empathy_score.errors import InputError, ModelError
from empathy_score.records import Utterance
from empathy_score.speaker_roles import (
    ROLE_THRESHOLD,
    SpeakerRole,
    load_speaker_roles,
    speaker_roles,
)
from empathy_score.speaker_roles_training import read_roles, train_speaker_roles
from empathy_score.speaker_words import pieces_of, spoken_words

DATA = Path(__file__).parents[1] / "data" / "conversations"

INBOUND = [
    ("A", "Thank you for calling Lumo Lamps, my name is Ada. How may I help you?"),
    ("B", "Hi, I ordered a lamp last week and it still hasn't arrived."),
    ("A", "I'm sorry about that. Could you give me your order number, please?"),
    ("B", "Yes, it's 4471."),
    ("A", "Thanks, let me check that for you."),
    ("B", "Okay."),
]
CHAT = [
    ("x", "my internet has been down since yesterday, i want a refund"),
    ("y", "I apologise for the inconvenience. May I have your account number?"),
    ("x", "i already gave it to your colleague"),
    ("y", "Thank you, I will look into this for you now."),
]


def told(said, conversation="1", roles=None):
    """Utterances of one conversation and the labels of their speakers."""
    known = roles or {}
    turns = [
        Utterance(
            row=row,
            conversation=conversation,
            role=known.get(speaker, "unknown"),
            text=text,
        )
        for row, (speaker, text) in enumerate(said)
    ]
    return turns, [speaker for speaker, _ in said]


def roles_of(said, **options):
    turns, speakers = told(said, **options)
    found = speaker_roles(turns, speakers)
    return {speaker: one.role for (_, speaker), one in found.items()}


def spoken(said):
    return [(speaker, spoken_words(text)) for speaker, text in said]


@pytest.mark.parametrize("change", [list, spoken], ids=["written", "spoken"])
def test_the_agent_is_found_whoever_speaks_first(change):
    assert roles_of(change(INBOUND)) == {"A": "agent", "B": "customer"}
    assert roles_of(change(CHAT)) == {"x": "customer", "y": "agent"}
    assert roles_of(change(INBOUND[1:])) == {"A": "agent", "B": "customer"}


def test_swapped_labels_give_swapped_roles():
    swapped = [("B" if speaker == "A" else "A", text) for speaker, text in INBOUND]
    found = speaker_roles(*told(INBOUND))
    other = speaker_roles(*told(swapped))
    assert found["1", "A"] == other["1", "B"]
    assert found["1", "B"] == other["1", "A"]
    assert (found["1", "A"].role, found["1", "B"].role) == ("agent", "customer")


def test_capitals_marks_and_the_cut_of_segments_change_nothing():
    cut = [
        (speaker, word.upper() + "...")
        for speaker, text in INBOUND
        for word in text.split()
    ]
    assert speaker_roles(*told(cut)) == speaker_roles(*told(INBOUND))


def test_both_of_a_pair_have_the_same_confidence_and_more_turns_more_of_it():
    said = [("a", "Is it your lamp?"), ("b", "It is my lamp.")]
    short = speaker_roles(*told(said))
    long = speaker_roles(*told(said * 3))
    for found in (short, long):
        assert found["1", "a"].confidence == pytest.approx(found["1", "b"].confidence)
    assert 0.5 < short["1", "a"].confidence < long["1", "a"].confidence < 1


def test_no_confidence_is_higher_than_what_was_measured():
    most = load_speaker_roles().calibration.most
    found = speaker_roles(*told(INBOUND * 5))
    assert found["1", "A"].confidence == most < 1


def test_words_that_both_could_say_leave_the_roles_unknown():
    found = speaker_roles(*told([("a", "Hm."), ("b", "Hm.")]))
    assert {one.role for one in found.values()} == {"unknown"}
    assert all(0.5 <= one.confidence < ROLE_THRESHOLD for one in found.values())


def test_the_threshold_can_be_lowered():
    turns, speakers = told([("a", "Is it your lamp?"), ("b", "Lamp, mine, so?")])
    assert speaker_roles(turns, speakers, threshold=1.0)["1", "a"].role == "unknown"
    found = speaker_roles(turns, speakers, threshold=0.0)
    assert {one.role for one in found.values()} == {"agent", "customer"}


def test_a_monologue_is_judged_alone():
    assert roles_of([turn for turn in INBOUND if turn[0] == "A"]) == {"A": "agent"}
    assert roles_of([turn for turn in CHAT if turn[0] == "x"]) == {"x": "customer"}
    assert roles_of([("A", "!?")]) == {"A": "unknown"}


def test_of_three_speakers_each_is_judged_alone():
    supervisor = ("C", "I apologise, may I have your name so I can help you with that?")
    found = roles_of([*INBOUND, supervisor])
    assert found == {"A": "agent", "B": "customer", "C": "agent"}


def test_conversations_are_told_apart_and_may_be_interleaved():
    first, labels = told(INBOUND[:4], "1")
    swapped = [("B" if speaker == "A" else "A", text) for speaker, text in INBOUND[:4]]
    second, others = told(swapped, "2")
    turns = [turn for pair in zip(first, second, strict=True) for turn in pair]
    speakers = [label for pair in zip(labels, others, strict=True) for label in pair]
    found = speaker_roles(turns, speakers)
    assert {key for key, one in found.items() if one.role == "agent"} == {
        ("1", "A"),
        ("2", "B"),
    }
    assert found["1", "A"] == speaker_roles(first, labels)["1", "A"]


def test_a_role_that_is_told_is_kept_and_the_other_speaker_is_what_it_leaves():
    turns, speakers = told(INBOUND, roles={"A": "agent"})
    found = speaker_roles(turns, speakers)
    assert found["1", "A"] == SpeakerRole(role="agent", confidence=None)
    assert found["1", "B"].role == "customer"
    against = speaker_roles(*told(INBOUND, roles={"A": "customer"}))
    assert against["1", "A"].role == "customer"
    assert against["1", "B"].role == "unknown"  # the wording is against it
    assert against["1", "B"].confidence < 0.5


def test_a_bot_leaves_the_other_two_a_pair():
    bot = ("menu", "For English press one.")
    found = speaker_roles(*told([bot, *CHAT], roles={"menu": "bot"}))
    assert found["1", "menu"] == SpeakerRole(role="bot", confidence=None)
    assert found["1", "x"] == speaker_roles(*told(CHAT))["1", "x"]


def test_nobody_said_anything():
    assert speaker_roles([], []) == {}
    turns, _ = told(CHAT)
    assert speaker_roles(turns, [None, "", "  ", None]) == {}


def test_labels_and_utterances_must_match():
    turns, speakers = told(CHAT)
    with pytest.raises(InputError, match="4 utterances and 3 speakers"):
        speaker_roles(turns, speakers[1:])


def test_pieces_hold_all_words_in_nearly_equal_parts():
    words = " ".join(map(str, range(30)))
    pieces = pieces_of(words)
    assert " ".join(pieces) == words
    assert [len(piece.split()) for piece in pieces] == [10, 10, 10]
    assert pieces_of("") == []


def test_a_broken_model_is_named(tmp_path):
    shipped = Path(__file__).parents[1] / "models" / "speaker-roles"
    for file in shipped.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    about = json.loads((tmp_path / "model.json").read_text("utf-8"))
    del about["calibration"]["pair_slope"]
    (tmp_path / "model.json").write_text(json.dumps(about), "utf-8")
    with pytest.raises(ModelError, match=r"calibration with .*pair_slope"):
        load_speaker_roles(tmp_path)
    with pytest.raises(ModelError, match="train-roles"):
        load_speaker_roles("nowhere")


def test_training_is_repeatable_and_refuses_too_little(tmp_path):
    files = sorted(DATA.glob("*.jsonl"))[:6]
    metrics, _ = train_speaker_roles(files, tmp_path / "one")
    train_speaker_roles(files, tmp_path / "two")
    one, two = (load_speaker_roles(tmp_path / name) for name in ("one", "two"))
    assert one.words == two.words
    assert np.array_equal(one.linear.coef_, two.linear.coef_)
    whole = metrics["held_out"][-1]
    assert whole["turns"] == "all"
    assert whole["accuracy"] > 0.8
    with pytest.raises(InputError, match="at least 5 are needed"):
        train_speaker_roles(files[:1], tmp_path / "few")


def test_rows_of_one_industry_stay_together(tmp_path):
    file = tmp_path / "calls.jsonl"
    rows = [
        {
            "conversation_id": f"{number}",
            "industry": "lamps" if number < 2 else "",
            "role": role,
            "text": "hello",
        }
        for number in range(4)
        for role in ("agent", "agent", "customer", "system")
    ]
    lines = (json.dumps(row) + "\n" for row in rows if row["conversation_id"] != "3")
    file.write_text("".join(lines) + json.dumps(rows[-3]) + "\n", "utf-8")
    found, _ = read_roles([file])
    assert [one.group for one in found] == ["lamps", "lamps", "2"]
    assert found[0].is_agent.tolist() == [True, False]
