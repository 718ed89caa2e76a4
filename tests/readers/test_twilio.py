import json
from pathlib import Path

import pytest

from empathy_score.columns import role_of
from empathy_score.readers.turn import FormatError, Turn, Unusable
from empathy_score.readers.twilio import FORMAT

FIXTURES = Path(__file__).parent / "fixtures"


def document(name):
    return json.loads((FIXTURES / FORMAT.name / name).read_text(encoding="utf-8"))


def turns(name):
    found = list(FORMAT.read(document(name), "the-file"))
    assert all(isinstance(one, Turn) for one in found)
    return found


def parts(name):
    """Split what a damaged file gives into texts that were read, and reasons."""
    found = list(FORMAT.read(document(name), "the-file"))
    texts = [one.text for one in found if isinstance(one, Turn)]
    return texts, [one.reason for one in found if isinstance(one, Unusable)]


def others():
    files = FIXTURES.glob("*/*.json")
    return sorted(file for file in files if file.parent.name != FORMAT.name)


def test_files_of_other_formats_and_odd_documents_are_not_taken():
    odd = [None, 3, "Transcript", [], {}, [[]], {"text": "Hi", "role": "agent"}]
    strange = [
        {"Transcript": None},
        {"Transcript": "x"},
        {"Transcript": [None]},
        {"Segments": [1]},
        {"results": []},
        {"results": {"transcripts": 1}},
        {"transcripts": [{}]},
        {"transcript": {"transcriptSegments": 1}},
        {"entries": [[]]},
        {"records": [{}]},
        {"sentences": {}},
    ]
    taken = [one for one in odd + strange if FORMAT.recognises(one)]
    for file in others():
        known = json.loads(file.read_text(encoding="utf-8"))
        documents = known if isinstance(known, list) else [known]
        taken += [file.name for one in documents if FORMAT.recognises(one)]
    assert taken == []


@pytest.mark.parametrize("name", ["sentences.json", "sentences_broken.json"])
def test_sentences_are_recognised(name):
    assert FORMAT.recognises(document(name))


def test_channels_are_speakers_and_no_roles():
    said = turns("sentences.json")
    assert [(turn.speaker, turn.text) for turn in said] == [
        ("1", "Hello, thanks for calling."),
        ("2", "Hi, my router keeps blinking."),
        ("1", "I see."),
    ]
    assert {role_of(turn.role) for turn in said} == {"unknown"}


def test_times_in_strings_become_seconds_and_a_missing_one_is_none():
    said = turns("sentences.json")
    assert [(turn.start, turn.end) for turn in said] == [
        (0.08, 2.345),
        (2.1, 4.8),
        (None, None),
    ]


def test_the_transcript_is_found_in_the_address_of_the_answer():
    first = turns("sentences.json")[0]
    assert first.conversation == "GT0123456789abcdef0123456789abcdef"
    assert first.identifier == "GX00000000000000000000000000000000"
    assert first.channel == "voice"


def test_damaged_sentences_are_named_and_the_rest_is_read():
    texts, reasons = parts("sentences_broken.json")
    assert texts == ["Anyone?"]
    assert reasons == [
        "sentences[0]: 'end_time' is 'early', expected a number",
        "sentences[1]: is a text, expected an object",
        "sentences[2]: has no 'transcript'",
    ]


def test_sentences_without_an_address_take_the_name_they_are_given():
    last = list(FORMAT.read(document("sentences_broken.json"), "the-file"))[-1]
    assert last.conversation == "the-file"


def test_sentences_of_the_wrong_type_say_so():
    with pytest.raises(FormatError, match="'sentences' is a text, expected a list"):
        list(FORMAT.read({"sentences": "none"}, "x"))
