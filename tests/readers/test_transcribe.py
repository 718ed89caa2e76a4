import pytest

from empathy_score.columns import role_of
from empathy_score.readers.transcribe import FORMAT
from empathy_score.readers.turn import FormatError, Turn, Unusable


@pytest.mark.parametrize(
    "name",
    ["speakers.json", "channels.json", "speakers_broken.json", "nobody_broken.json"],
)
def test_transcripts_are_recognised(name, document):
    assert FORMAT.recognises(document(name))


def test_each_segment_of_a_speaker_is_a_turn_and_an_empty_one_is_none(turns):
    said = turns("speakers.json")
    assert [(turn.speaker, turn.text) for turn in said] == [
        ("spk_0", "My card was declined, twice."),
        ("spk_1", "Oh no."),
        ("spk_1", "I'll check, okay?"),
    ]


def test_times_in_strings_become_seconds(turns):
    said = turns("speakers.json")
    assert [(turn.start, turn.end) for turn in said] == [
        (0.94, 3.12),
        (3.455, 4.0),
        (4.2, 5.5),
    ]


def test_labels_of_speakers_are_no_roles(turns):
    said = turns("speakers.json") + turns("channels.json")
    assert {role_of(turn.role) for turn in said} == {"unknown"}
    assert {turn.channel for turn in said} == {"voice"}


def test_the_job_is_the_conversation_and_the_language_is_kept(turns):
    first = turns("speakers.json")[0]
    assert (first.conversation, first.meta) == ("call-2231", {"language": "en-US"})


def test_runs_of_one_channel_are_turns_in_order_of_time(turns):
    said = turns("channels.json")
    assert [(turn.speaker, turn.text, turn.start, turn.end) for turn in said] == [
        ("ch_0", "Good morning.", 0.1, 0.9),
        ("ch_1", "Morning.", 1.25, 1.8),
        ("ch_0", "How are you?", 2.0, 2.75),
    ]


def test_damaged_channels_are_named_and_the_rest_is_read(document):
    broken = document("channels.json")
    channels = broken["results"]["channel_labels"]["channels"]
    del channels[0]["items"][3]["start_time"]
    channels += ["ch_2", {"channel_label": "ch_3", "items": "none"}]
    found = list(FORMAT.read(broken, "x"))
    assert [one.text for one in found if isinstance(one, Turn)] == [
        "Good morning.",
        "Morning.",
        "are you?",
    ]
    assert [one.reason for one in found if isinstance(one, Unusable)] == [
        "channels[0].items[3]: has no 'start_time'",
        "channels[2]: is a text, expected an object",
        "channels[3]: 'items' is a text, expected a list",
    ]


def test_damaged_segments_and_words_are_named_and_the_rest_is_read(parts):
    texts, reasons = parts("speakers_broken.json")
    assert texts == ["Hello", "please."]
    assert reasons == [
        "speaker_labels.segments[1]: has no 'end_time'",
        "speaker_labels.segments[3]: is a number, expected an object",
        "items[0]: has no 'start_time'",
        "items[2]: has no 'start_time'",
        "items[3]: has no 'alternatives'",
        "items[4]: lies in no segment of a speaker",
    ]


def test_a_transcript_of_nobody_says_how_to_transcribe_it(document):
    with pytest.raises(FormatError, match="transcribe with speaker partitioning"):
        list(FORMAT.read(document("nobody_broken.json"), "x"))


def test_a_transcript_without_words_says_so():
    cut = {"results": {"transcripts": [], "speaker_labels": {"segments": []}}}
    with pytest.raises(FormatError, match="'results' has no 'items'"):
        list(FORMAT.read(cut, "x"))


@pytest.mark.parametrize("missing", ["start_time", "end_time"])
def test_a_segment_without_a_time_names_the_one_that_it_lacks(document, missing):
    whole = document("speakers.json")
    del whole["results"]["speaker_labels"]["segments"][0][missing]
    wrong = [one for one in FORMAT.read(whole, "call") if isinstance(one, Unusable)]
    assert wrong[0].reason == f"speaker_labels.segments[0]: has no {missing!r}"
