import json
from pathlib import Path

import pytest

from empathy_score.columns import role_of
from empathy_score.readers.turn import Unusable
from empathy_score.readers.zendesk_chat import FORMAT

FIXTURES = Path(__file__).parent / "fixtures"


def documents(name):
    text = (FIXTURES / "zendesk-chat" / name).read_text(encoding="utf-8")
    if name.endswith(".jsonl"):
        return [json.loads(line) for line in text.splitlines()]
    return [json.loads(text)]


def turns(name):
    found = [one for document in documents(name) for one in FORMAT.read(document, name)]
    assert not [one for one in found if isinstance(one, Unusable)]
    return found


def test_messages_become_turns_and_events_do_not():
    found = turns("chat.json")
    assert [(turn.identifier, turn.role, turn.text) for turn in found] == [
        ("m1", "bot", "Can we help?"),
        ("m2", "visitor", "> Broken < again"),
        ("m3", "agent", "Oh no, I'm sorry!"),
    ]
    assert [turn.speaker for turn in found] == ["Lamp house", "Visitor 17", "Mia"]
    assert [turn.agent for turn in found] == [None, None, "8001"]
    assert {turn.conversation for turn in found} == {"2405.chat1"}


def test_times_keep_their_milliseconds():
    found = turns("chat.json")
    assert found[1].start == 1714723205.125
    assert found[1].timestamp == "2024-05-03T08:00:05.125Z"


def test_rating_and_department_go_with_each_turn():
    for turn in turns("chat.json"):
        assert turn.meta == {
            "rating": "good",
            "rating_comment": "quick",
            "queue": "Returns",
        }


def test_older_chats_name_the_sender_in_nick_and_rate_in_an_event():
    old = [turn for turn in turns("chats.json") if turn.conversation == "1401.old"]
    assert [(role_of(turn.role), turn.agent) for turn in old] == [
        ("customer", None),
        ("agent", "5"),
    ]
    assert [turn.meta for turn in old] == [{"rating": "bad"}] * 2


@pytest.mark.parametrize(
    ("who", "role"),
    [
        ({"sender_type": "Agent", "nick": "visitor"}, "agent"),
        ({"sender_type": "Trigger", "nick": "agent:5"}, "bot"),
        ({"sender_type": "Visitor"}, "visitor"),
        ({"nick": "Agent:5"}, "agent"),
        ({"nick": "Visitor"}, "visitor"),
    ],
)
def test_the_type_of_the_sender_counts_before_the_nick(who, role):
    said = {"type": "chat.msg", "msg": "Hi", "name": "Kim", **who}
    (turn,) = FORMAT.read({"type": "chat", "history": [said]}, "c")
    assert turn.role == role


def test_an_offline_message_is_the_customers():
    [turn] = FORMAT.read(documents("chats.jsonl")[0], "chats.jsonl")
    assert (turn.role, turn.speaker, turn.text) == ("customer", "Lee", "Anybody there?")
    assert turn.meta == {"offline": True}
    assert turn.timestamp == "2024-05-03T22:00:00.000Z"


def test_a_wrapper_holds_all_chats():
    found = turns("chats.json")
    assert len(found) == 6
    assert {turn.channel for turn in found} == {"chat"}


def test_roles_are_words_that_are_known():
    assert "unknown" not in {role_of(turn.role) for turn in turns("chats.json")}


def test_damaged_items_are_set_aside_and_the_rest_is_read():
    [document] = documents("chats_broken.json")
    found = list(FORMAT.read(document, "c"))
    assert [one.reason for one in found if isinstance(one, Unusable)] == [
        "history[1]: has neither 'sender_type' nor 'nick'",
        "history[2]: 'msg' is a list, expected a text",
        "history[3]: 'timestamp' is 'later', expected a date and time",
        "history[4]: is null, expected an object",
        "chats[1]: has no 'history'",
        "chats[2]: has no 'message'",
    ]
    said = [one.text for one in found if not isinstance(one, Unusable)]
    assert said == ["Hi", "Hello there"]


@pytest.mark.parametrize(
    "path", sorted((FIXTURES / "zendesk-chat").iterdir()), ids=lambda path: path.name
)
def test_its_own_files_are_recognised(path):
    assert all(FORMAT.recognises(document) for document in documents(path.name))


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "chats",
        {},
        {"chats": []},
        {"chats": [None]},
        {"history": []},
        {"type": "chat", "history": "none"},
        {"type": "chat", "text": "Hi", "visitor": "Ann"},
    ],
)
def test_tables_and_odd_documents_are_not(document):
    assert not FORMAT.recognises(document)
