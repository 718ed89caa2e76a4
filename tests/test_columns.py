from datetime import datetime, timedelta, timezone
from datetime import time as clock

import numpy as np
import pytest

from empathy_score.columns import (
    Columns,
    check_meanings,
    recognise_columns,
    role_of,
    roles_mapping,
    seconds_of,
)
from empathy_score.errors import InputError


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (
            ["conversationId", "turnNumber", "utteranceId", "utterance", "authorRole"],
            Columns(
                text="utterance",
                conversation="conversationId",
                role="authorRole",
                speaker="authorRole",
                turn="turnNumber",
            ),
        ),
        (
            ["ContactId", "ParticipantRole", "Content", "BeginOffsetMillis"],
            Columns(
                text="Content",
                conversation="ContactId",
                role="ParticipantRole",
                speaker="ParticipantRole",
                start="BeginOffsetMillis",
            ),
        ),
        (
            ["ticket id", "AUTHOR-TYPE", "Body", "created_at", "userId", "Channel"],
            Columns(
                text="Body",
                conversation="ticket id",
                role="AUTHOR-TYPE",
                speaker="AUTHOR-TYPE",
                start="created_at",
                agent="userId",
                channel="Channel",
            ),
        ),
        (
            ["message_body", "message_author_type", "message_created_at"],
            Columns(
                text="message_body",
                role="message_author_type",
                speaker="message_author_type",
                start="message_created_at",
            ),
        ),
    ],
    ids=["multidogo", "contact-lens", "zendesk-like", "intercom"],
)
def test_usual_names_are_recognised(names, expected):
    assert recognise_columns(names) == expected


def test_the_better_name_wins_whatever_the_order():
    assert recognise_columns(["message", "Text"]).text == "Text"
    assert recognise_columns(["speaker", "role", "text"]).role == "role"


@pytest.mark.parametrize(
    ("names", "role", "speaker"),
    [
        (["speaker", "role", "text"], "role", "speaker"),
        (["Speaker Label", "text"], "Speaker Label", "Speaker Label"),
        (["speaker", "text"], "speaker", "speaker"),
        (["speaker", "speaker_id", "text"], "speaker", "speaker_id"),
        (["role", "text"], "role", "role"),
        (["channelTag", "text"], "channelTag", "channelTag"),
        (["text"], None, None),
    ],
)
def test_the_speaker_is_another_column_than_the_role_or_the_same(names, role, speaker):
    found = recognise_columns(names)
    assert (found.role, found.speaker) == (role, speaker)


def test_a_named_speaker_is_no_role_where_there_is_another():
    found = recognise_columns(["speaker", "who", "text"], speaker="who")
    assert (found.role, found.speaker) == ("speaker", "who")
    found = recognise_columns(["who", "text"], speaker="who")
    assert (found.role, found.speaker) == ("who", "who")
    found = recognise_columns(["channel", "text"], speaker="channel")
    assert (found.speaker, found.channel) == ("channel", None)
    found = recognise_columns(["speaker", "text"], role="speaker")
    assert (found.role, found.speaker) == ("speaker", "speaker")


def test_a_named_column_wins_and_keeps_only_that_meaning():
    found = recognise_columns(["speaker", "text", "note"], conversation="speaker")
    assert (found.conversation, found.role) == ("speaker", None)
    assert recognise_columns(["text", "note"], text="note").text == "note"


def test_a_named_column_that_is_missing_gets_a_suggestion():
    with pytest.raises(InputError, match=r"no column 'bodi'.*Did you mean 'Body'\?.*"):
        recognise_columns(["Body", "x"], text="bodi")
    with pytest.raises(InputError, match=r"'Body', 'x'.*role= / --role"):
        recognise_columns(["Body", "x"], role="zzz")


def test_without_a_text_column_the_columns_are_listed():
    with pytest.raises(InputError, match=r"among 'a', 'b'; .*text= / --text"):
        recognise_columns(["a", "b"])


