"""Exports with one message a row are tables; their columns are known by name."""

from dataclasses import replace

import pytest

from empathy_score.columns import Columns
from empathy_score.readers import conversations, open_export

INTERCOM = (
    "message_id,message_body,message_type,message_created_at,message_author_type,"
    "message_author_id,message_author_user_id,message_author_name,"
    "message_author_email,message_author_companies,conversation_tags,"
    "conversation_id,conversation_state,conversation_created_at,"
    "conversation_first_response_at,conversation_closed_at,app_id,app_name\n"
    "m2,<p>Sorry!</p>,comment,2017-11-14 21:46:08,admin,9,,Mia,,,,215,closed,"
    "2017-11-14 21:45:08,,,a,Lamps\n"
    "m1,<p>Broken.</p>,comment,2017-11-14 21:45:08,user,5,,Ann,,,,215,closed,"
    "2017-11-14 21:45:08,,,a,Lamps\n"
)
ZDESKR = (
    "id,type,author_id,body,created_at,have_attachments\n"
    "1,Comment,9,Sorry!,2024-05-03T08:00:00Z,FALSE\n"
)
ZENDESK = (
    "Comment date,Ticket ID,From email,Comment,Ticket date,Ticket subject\n"
    "2024-05-03T08:01:00Z,4711,mia@lamps.example,Sorry!,2024-05-01,Lamp\n"
    "2024-05-03T08:00:00Z,4711,ann@mail.example,Broken.,2024-05-01,Lamp\n"
)
MULTIDOGO = (
    "conversationId,turnNumber,utteranceId,utterance,authorRole\n"
    "c1,1,u2,Sorry!,agent\n"
    "c1,0,u1,Broken.,customer\n"
)
SALESFORCE = (
    "Id,ConversationId,ActorId,ActorName,ActorType,EntryTime,EntryEndTime,EntryType,"
    "Message\n"
    "1,c1,00A,Mia,Agent,2024-05-03T08:01:00.000+0000,,Text,Sorry!\n"
    "2,c1,00B,Ann,EndUser,2024-05-03T08:00:00.250+0000,,Text,Broken.\n"
    "3,c1,00C,Bot,Bot,2024-05-03T07:59:00.000+0000,,Text,Hello\n"
    "4,c1,00D,,System,2024-05-03T07:58:00.000+0000,,ChatbotEstablished,\n"
)


@pytest.fixture
def opened(tmp_path):
    exports = []

    def _opened(content, **options):
        file = tmp_path / "export.csv"
        file.write_text(content)
        folder = tmp_path / f"scratch-{len(exports)}"
        folder.mkdir()
        exports.append(open_export([file], folder=folder, **options))
        return exports[-1]

    yield _opened
    for export in exports:
        export.connection.close()


def said(export):
    turns = [turn for batch in conversations(export) for turn in batch]
    return [(turn.conversation, turn.role, turn.text, turn.start) for turn in turns]


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        (
            INTERCOM,
            Columns(
                text="message_body",
                conversation="conversation_id",
                role="message_author_type",
                start="message_created_at",
                agent="message_author_id",
            ),
        ),
        (ZDESKR, Columns(text="body", start="created_at", agent="author_id")),
        (
            ZENDESK,
            Columns(
                text="Comment",
                conversation="Ticket ID",
                role="From email",
                start="Comment date",
            ),
        ),
        (
            MULTIDOGO,
            Columns(
                text="utterance",
                conversation="conversationId",
                role="authorRole",
                turn="turnNumber",
            ),
        ),
        (
            SALESFORCE,
            Columns(
                text="Message",
                conversation="ConversationId",
                role="ActorType",
                start="EntryTime",
                end="EntryEndTime",
                agent="ActorId",
            ),
        ),
    ],
    ids=["intercom", "zdeskR", "zendesk", "multidogo", "salesforce"],
)
def test_columns_are_recognised(opened, content, columns):
    # One column says who spoke: it holds roles and labels alike.
    whole = replace(columns, speaker=columns.role)
    assert opened(content).columns == whole


def test_intercom_messages_come_by_time_with_roles(opened):
    assert said(opened(INTERCOM)) == [
        ("215", "customer", "<p>Broken.</p>", 1510695908.0),
        ("215", "agent", "<p>Sorry!</p>", 1510695968.0),
    ]


def test_the_address_of_the_writer_can_be_given_a_role(opened):
    export = opened(ZENDESK)
    assert not export.has_roles
    assert sorted(export.unknown_roles) == ["ann@mail.example", "mia@lamps.example"]
    roles = {"mia@lamps.example": "agent", "ann@mail.example": "customer"}
    assert said(opened(ZENDESK, roles=roles)) == [
        ("4711", "customer", "Broken.", 1714723200.0),
        ("4711", "agent", "Sorry!", 1714723260.0),
    ]


def test_multidogo_turns_come_by_number(opened):
    assert [turn[1:3] for turn in said(opened(MULTIDOGO))] == [
        ("customer", "Broken."),
        ("agent", "Sorry!"),
    ]


def test_salesforce_entries_without_a_message_are_set_aside(opened):
    export = opened(SALESFORCE)
    assert said(export) == [
        ("c1", "bot", "Hello", 1714723140.0),
        ("c1", "customer", "Broken.", 1714723200.25),
        ("c1", "agent", "Sorry!", 1714723260.0),
    ]
    assert [reject.line for reject in export.rejects] == [5]
