"""WebVTT and SubRip: captions become turns of the speakers that a file names."""

from pathlib import Path

import pytest

from empathy_score.readers import srt, vtt
from empathy_score.readers.turn import FormatError, Turn
from empathy_score.records import Utterance
from empathy_score.turn_taking import turn_taking

FIXTURES = Path(__file__).parent / "fixtures"


def read(name):
    path = FIXTURES / name
    text = path.read_bytes().decode("utf-8")
    form = {".vtt": vtt.FORMAT, ".srt": srt.FORMAT}[path.suffix]
    other = {".vtt": srt.FORMAT, ".srt": vtt.FORMAT}[path.suffix]
    assert form.recognises(text[: 1 << 16])
    assert not other.recognises(text[: 1 << 16])
    found = list(form.read(text, "call-7"))
    turns = [one for one in found if isinstance(one, Turn)]
    return turns, [one for one in found if not isinstance(one, Turn)]


def said(turns):
    return [(one.speaker, one.text, one.start, one.end) for one in turns]


def cues(*texts):
    times = (f"00:{at:02d}.000 --> 00:{at:02d}.500" for at in range(0, 60, 2))
    blocks = (f"{time}\n{text}" for time, text in zip(times, texts, strict=False))
    return "\n\n".join(("WEBVTT", *blocks))


def speakers(*texts):
    return [one.speaker for one in vtt.FORMAT.read(cues(*texts), "call-7")]


def test_teams_names_voices():
    turns, unusable = read("vtt/teams.vtt")
    assert not unusable
    lena, kim = "Huber, Lena (Support)", "Kim O'Neil"
    assert said(turns) == [
        (lena, "Good morning & welcome, how can I help?", 1.25, 2.9),
        (kim, "The lamp is broken again, <3 weeks", 3.1, 6.005),
        (lena, "Oh no.", 5.0, 7.0),
        (kim, "Yes!", 8.0, None),
        (lena, "I see.", None, 10.0),
        (None, "Somebody unknown", 10.5, 11.0),
    ]
    assert turns[1].identifier == "7f3a/10-1"
    assert {(one.role, one.channel, one.conversation) for one in turns} == {
        (None, "voice", "call-7")
    }


def test_zoom_names_speakers_before_a_colon_and_notes_are_no_speakers():
    turns, unusable = read("vtt/zoom.vtt")
    assert not unusable
    question = "Fine. I have two questions: when and why? and one more thing."
    assert said(turns) == [
        ("Lena Huber", "Thanks for waiting. Note: we record this call.", 2.72, 5.85),
        ("Kim", question, 6.0, 9.0),
        ("Kim", "Note: it has rained.", 12.0, 13.5),
        ("Lena Huber", "I'm sorry.", 73.6, 74.0),
        ("Maria Lopez", "I can take over.", 75.0, 76.0),
        ("Kim", "Good.", 3600.0, 3601.001),
    ]
    assert [one.identifier for one in turns] == ["1", "2", "4", "5", "6", "7"]


def test_broken_captions_are_named_with_their_line_and_the_rest_is_read():
    turns, unusable = read("vtt/zoom_broken.vtt")
    assert said(turns) == [("Lena", "Hello.", 2.72, 5.85), ("Kim", "Hi.", 7.0, 8.0)]
    reason = "has no valid times; expected HH:MM:SS.mmm --> HH:MM:SS.mmm"
    assert [(one.line, one.reason) for one in unusable] == [
        (7, reason),
        (15, reason),
        (19, reason),
    ]
    assert unusable[0].raw == "2\n00:00:06.000 --> 00:00\nKim: Lost."


def test_stream_names_nobody():
    turns, unusable = read("vtt/stream.vtt")
    assert not unusable
    assert said(turns) == [
        (None, "It came broken. Note: this is the second one.", 0.0, 2.32),
        (None, "Oh dear: that is bad.", 2.32, 4.12),
        (None, "Not again!", 62.5, 63.25),
    ]


def test_names_may_stand_in_parentheses_above_the_text():
    turns, unusable = read("vtt/names_above.vtt")
    assert not unusable
    assert said(turns) == [
        ("Ann Lee", "I only wanted to ask.", 8.0, None),
        ("Bo Stein", "Of course.", None, 16.0),
        ("Bo Stein", "(laughs)", 17.0, 18.0),
        ("Bo Stein", "(laughs)", 19.0, 20.0),
    ]


@pytest.mark.parametrize("name", ["vtt/whisperx.vtt", "srt/whisperx.srt"])
def test_whisperx_names_speakers_in_brackets(name):
    turns, unusable = read(name)
    assert not unusable
    assert turns[0].speaker == "SPEAKER_00"
    assert {one.speaker for one in turns[1:]} == {"SPEAKER_01"}


