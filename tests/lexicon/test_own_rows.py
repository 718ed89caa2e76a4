"""A user's own cues: read with file and line, checked by their examples."""

import json

import pytest

from empathy_score.errors import LexiconError
from empathy_score.lexicon import (
    check_own_rows,
    find_hits,
    load_matcher,
    read_own_rows,
)

TOML = """\
# What our shop says.
[[cue]]
id = "reassurance.your_back"
phrases = ["We've got your back", "you are in good hands"]
examples = ["Fret not, we\u2019ve got your back!"]
counter_examples = ["He turned his back."]

[[cue]]
id = "apology.specific.hiccup"
pattern = "hiccups? on our (?:side|end)"
examples = ["There was a hiccup on our end."]
counter_examples = ["I have the hiccups."]
"""


@pytest.fixture
def mine(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(TOML, encoding="utf-8")
    return file


def lines_file(tmp_path, *rows):
    file = tmp_path / "mine.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return file


ROW = {"id": "greeting.ahoy", "phrases": ["ahoy"], "examples": ["Ahoy!"]}


def test_rows_of_toml_have_the_lines_they_stand_on(mine):
    rows = read_own_rows(mine)
    assert [(row.label, row.subtype, row.where) for row in rows] == [
        ("reassurance", None, f"{mine}:2"),
        ("apology", "specific", f"{mine}:8"),
    ]


def test_the_same_rows_come_from_json_lines(mine, tmp_path):
    rows = read_own_rows(mine)
    other = lines_file(
        tmp_path,
        {
            "id": "reassurance.your_back",
            "phrases": ["you are in good hands", "WE'VE GOT YOUR BACK"],
            "examples": ["Fret not, we've got your back!"],
        },
    )
    assert read_own_rows(other)[0].expression == rows[0].expression


def test_own_cues_are_found_beside_the_shipped_ones(mine):
    matcher = load_matcher(read_own_rows(mine))
    text = "So sorry about the hiccup on our end. WE\u2019VE got your back"
    found = [
        (hit.pattern.id, text[hit.start : hit.end]) for hit in find_hits(text, matcher)
    ]
    assert ("apology.specific.hiccup", "hiccup on our end") in found
    assert ("reassurance.your_back", "WE\u2019VE got your back") in found
    shipped = find_hits(text, load_matcher())
    assert [hit for hit in find_hits(text, matcher) if hit in shipped] == shipped


def test_an_own_row_never_takes_the_place_of_a_shipped_one(tmp_path):
    file = lines_file(
        tmp_path,
        {
            "id": "apology.generic.all",
            "pattern": ".{0,40}sorry.{0,40}",
            "examples": ["sorry"],
        },
    )
    text = "Well, I'm so sorry about all of that."
    together = find_hits(text, load_matcher(read_own_rows(file)))
    assert together == find_hits(text, load_matcher())


def test_an_own_row_is_denied_as_its_label_is(tmp_path):
    file = lines_file(
        tmp_path,
        {
            "id": "gratitude.obliged_ever_so",
            "phrases": ["obliged ever so"],
            "examples": ["a"],
        },
    )
    matcher = load_matcher(read_own_rows(file))
    hits = find_hits("Don't say obliged ever so.", matcher)
    denied = {hit.pattern.id: hit.negated for hit in hits}
    assert denied["gratitude.obliged_ever_so"] is True


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"phrase": ["a"]}, r":1: unknown key 'phrase'; did you mean 'phrases'"),
        ({"examples": None}, r":1: 'examples' must be a list of texts"),
        ({"examples": []}, r":1: 'examples' is empty"),
        ({"phrases": []}, r":1: 'phrases' is empty"),
        ({"phrases": [""]}, r":1: 'phrases' must be a list of texts"),
        ({"phrases": ["\u200b"]}, r":1: a phrase holds no word"),
        ({"id": 7}, r":1: 'id' must be a text, not 7"),
        ({"id": "greting.ahoy"}, r"unknown cue 'greting'; did you mean 'greeting'"),
        ({"id": "apology.ahoy"}, r"must have the form apology.<subtype>.<name>"),
        ({"id": "apology.odd.ahoy"}, r"unknown subtype 'odd'"),
        ({"pattern": "ahoy"}, r":1: needs either 'pattern' or 'phrases'"),
        ({"phrases": None, "pattern": "(ahoy"}, r":1: .* is no regular expression"),
        ({"phrases": None, "pattern": "a{9999999999999}"}, r"no regular expression"),
        ({"phrases": None, "pattern": "(" * 5000}, r"no regular expression"),
        ({"phrases": None, "pattern": "{nosuch}"}, r"unknown fragment 'nosuch'"),
        ({"phrases": None, "pattern": "\\w+"}, r"can match without any certain word"),
    ],
)
def test_a_wrong_row_is_named_with_file_line_and_remedy(tmp_path, change, message):
    row = {**ROW, **change}
    if change.get("phrases", ...) is None:
        del row["phrases"]
    with pytest.raises(LexiconError, match=message):
        read_own_rows(lines_file(tmp_path, row))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[cue]\n", r"mine\.toml:1: is no TOML"),
        ("a = 1\n", r"unknown key 'a'; .*cue"),
        ("cue = 1\n", r"each row must begin with a line \[\[cue\]\]"),
        ("cue = [{id = 'greeting.ahoy'}]", r"each row must begin with a line"),
        ('[[cue]]\nid = """\n[[cue]]\n"""\n', r"each row must begin with a line"),
        ("", r"mine\.toml: holds no rows"),
        ("\n\n\xe9", r"mine\.toml:3: is no UTF-8 text"),
    ],
)
def test_what_is_no_such_toml_is_named(tmp_path, text, message):
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="latin-1")
    with pytest.raises(LexiconError, match=message):
        read_own_rows(file)


