import pytest

from empathy_score.columns import role_of
from empathy_score.readers.turn import FormatError
from empathy_score.readers.twilio import FORMAT


@pytest.mark.parametrize("name", ["sentences.json", "sentences_broken.json"])
def test_sentences_are_recognised(name, document):
    assert FORMAT.recognises(document(name))


def test_channels_are_speakers_and_no_roles(turns):
    said = turns("sentences.json")
    assert [(turn.speaker, turn.text) for turn in said] == [
        ("1", "Hello, thanks for calling."),
        ("2", "Hi, my router keeps blinking."),
        ("1", "I see."),
    ]
    assert {role_of(turn.role) for turn in said} == {"unknown"}


def test_times_in_strings_become_seconds_and_a_missing_one_is_none(turns):
    said = turns("sentences.json")
    assert [(turn.start, turn.end) for turn in said] == [
        (0.08, 2.345),
        (2.1, 4.8),
        (None, None),
    ]


def test_the_transcript_is_found_in_the_address_of_the_answer(turns):
    first = turns("sentences.json")[0]
    assert first.conversation == "GT0123456789abcdef0123456789abcdef"
    assert first.identifier == "GX00000000000000000000000000000000"
    assert first.channel == "voice"


def test_a_sentence_that_names_its_transcript_belongs_to_it():
    said = {"media_channel": 1, "transcript": "hello"}
    named = {**said, "transcript_sid": "GT7"}
    found = FORMAT.read({"sentences": [named, said]}, "the-file")
    assert [turn.conversation for turn in found] == ["GT7", "the-file"]


def test_damaged_sentences_are_named_and_the_rest_is_read(parts):
    texts, reasons = parts("sentences_broken.json")
    assert texts == ["Anyone?"]
    assert reasons == [
        "sentences[0]: 'end_time' is 'early', expected a number",
        "sentences[1]: is a text, expected an object",
        "sentences[2]: has no 'transcript'",
    ]


def test_sentences_without_an_address_take_the_name_they_are_given(document):
    last = list(FORMAT.read(document("sentences_broken.json"), "the-file"))[-1]
    assert last.conversation == "the-file"


def test_sentences_of_the_wrong_type_say_so():
    with pytest.raises(FormatError, match="'sentences' is a text, expected a list"):
        list(FORMAT.read({"sentences": "none"}, "x"))