def test_an_empty_line_inside_a_caption_loses_nothing():
    turns, _ = read("srt/whisperx.srt")
    assert said(turns) == [
        ("SPEAKER_00", "Thank you for calling.", 0.031, 2.4),
        ("SPEAKER_01", "My lamp broke, and nobody came.", 2.5, 6.0),
    ]


def test_marks_of_subtitles_are_left_out():
    turns, unusable = read("srt/dialogue.srt")
    assert not unusable
    assert said(turns) == [
        (None, "Hello. It broke: twice.", 1.0, 4.0),
        (None, "Oh.", 3600.5, 3601.0),
    ]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("- But I already told you the --", "But I already told you the --"),
        ("But I already told you the --", "But I already told you the --"),
        ("I waited - for weeks -", "I waited - for weeks -"),
        ("\u2013 twenty- or thirty", "twenty- or thirty"),
        (">> Go to File >> Print", "Go to File >> Print"),
    ],
)
def test_only_the_dash_before_a_line_is_a_bullet(line, text):
    captions = f"WEBVTT\n\n00:01.000 --> 00:02.000\n{line}\n"
    (turn,) = vtt.FORMAT.read(captions, "call")
    assert turn.text == text


def test_words_for_roles_are_roles():
    turns, _ = read("srt/labels.srt")
    assert [(one.role, one.text, one.start, one.end) for one in turns] == [
        ("Agent", "How can I help?", 1.0, 2.0),
        ("Customer", "It broke.", 2.1, 3.0),
        ("Agent", "I see.", 3.1, None),
        ("Customer", "Do you?", None, 4.0),
    ]


def test_a_subrip_file_that_was_cut_off_keeps_what_is_whole():
    turns, unusable = read("srt/cut_broken.srt")
    assert said(turns) == [("SPEAKER_00", "Thank you.", 0.031, 2.4)]
    assert [(one.line, one.reason.partition(";")[0]) for one in unusable] == [
        (5, "has no valid times"),
        (9, "has no valid times"),
    ]


def test_a_prefix_is_a_speaker_only_where_the_file_names_speakers():
    assert speakers("Note: it rains.", "It snows.", "It rains again.") == [None] * 3
    assert speakers("Note: one.", "two", "Note: three.", "four") == ["Note"] * 4
    assert speakers("ANN: Hi.", "so", "BO: Hm", "yes", "go on", "ANN: a", "BO: b") == [
        *("ANN", "ANN", "BO", "BO", "BO", "ANN", "BO")
    ]
    assert speakers("I said: no.", "You said: yes.", "Well: no.") == [None] * 3
    assert speakers("Warning: hot.") == [None]


def test_one_prefix_that_comes_back_names_nobody_where_most_lines_have_none():
    lines = ("Ann: a list", "one", "two", "three", "Ann: again", "four")
    assert set(speakers(*lines)) == {None}
    assert "Bo" in speakers(*lines, "Bo: yes", "Bo: no")


def test_captions_of_one_speaker_are_parted_by_a_pause():
    text = (
        "WEBVTT\n\n00:00.000 --> 00:01.000\n<v Ann>I was\n\n"
        "00:01.799 --> 00:02.000\n<v Ann>honestly shocked.\n\n"
        "00:02.800 --> 00:03.000\n<v Ann>Really.\n"
    )
    assert said(vtt.FORMAT.read(text, "call-7")) == [
        ("Ann", "I was honestly shocked.", 0.0, 2.0),
        ("Ann", "Really.", 2.8, 3.0),
    ]


def test_no_interruption_is_seen_in_captions_that_never_overlap():
    turns, _ = read("srt/whisperx.srt")
    roles = {"SPEAKER_00": "agent", "SPEAKER_01": "customer"}
    found = turn_taking(
        [
            Utterance(
                row=row,
                conversation=one.conversation,
                role=roles[one.speaker],
                text=one.text,
                start=one.start,
                end=one.end,
            )
            for row, one in enumerate(turns)
        ]
    )
    assert [one.timing for one in found] == ["sequential", "sequential"]
    assert [one.interrupted for one in found] == [None, None]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_any_line_break_will_do(ending):
    text = cues("<v Ann>Hi\nthere.").replace("\n", ending)
    (turn,) = vtt.FORMAT.read(text, "call-7")
    assert turn.text == "Hi there."


@pytest.mark.parametrize("text", ["WEBVTT", "WEBVTT\n\nNOTE nothing\n"])
def test_a_file_without_captions_is_said_to_have_none(text):
    assert vtt.FORMAT.recognises(text)
    with pytest.raises(FormatError, match="has no caption with a time"):
        list(vtt.FORMAT.read(text, "call-7"))


@pytest.mark.parametrize(
    "head", ["", "WEBVTTX", "text\nWEBVTT", "1\nhello", "1,2 --> 3", "@UTF8\n@Begin\n"]
)
def test_other_texts_are_not_taken(head):
    assert not vtt.FORMAT.recognises(head)
    assert not srt.FORMAT.recognises(head)
