"""ConvoKit: a folder of any size, read line by line."""

import json
import shutil
import tracemalloc
from pathlib import Path

import pytest

from empathy_score.readers import json_entries
from empathy_score.readers.convokit import FORMAT
from empathy_score.readers.turn import Turn

FIXTURES = Path(__file__).parent / "fixtures" / "convokit"


def read(name):
    assert FORMAT.recognises(FIXTURES / name)
    found = list(FORMAT.read(FIXTURES / name, name))
    turns = [one for one in found if isinstance(one, Turn)]
    return turns, [one for one in found if not isinstance(one, Turn)]


def test_roles_are_what_the_metadata_calls_them():
    turns, unusable = read("corpus")
    assert not unusable
    assert [(one.identifier, one.speaker, one.role) for one in turns] == [
        ("u1", "kim", "customer"),
        ("u2", "lena", "agent"),
        ("u4", "ana", "client"),
        ("u5", "bo", "narrator"),
        ("u6", "Agent", "Agent"),
        ("u7", "dee", None),
    ]
    assert [one.agent for one in turns if one.agent] == ["lena", "Agent"]


def test_times_may_be_numbers_strings_or_missing():
    turns, _ = read("corpus")
    assert [(one.start, one.timestamp) for one in turns] == [
        (1700000000.0, "2023-11-14T22:13:20.000Z"),
        (1700000060.5, "2023-11-14T22:14:20.500Z"),
        (None, None),
        (None, None),
        (12.0, None),
        (None, None),
    ]


def test_a_conversation_keeps_its_rating():
    turns, _ = read("corpus")
    assert turns[0].meta == {"rating": 2, "topic": "orders"}
    assert turns[1].meta == {"rating": 2, "topic": "orders", "reply_to": "u1"}
    assert turns[2].meta == {}
    assert [one.conversation for one in turns] == ["u1"] * 2 + ["u4"] * 4


def test_old_corpora_use_other_names():
    turns, unusable = read("old_corpus")
    assert not unusable
    assert [(one.conversation, one.speaker, one.role) for one in turns] == [
        ("a", "kim", None),
        ("a", "lena", "support"),
    ]


def test_broken_lines_are_named_and_the_rest_is_read():
    turns, unusable = read("corpus_broken")
    assert [(one.identifier, one.role) for one in turns] == [
        ("u1", None),
        ("u7", "agent"),
    ]
    assert [(one.line, one.reason) for one in unusable] == [
        (None, "speakers.json: is broken after the entry 'lena'"),
        (2, "is not valid JSON: Unterminated string starting at column 47"),
        (4, "has no 'text'"),
        (5, "has neither 'conversation_id' nor 'root'"),
        (6, "is a list, expected an object"),
        (7, "'timestamp' is a list, expected a time"),
        (9, "is not valid UTF-8"),
    ]
    assert unusable[0].raw == ""  # of a file that may be large
    lines = (FIXTURES / "corpus_broken" / "utterances.jsonl").read_bytes().split(b"\n")
    for one in unusable[1:]:
        assert one.raw.encode()[:20] == lines[one.line - 1][:20]


def test_pickles_are_never_opened(monkeypatch):
    opened = []
    own = Path.open

    def watched(path, *args, **options):
        opened.append(path.name)
        return own(path, *args, **options)

    monkeypatch.setattr(Path, "open", watched)
    read("corpus")
    assert "utterances.jsonl" in opened
    assert not [name for name in opened if name.endswith(".p")]


def test_memory_does_not_grow_with_the_corpus(tmp_path, monkeypatch):
    monkeypatch.setattr(json_entries, "_CHUNK", 1 << 14)

    def peak(n):
        folder = tmp_path / str(n)
        folder.mkdir()
        with (folder / "utterances.jsonl").open("w") as out:
            for number in range(n):
                one = {
                    "id": f"u{number}",
                    "conversation_id": f"c{number}",
                    "speaker": f"user number {number}",
                    "text": "Where is my order? " * 5,
                    "timestamp": number,
                }
                out.write(json.dumps(one) + "\n")
        meta = {"meta": {"karma": "much " * 9}, "vectors": []}
        speakers = {f"user number {number}": meta for number in range(n)}
        (folder / "speakers.json").write_text(json.dumps(speakers))
        tracemalloc.start()
        assert sum(1 for _ in FORMAT.read(folder, "x")) == n
        largest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return largest, (folder / "speakers.json").stat().st_size

    few, _ = peak(1_000)
    many, size = peak(8_000)
    assert size > 600_000  # of which nothing is kept
    assert many < few + 60_000


@pytest.mark.parametrize("missing", ["utterances.jsonl", "all others"])
def test_other_folders_are_not_taken(tmp_path, missing):
    shutil.copytree(FIXTURES / "corpus", tmp_path / "corpus")
    for file in (tmp_path / "corpus").iterdir():
        if (file.name == "utterances.jsonl") == (missing == "utterances.jsonl"):
            file.unlink()
    assert not FORMAT.recognises(tmp_path / "corpus")


def test_one_file_beside_the_utterances_makes_a_corpus(tmp_path):
    (tmp_path / "utterances.jsonl").write_text("", encoding="utf-8")
    assert not FORMAT.recognises(tmp_path)
    (tmp_path / "conversations.json").write_text("{}", encoding="utf-8")
    assert FORMAT.recognises(tmp_path)


def test_a_rating_with_bytes_in_no_encoding_is_read_with_a_sign_for_them(tmp_path):
    utterance = {"id": "u", "conversation_id": "c", "speaker": "a", "text": "hi"}
    (tmp_path / "utterances.jsonl").write_text(json.dumps(utterance), encoding="utf-8")
    known = b'{"a": {"meta": {"role": "caf\xe9"}}}'
    (tmp_path / "speakers.json").write_bytes(known)
    (turn,) = FORMAT.read(tmp_path, "corpus")
    assert turn.role == "caf\ufffd"
