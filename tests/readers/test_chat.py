"""CHAT: what was said, who said it, and when, without the codes."""

import sys
from pathlib import Path

import pytest

from empathy_score.errors import InputError
from empathy_score.readers.chat import FORMAT
from empathy_score.readers.turn import FormatError, Turn
from empathy_score.records import Utterance
from empathy_score.turn_taking import turn_taking

FIXTURES = Path(__file__).parent / "fixtures" / "chat"


def read(name):
    text = (FIXTURES / name).read_bytes().decode("utf-8")
    assert FORMAT.recognises(text[: 1 << 16])
    found = list(FORMAT.read(text, "call-7"))
    turns = [one for one in found if isinstance(one, Turn)]
    return turns, [one for one in found if not isinstance(one, Turn)]


def words(main):
    text = f"@UTF8\n@Begin\n*AAA:\t{main}\n@End\n"
    return [one.text for one in FORMAT.read(text, "call-7")]


def test_utterances_keep_their_times_even_where_they_overlap():
    turns, unusable = read("call.cha")
    assert not unusable
    complaint = "my lamp came broken again and I'm uh really fed up tired."
    assert [(one.speaker, one.text, one.start, one.end) for one in turns] == [
        ("CUS", complaint, 0.0, 2.5),
        ("AGT", "oh no I'm so sorry about that!", 2.4, 4.1),
        ("CUS", "because I told you +/.", 4.2, 5.001),
        ("AGT", "your order number? please.", 5.0, 6.0),
        ("CUS", "+, that nobody came.", 6.1, 7.0),
        ("ANA", "xxx fine.", None, None),
        ("UNK", "who is Lamp Shop?", None, None),
    ]


def test_a_role_is_what_the_participants_are_called():
    turns, _ = read("call.cha")
    assert {(one.speaker, one.role, one.agent) for one in turns} == {
        ("AGT", "Agent", "Lena"),
        ("CUS", "Customer", None),
        ("ANA", None, None),
        ("UNK", None, None),
    }


def test_who_was_cut_off_can_be_seen():
    turns, _ = read("call.cha")
    roles = {"AGT": "agent", "CUS": "customer"}
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
            for row, one in enumerate(turns[:5])
        ]
    )
    assert found[2].interrupted is True
    assert found[3].interrupts is True


def test_broken_lines_are_named_and_the_rest_is_read():
    turns, unusable = read("cut_broken.cha")
    assert [one.text for one in turns] == ["it broke.", "I'm sorry.", "and th"]
    assert [(one.line, one.reason) for one in unusable] == [
        (5, "has no ':' and words after the speaker's code"),
        (6, "begins with none of '@', '*', '%' and a tab"),
        (7, "its time mark '900_late' is not START_END in milliseconds"),
        (9, "the file ends without '@End': the rest may be missing"),
    ]
    lines = (FIXTURES / "cut_broken.cha").read_text("utf-8").split("\n")
    for one in unusable:
        assert one.raw in lines[one.line - 1], one


@pytest.mark.parametrize(
    "main", ["it \x150_500\x15 broke . \x15late\x15", "\x15late\x15 it . \x150_500\x15"]
)
def test_of_several_time_marks_the_wrong_one_is_named(main):
    text = f"@UTF8\n@Begin\n*AAA:\t{main}\n@End\n"
    (one,) = FORMAT.read(text, "call-7")
    assert one.reason == "its time mark 'late' is not START_END in milliseconds"
    assert one.line == 3


@pytest.mark.parametrize(
    ("main", "text"),
    [
        ("goin(g) home .", "going home."),
        ("<I want> [/] I want it [!] (.) (1.5) now .", "I want I want it now."),
        ("gonna [: going to] say [*] &+fr hello ‡ you .", "gonna say fr hello, you."),
        ("ice_cream new+york rea::lly no: .", "ice cream new york really no."),
        ("what +...", "what +..."),
        ("what +//.", "what +//."),
        ("what +..?", "what?"),
        ('said +"/.', "said."),
        ("wait „ right ?", "wait, right?"),
        ("no full stop", "no full stop"),
    ],
)
def test_codes_go_and_words_stay(main, text):
    assert words(main) == [text]


@pytest.mark.parametrize("main", ["0 .", "0 [=! cries] .", "&=laughs .", "."])
def test_who_says_no_word_has_no_turn(main):
    assert words(main) == []


def test_without_the_package_the_remedy_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pylangacq", None)
    with pytest.raises(
        InputError, match=r"pip install 'empathy-score\[formats\]'"
    ) as failed:
        read("call.cha")
    assert "CHAT is read with the package 'pylangacq'" in str(failed.value)


def test_a_file_without_utterances_is_said_to_have_none():
    with pytest.raises(FormatError, match="has no utterance"):
        list(FORMAT.read("@UTF8\n@Begin\n@End\n", "call-7"))


@pytest.mark.parametrize("head", ["", "@", "text\n@Begin\n", "@handle,text\nkim,Hi\n"])
def test_other_texts_are_not_taken(head):
    assert not FORMAT.recognises(head)