def test_a_meaning_that_does_not_exist_is_named():
    with pytest.raises(InputError, match="'txt' is no meaning of a column; allowed"):
        check_meanings({"txt": "a"})


@pytest.mark.parametrize(
    ("value", "role"),
    [
        ("AGENT", "agent"),
        ("HUMAN_AGENT", "agent"),
        ("admin", "agent"),
        ("Adviser", "agent"),
        ("end-user", "customer"),
        ("EndUser", "customer"),
        (" Visitor ", "customer"),
        ("AUTOMATED_AGENT", "bot"),
        ("System", "system"),
        ("internal", "unknown"),
        ("assistant", "unknown"),
        ("inbound", "unknown"),
        ("SPEAKER_00", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
        (7, "unknown"),
    ],
)
def test_only_certain_names_become_roles(value, role):
    assert role_of(value) == role


def test_the_callers_mapping_comes_first_without_case():
    mapping = roles_mapping(["USER=agent", "a=b=Customer"])
    assert role_of("user", mapping) == "agent"
    assert role_of("A=B", mapping) == "customer"
    assert role_of("bot", mapping) == "bot"


@pytest.mark.parametrize("item", ["agent", "=agent", "", "  =customer"])
def test_a_malformed_mapping_is_shown_how(item):
    with pytest.raises(InputError, match="write VALUE=ROLE, for instance --roles"):
        roles_mapping([item])


def test_a_role_outside_the_five_lists_them():
    with pytest.raises(InputError, match=r"'boss'.*allowed: agent, customer, bot"):
        roles_mapping(["x=boss"])


NEW_YEAR = datetime(2024, 1, 1, tzinfo=timezone.utc).timestamp()


@pytest.mark.parametrize(
    ("name", "value", "seconds"),
    [
        ("start", 1.25, 1.25),
        ("start", "1.25", 1.25),
        ("start", 0, 0.0),
        ("start", np.int64(3), 3.0),
        ("BeginOffsetMillis", "1234", 1.234),
        ("start_ms", 1234, 1.234),
        ("startTimeMs", 1704067200123, NEW_YEAR + 0.123),
        ("start_timestamp_usec", 1704067200123000, NEW_YEAR + 0.123),
        ("timestamp", "1704067200", NEW_YEAR),
        ("timestamp", 1704067200123, NEW_YEAR + 0.123),
        ("start", "00:01:02.003", 62.003),
        ("start", "01:02", 62.0),
        ("start", "75:10", 4510.0),
        ("start", "1:00:00,5", 3600.5),
        ("startOffset", "1.200s", 1.2),
        ("created_at", "2024-01-01T00:00:00Z", NEW_YEAR),
        ("created_at", "2024-01-01T00:00:00.123Z", NEW_YEAR + 0.123),
        ("created_at", "2024-01-01 02:00:00+02", NEW_YEAR),
        ("created_at", "2024-01-01T02:00:00.5+02:00", NEW_YEAR + 0.5),
        ("created_at", "2023-12-31 19:30:00 -0430", NEW_YEAR),
        ("created_at", "2024-01-01 00:00:00 UTC", NEW_YEAR),
        ("created_at", "2024-01-01", NEW_YEAR),
        ("start_ms", "2024-01-01T00:00:00Z", NEW_YEAR),
        ("start", datetime(2024, 1, 1), NEW_YEAR),
        ("start", timedelta(seconds=2.5), 2.5),
    ],
)
def test_times_become_seconds(name, value, seconds):
    assert seconds_of(name, value) == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "soon",
        "nan",
        float("inf"),
        True,
        "1_000",
        "01/02/2024 10:00",
        "2024-13-01",
        "00:99:00",
        "00:00:75",
        [1],
    ],
)
def test_what_is_no_time_is_none(value):
    assert seconds_of("start", value) is None


def test_a_time_of_day_is_the_seconds_since_midnight():
    assert seconds_of("start", clock(1, 2, 3, 250_000)) == 3723.25
