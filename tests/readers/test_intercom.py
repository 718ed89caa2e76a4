import json
from pathlib import Path

import pytest

from empathy_score.columns import role_of
from empathy_score.readers.intercom import FORMAT
from empathy_score.readers.turn import FormatError, Unusable

FIXTURES = Path(__file__).parent / "fixtures"


def documents(name):
    text = (FIXTURES / "intercom" / name).read_text(encoding="utf-8")
    if name.endswith(".jsonl"):
        return [json.loads(line) for line in text.splitlines()]
    return [json.loads(text)]


def turns(name):
    found = [one for document in documents(name) for one in FORMAT.read(document, name)]
    assert not [one for one in found if isinstance(one, Unusable)]
    return found


def test_the_source_comes_first_and_only_messages_follow():
    found = turns("conversation.json")
    assert [(turn.identifier, role_of(turn.role), turn.text) for turn in found] == [
        ("s215", "customer", "My lamp came broken.\n\nAgain!"),
        ("p1", "bot", "Did you try a new bulb?"),
        ("p4", "agent", "I'm so sorry, Ann.\nA new one is on its way."),
        ("p8", "customer", "Thank you!"),
        ("p9", "agent", "You are welcome."),
        ("p11", "bot", "Rate us!"),
    ]
    assert [turn.agent for turn in found] == [None, None, "a1", None, "a1", None]
    assert [turn.speaker for turn in found][:4] == ["Ann", "Fin", "Mia", "l1"]


def test_the_source_has_the_time_of_the_conversation():
    found = turns("conversation.json")
    assert [turn.start for turn in found][:3] == [1714723200, 1714723205, 1714723260]
    assert found[1].timestamp == "2024-05-03T08:00:05.000Z"


def test_rating_and_team_go_with_each_turn():
    for turn in turns("conversation.json"):
        assert turn.meta == {"rating": 5, "rating_comment": "Lovely", "queue": "77"}
        assert turn.channel == "chat"


def test_what_intercom_sends_in_an_agents_name_is_a_bots():
    mail = [turn for turn in turns("conversations.jsonl") if turn.conversation == "216"]
    assert [(role_of(turn.role), turn.text) for turn in mail] == [
        ("bot", "Welcome to the lamp house!"),
        ("customer", "Thanks, see below."),
        ("agent", "plain words\nin two lines"),
    ]
    assert {turn.channel for turn in mail} == {"email"}


def test_a_wrapper_holds_all_conversations():
    assert turns("wrapped.json") == turns("conversations.jsonl")


def test_a_list_without_parts_says_to_retrieve_each_conversation():
    [listed] = documents("list_broken.json")
    for document in (listed, listed["conversations"][0]):
        assert FORMAT.recognises(document)
        with pytest.raises(
            FormatError, match=r"no 'conversation_parts'.*retrieve each"
        ):
            list(FORMAT.read(document, "c"))


def test_one_conversation_without_parts_among_others_is_set_aside():
    [good] = documents("conversation.json")
    bare = {key: value for key, value in good.items() if key != "conversation_parts"}
    found = list(FORMAT.read({"conversations": [bare, good]}, "c"))
    assert found[0].reason.startswith("conversations[0]: has no 'conversation_parts'")
    assert len(found) == 7


def test_damaged_parts_are_set_aside_and_the_rest_is_read():
    [document] = documents("conversation_broken.json")
    found = list(FORMAT.read(document, "c"))
    assert [one.reason for one in found if isinstance(one, Unusable)] == [
        "conversation_parts[0]: has no 'author'",
        "conversation_parts[1]: has no 'body'",
        "conversation_parts[2]: 'body' is an object, expected a text",
        "conversation_parts[3]: 'created_at' is 'yesterday', expected a date and time",
        "conversation_parts[4]: is a number, expected an object",
    ]
    said = [one.text for one in found if not isinstance(one, Unusable)]
    assert said == ["My lamp came broken.\n\nAgain!", "I am here."]


@pytest.mark.parametrize(
    "path", sorted((FIXTURES / "intercom").iterdir()), ids=lambda path: path.name
)
def test_its_own_files_are_recognised(path):
    assert all(FORMAT.recognises(document) for document in documents(path.name))


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "conversation",
        {},
        {"conversations": []},
        {"conversations": [1]},
        {"type": "conversation"},
        {"type": "conversation", "source": "email", "text": "Hi"},
        {"source": {"author": {}}, "text": "Hi"},
    ],
)
def test_tables_and_odd_documents_are_not(document):
    assert not FORMAT.recognises(document)
