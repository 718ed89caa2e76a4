import json
from pathlib import Path

import pytest

from empathy_score.columns import role_of
from empathy_score.readers.turn import FormatError, Unusable
from empathy_score.readers.zendesk import FORMAT

FIXTURES = Path(__file__).parent / "fixtures"


def documents(name):
    text = (FIXTURES / "zendesk" / name).read_text(encoding="utf-8")
    if name.endswith(".jsonl"):
        return [json.loads(line) for line in text.splitlines()]
    return [json.loads(text)]


def turns(name):
    found = [one for document in documents(name) for one in FORMAT.read(document, name)]
    assert not [one for one in found if isinstance(one, Unusable)]
    return found


def test_public_comments_of_a_ticket_become_turns():
    lamp = [turn for turn in turns("tickets.jsonl") if turn.conversation == "4711"]
    assert [(turn.identifier, turn.role, turn.text) for turn in lamp] == [
        ("1", "customer", "Hi,\nthe lamp came broken. Again!"),
        (
            "3",
            "agent",
            "I am so sorry!\n\nA new lamp is on its way\nKeep the old one\n\n--\nMia",
        ),
        ("4", "customer", "Thank you!"),
        ("5", "system", "Your request was closed."),
    ]
    assert [turn.channel for turn in lamp] == ["email"] * 4
    assert [turn.agent for turn in lamp] == [None, "8001", None, None]


def test_times_keep_their_milliseconds():
    first = turns("tickets.jsonl")[0]
    assert first.start == 1714723200.25
    assert first.timestamp == "2024-05-03T08:00:00.250Z"


def test_the_description_is_not_read_a_second_time():
    texts = [turn.text for turn in turns("tickets.jsonl")]
    assert texts.count("Hi,\nthe lamp came broken. Again!") == 1
    assert not any("Call from" in text for text in texts)


def test_satisfaction_and_queue_go_with_each_turn():
    found = turns("tickets.jsonl")
    assert found[0].meta == {
        "rating": "good",
        "rating_comment": "Kind people",
        "queue": 55,
        "priority": "high",
    }
    assert found[0].meta == found[3].meta
    assert found[4].meta == {}  # a rating that is only offered is none


def test_a_voice_comment_says_what_its_transcript_says():
    call = [turn for turn in turns("tickets.jsonl") if turn.conversation == "4712"]
    assert [(turn.role, turn.channel, turn.text) for turn in call] == [
        ("customer", "voice", "Please call me back."),
        ("agent", "email", "As promised, the form."),
    ]


def test_a_voice_mail_on_a_ticket_of_e_mails_stays_voice():
    mail = {"id": 7, "author_id": 9, "type": "VoiceComment", "public": True}
    mail["data"] = {"transcription_text": "> Please call me back."}
    ticket = {"id": 1, "requester_id": 9, "via": {"channel": "email"}}
    (turn,) = FORMAT.read({"ticket": {**ticket, "comments": [mail]}}, "t")
    assert (turn.channel, turn.text) == ("voice", "> Please call me back.")


def test_users_beside_the_tickets_are_joined():
    call = turns("wrapped.json")
    assert [(turn.role, turn.speaker) for turn in call] == [
        ("customer", "Lee"),
        ("agent", "Mia"),
    ]
    assert {turn.conversation for turn in call} == {"4712"}


def test_comments_beside_a_ticket_come_oldest_first_with_the_roles_of_users():
    found = turns("with_users.json")
    assert [(turn.identifier, turn.role, turn.speaker) for turn in found] == [
        ("31", "customer", "Ann"),
        ("32", "customer", "Tom"),
        ("33", "agent", "Eva"),
    ]
    assert {turn.conversation for turn in found} == {"900"}


def test_comments_alone_have_authors_but_no_roles():
    found = turns("comments_only.json")
    assert [(turn.conversation, turn.role, turn.speaker) for turn in found] == [
        ("comments_only.json", None, "1"),
        ("comments_only.json", None, "2"),
    ]


def test_roles_are_words_that_are_known():
    names = ["tickets.jsonl", "wrapped.json", "with_users.json"]
    for turn in [turn for name in names for turn in turns(name)]:
        assert role_of(turn.role) == turn.role


def test_tickets_without_comments_say_what_to_export():
    [wrapped] = documents("tickets_without_comments_broken.json")
    assert FORMAT.recognises(wrapped)
    for document in (wrapped, wrapped["tickets"][0]):
        assert FORMAT.recognises(document)
        with pytest.raises(FormatError, match=r"has no 'comments'.*comments for each"):
            list(FORMAT.read(document, "t"))


def test_damaged_comments_are_set_aside_and_the_rest_is_read():
    [document] = documents("ticket_broken.json")
    found = list(FORMAT.read(document, "t"))
    assert [one.reason for one in found if isinstance(one, Unusable)] == [
        "comments[1]: is a text, expected an object",
        "comments[2]: has no 'author_id'",
        "comments[3]: has no 'body'",
        "comments[4]: 'created_at' is 'soon', expected a date and time",
        "comments[5]: 'public' is a text, expected true or false",
    ]
    said = [one for one in found if not isinstance(one, Unusable)]
    assert [(turn.identifier, turn.start) for turn in said] == [
        ("1", 1714723200.25),
        ("12", None),
    ]


def test_one_damaged_ticket_of_many_is_set_aside():
    good, empty = documents("wrapped.json")[0]["tickets"]
    bad = {**empty, "comments": "none"}
    found = list(FORMAT.read({"tickets": [bad, 3, good]}, "t"))
    assert [one.reason for one in found[:2]] == [
        "tickets[0]: 'comments' is a text, expected a list",
        "tickets[1]: is a number, expected an object",
    ]
    assert len(found) == 4


@pytest.mark.parametrize(
    "path", sorted((FIXTURES / "zendesk").iterdir()), ids=lambda path: path.name
)
def test_its_own_files_are_recognised(path):
    assert all(FORMAT.recognises(document) for document in documents(path.name))


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "tickets",
        3,
        {},
        {"tickets": []},
        {"tickets": None},
        {"ticket": "4711"},
        {"comments": [3]},
        {"ticket_id": 1, "requester_id": 2, "author_id": 2, "body": "Hi", "id": 3},
        {"id": 1, "comments": [{"author_id": 1, "public": True}]},
    ],
)
def test_tables_and_odd_documents_are_not(document):
    assert not FORMAT.recognises(document)