def test_what_is_no_json_or_too_deep_is_named_with_its_line(tmp_path):
    file = tmp_path / "mine.jsonl"
    for line in ("{", "[]", "[" * 100_000):
        file.write_text("\n" + line)
        with pytest.raises(LexiconError, match=r"mine\.jsonl:2: not a JSON object"):
            read_own_rows(file)


def test_files_that_cannot_be_read_are_named(tmp_path, monkeypatch):
    for name, message in (("no.toml", "cannot be read"), ("no.csv", "unknown ending")):
        with pytest.raises(LexiconError, match=message):
            read_own_rows(tmp_path / name)
    monkeypatch.setattr("empathy_score.lexicon.own_rows.LARGEST_FILE", 20)
    with pytest.raises(LexiconError, match=r"is larger than 20 bytes"):
        read_own_rows(lines_file(tmp_path, ROW))
    monkeypatch.undo()
    monkeypatch.setattr("empathy_score.lexicon.own_rows.MOST_ROWS", 1)
    with pytest.raises(LexiconError, match=r":2: more than 1 rows"):
        read_own_rows(lines_file(tmp_path, ROW, {**ROW, "id": "greeting.hoy"}))


def test_an_id_that_is_taken_is_named(tmp_path):
    taken = load_matcher().rows[0].id
    for rows in ([ROW, ROW], [{**ROW, "id": taken}]):
        with pytest.raises(LexiconError, match=r"is taken by"):
            read_own_rows(lines_file(tmp_path, *rows))


def said_of(tmp_path, **row):
    rows = read_own_rows(
        lines_file(tmp_path, {**ROW, "counter_examples": ["hoy"], **row})
    )
    return [(found.is_wrong, found.text) for found in check_own_rows(rows)]


def test_a_row_that_does_what_it_says_gives_nothing_to_say(mine):
    assert check_own_rows(read_own_rows(mine)) == []


def test_an_example_that_is_not_found_is_shown_in_plain_form(tmp_path):
    ((is_wrong, text),) = said_of(tmp_path, examples=["Ship ahoi, IM here"])
    assert is_wrong
    assert text.endswith('is not found; in plain form: "ship ahoi, i\'m here"')


def test_an_example_counts_only_if_the_row_itself_finds_it(tmp_path):
    ((is_wrong, text),) = said_of(tmp_path, examples=["Hello there!"])
    assert is_wrong
    assert "is not found" in text


def test_a_denied_example_and_a_found_counter_example_are_wrong(tmp_path):
    said = said_of(
        tmp_path,
        id="gratitude.obliged_ever_so",
        phrases=["obliged ever so"],
        examples=["Don't say obliged ever so."],
        counter_examples=["I am obliged ever so."],
    )
    assert [is_wrong for is_wrong, _ in said] == [True, True]
    assert "denied" in said[0][1]
    assert "is found: 'obliged ever so'" in said[1][1]


def test_words_that_are_found_already_and_missing_counter_examples_are_notes(tmp_path):
    said = said_of(
        tmp_path,
        phrases=["hello there"],
        examples=["Hello there!"],
        counter_examples=[],
    )
    assert [is_wrong for is_wrong, _ in said] == [False, False]
    assert "are found as greeting." in said[0][1]


def test_a_pattern_whose_time_explodes_is_wrong(tmp_path):
    del ROW["phrases"]
    try:
        said = said_of(tmp_path, pattern="(?:a+ ?)+ahoy", examples=["aaahoy"])
    finally:
        ROW["phrases"] = ["ahoy"]
    assert any("times as long as a quarter" in text for _, text in said)
