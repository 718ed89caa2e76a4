import csv
import json
import tempfile
from datetime import datetime, timezone
from pathlib import Path

import polars as pl
import pytest

from empathy_score.errors import InputError
from empathy_score.readers import conversations, loading, open_export, turn_batches


@pytest.fixture
def opened(tmp_path):
    """Write files by name, open them together, close the database at the end."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    exports = []

    def _open(files, **options):
        paths = []
        for name, content in files.items():
            path = tmp_path / name
            raw = content if isinstance(content, bytes) else content.encode()
            path.write_bytes(raw)
            paths.append(path)
        folder = Path(tempfile.mkdtemp(dir=scratch))
        exports.append(open_export(paths, folder=folder, **options))
        return exports[-1]

    yield _open
    for export in exports:
        export.connection.close()


def table(export, *names):
    listed = ", ".join('"' + name.replace('"', '""') + '"' for name in names)
    query = f"SELECT {listed} FROM input ORDER BY __row"
    return export.connection.execute(query).fetchall()


def set_aside(export):
    return [(reject.line, reject.reason, reject.raw) for reject in export.rejects]


def said(export, **options):
    return [turn.text for batch in conversations(export, **options) for turn in batch]


def test_csv_cells_stay_as_they_are(opened):
    export = opened({"a.csv": "id,when,text\n007,2024-01-01, hi \n1e3,,yes\n"})
    assert table(export, "id", "when", "text") == [
        ("007", "2024-01-01", " hi "),
        ("1e3", None, "yes"),
    ]
    assert export.names == ("id", "when", "text")
    assert export.rejects == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_recognised(opened, delimiter):
    rows = [["id", "text"], ["1", "a, b; c"], ["2", "d\te|f"]]
    content = "".join(
        delimiter.join(f'"{cell}"' for cell in row) + "\r\n" for row in rows
    )
    assert table(opened({"a.csv": content}), "id", "text") == [
        ("1", "a, b; c"),
        ("2", "d\te|f"),
    ]


def test_commas_in_words_and_in_the_header_do_not_split_a_row(opened):
    header = "text;notes, if any, of the day, or week"
    export = opened({"a.csv": f"{header}\nSorry!;\nIt broke, again;none\n"})
    assert said(export) == ["Sorry!", "It broke, again"]


def test_a_tsv_may_hold_commas(opened):
    export = opened({"a.tsv": "id\ttext\n1\twell, well, well\n"})
    assert said(export) == ["well, well, well"]


def test_a_single_column_needs_no_quotes_for_commas(opened):
    export = opened({"a.csv": 'text\nSorry, my fault; really\n\n"quoted ""x"""\n'})
    assert said(export) == ["Sorry, my fault; really", 'quoted "x"']


def test_quoted_newlines_keep_line_numbers_physical(opened):
    content = 'id,text\n1,"two\nlines, ""so""\n"\n2,ok\n3\n'
    export = opened({"a.csv": content})
    assert table(export, "__row", "__line", "text") == [
        (0, 2, 'two\nlines, "so"\n'),
        (1, 5, "ok"),
    ]
    assert set_aside(export) == [(6, "has 1 field where the header has 2", "3")]


def test_crlf_is_kept_inside_and_dropped_at_the_end(opened):
    export = opened({"a.csv": 'id,text\r\n1,"a\r\nb"\r\n2,c\r\n'})
    assert said(export) == ["a\r\nb", "c"]


def test_old_mac_line_ends_and_a_missing_last_newline(opened):
    assert said(opened({"a.csv": "id,text\r1,hello\r2,bye"})) == ["hello", "bye"]
    assert said(opened({"b.csv": "id,text\n1,hello\n2,bye"})) == ["hello", "bye"]


def test_stray_quotes_inside_an_unquoted_field_are_text(opened):
    export = opened({"a.csv": 'id,text\n1,a 5" screen\n2, "hm"\n'})
    assert said(export) == ['a 5" screen', ' "hm"']


def test_broken_csv_rows_are_set_aside_and_nothing_else(opened):
    content = (
        b"id,text,n\n"
        b"1,ok,1\n"
        b"2,too,many,fields\n"
        b"3,few\n"
        b"4,caf\xe9,1\n"
        b'5,"never closed,1\n'
        b'6,"fine, really",1\n'
        b'7,"he said "hi" twice",1\n'
        b"8,  ,1\n"
        b"9,,1\n"
        b"10,last,1\n"
        b'11,"also never closed,1\n'
        b"12,still here,1\n"
    )
    export = opened({"a.csv": content})
    assert said(export) == ["ok", "fine, really", "last", "still here"]
    assert [row for (row,) in table(export, "__row")] == [0, 1, 2, 3]
    lines = [(line, reason) for line, reason, _ in set_aside(export)]
    assert [line for line, _ in lines] == [3, 4, 5, 6, 8, 9, 10, 12]
    reasons = dict(lines)
    assert reasons[3] == (
        "has 4 fields where the header has 3; put a text that holds the delimiter "
        "in quotes"
    )
    assert reasons[5] == (
        "is not valid UTF-8; name the file's encoding, for instance --encoding cp1252"
    )
    assert reasons[6] == "a quoted field is opened and not closed"
    assert reasons[8] == "a quote inside a quoted field is not doubled"
    assert reasons[9] == reasons[10] == "empty text"
    assert reasons[12] == "a quoted field is opened and not closed"
    raw = {line: text for line, _, text in set_aside(export)}
    assert raw[5] == "4,caf\N{REPLACEMENT CHARACTER},1"
    assert raw[6] == '5,"never closed,1'
    assert export.rejects[0].file.endswith("a.csv")


def test_many_rows_that_look_like_rows_inside_quotes(opened):
    inner = "\n".join(f"{n},not a row" for n in range(50))
    content = "id,text\n" + "".join(f'{n},"{inner}"\n' for n in range(3_000))
    export = opened({"a.csv": content})
    assert export.n_rows == 3_000
    assert table(export, "__line")[-1] == (2 + 2_999 * 50,)


def test_the_raw_text_is_cut(opened):
    export = opened({"a.csv": "id,text\n1,ok\n" + "x" * 5_000 + "\n"})
    assert export.rejects[0].raw == "x" * 1_000


def test_duplicate_empty_and_reserved_header_names_are_told_apart(opened):
    export = opened({"a.csv": "text,,Text,__row,text\na,b,c,d,e\n"})
    assert export.names == ("text", "column_2", "Text_2", "__row_input", "text_3")
    assert table(export, *export.names) == [("a", "b", "c", "d", "e")]


def test_column_names_may_be_anything(opened):
    names = [
        'say "hi"',
        "o'clock",
        "Grüße 你好",
        "id",
        "first",
        "value",
        "select",
        "{x}",
    ]
    cells = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    row = ",".join(names[2:])
    export = opened({"a.csv": f"text,role,{cells}\nhi,agent,p,q,{row}\n"})
    assert table(export, *names) == [("p", "q", *names[2:])]
    assert said(export) == ["hi"]


def test_column_names_may_be_anything_in_json_too(opened):
    row = {"text": "hi", 'say "hi"': 1, "o'clock": "x", "": 2, "__line": 3}
    export = opened({"a.jsonl": json.dumps(row) + "\n"})
    assert export.names == ("text", 'say "hi"', "o'clock", "column_4", "__line_input")
    assert table(export, *export.names) == [("hi", 1, "x", 2, 3)]


def test_json_lines_keep_their_types(opened):
    lines = [
        '{"id": "007", "n": 1, "f": 1.5, "ok": true, "text": "a", "meta": {"b": [1]}}',
        '{"id": "1", "n": 2, "f": 2, "ok": null, "text": "b\\u00e9\\n", "meta": null}',
        '{"late": null, "text": "c", "n": 123456789012345678901, "mixed": 1}',
        '{"text": "d", "mixed": "one", "f": NaN}',
    ]
    export = opened({"a.jsonl": "\n".join(lines)})
    assert export.rejects == ()
    rows = table(export, "id", "n", "ok", "text", "meta", "late", "mixed")
    assert rows[0] == ("007", "1", True, "a", '{"b":[1]}', None, None)
    assert rows[1][3] == "bé\n"
    assert rows[2][1] == "123456789012345678901"
    assert [row[-1] for row in rows[2:]] == ["1", '"one"']
    assert [value for (value,) in table(export, "f")][:3] == [1.5, 2.0, None]


def test_broken_json_lines_are_set_aside_with_their_lines(opened):
    lines = [
        b'{"text": "ok"}',
        b"",
        b'{"text": "cut',
        b"[1, 2]",
        b'{"text": "caf\xe9"}',
        b'{"text": "a", "text": "b"}',
        b'{"text": "a", "Text": "b"}',
        b'{"text": "\\ud83d"}',
        b'{"text": null}',
        b'{"text": " \\n\\u00a0"}',
        b'{"text": {"no": 1}}',
        b"{}",
        b'{"text": "ok"} {"text": "ok"}',
        b"[" * 100_000,
        b'{"TEXT": "last \\ud83d\\ude00"}',
    ]
    export = opened({"a.ndjson": b"\n".join(lines)})
    assert said(export) == ["ok", "last \N{GRINNING FACE}"]
    found = {line: reason for line, reason, _ in set_aside(export)}
    assert list(found) == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]
    assert found[3].startswith("is not valid JSON: Unterminated string")
    assert found[4] == "is JSON, but no object with named fields"
    assert "--encoding cp1252" in found[5]
    assert found[6] == "holds the same field twice"
    assert "differ only in case" in found[7]
    assert "lone surrogate" in found[8]
    assert found[9] == found[10] == found[12] == "empty text"
    assert found[11] == "the text is a list or an object, not a string"


def test_json_text_that_came_as_a_number_is_read(opened):
    export = opened({"a.jsonl": '{"text": 12345}\n{"text": "yes"}\n'})
    assert said(export) == ["12345", "yes"]


def test_one_json_array_with_lines_of_its_elements(opened):
    content = '\n[\n {"text": "a",\n  "n": 1},\n 5,\n {"text": "b", "n": [1, 2]}\n]\n'
    export = opened({"a.json": content})
    assert table(export, "__line", "text", "n") == [(3, "a", "1"), (6, "b", "[1,2]")]
    assert [reject.line for reject in export.rejects] == [5]


def test_a_long_json_array_is_read_piece_by_piece(opened):
    rows = [{"text": f"turn {n} " + "x" * 500} for n in range(6_000)]
    export = opened({"a.json": json.dumps(rows)})
    assert said(export) == [row["text"] for row in rows]


def test_json_lines_in_a_json_file(opened):
    assert said(opened({"a.json": '{"text": "a"}\n{"text": "b"}\n'})) == ["a", "b"]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "json", "parquet"])
def test_a_text_of_two_megabytes(opened, tmp_path, ending):
    text = 'a "long", story\n' * 130_000
    frame = pl.DataFrame({"id": [1, 2], "text": [text, "short"]})
    path = tmp_path / f"made.{ending}"
    writers = {
        "csv": frame.write_csv,
        "jsonl": frame.write_ndjson,
        "json": frame.write_json,
        "parquet": frame.write_parquet,
    }
    writers[ending](path)
    export = opened({f"in.{ending}": path.read_bytes()})
    assert said(export) == [text, "short"]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_are_recognised(opened, codec):
    content = "text,id\nGrüße 你好,1\n".encode(codec)
    export = opened({"a.csv": content})
    assert (export.names, said(export)) == (("text", "id"), ["Grüße 你好"])
    lines = '{"text": "é"}\n'.encode(codec)
    assert said(opened({"b.jsonl": lines})) == ["é"]
    assert said(opened({"c.json": '[{"text": "é"}]'.encode(codec)})) == ["é"]


def test_another_encoding_is_named_by_the_caller(opened):
    content = "text\ncafé\nna\x81ive\n".encode("latin-1")
    assert said(opened({"a.csv": content}, encoding="latin-1"))[0] == "café"
    export = opened({"a.csv": content}, encoding="cp1252")
    assert said(export) == ["café"]
    assert set_aside(export)[0][:2] == (
        3,
        "is not valid CP1252; name another encoding",
    )


def test_the_remedy_is_named_where_no_row_is_left(opened):
    with pytest.raises(InputError, match=r"a\.csv: no row can be used.*cp1252"):
        opened({"a.csv": b"text\ncaf\xe9\n"})


def test_an_encoding_that_does_not_exist(opened):
    with pytest.raises(InputError, match="no text encoding 'klingon'"):
        opened({"a.csv": "text\nhi\n"}, encoding="klingon")
    with pytest.raises(InputError, match="no text encoding 'base64'"):
        opened({"a.csv": "text\nhi\n"}, encoding="base64")


def test_utf16_without_a_mark_names_the_remedy(opened):
    content = "id,text\n1,hello\n".encode("utf-16-le")
    with pytest.raises(InputError, match="--encoding utf-16-le"):
        opened({"a.csv": content})
    assert said(opened({"a.csv": content}, encoding="utf-16-le")) == ["hello"]


def test_parquet_keeps_types_and_sets_blank_rows_aside(opened, tmp_path):
    frame = pl.DataFrame(
        {
            "text": ["a", None, " ", "b"],
            "when": [datetime(2024, 1, 1, tzinfo=timezone.utc)] * 4,
            "tags": [["x"], [], None, ["y", "z"]],
            "__row": [5, 6, 7, 8],
        }
    )
    frame.write_parquet(tmp_path / "made.parquet")
    export = opened({"calls[1].parquet": (tmp_path / "made.parquet").read_bytes()})
    assert table(export, "__line", "text", "tags", "__row_input") == [
        (1, "a", ["x"], 5),
        (4, "b", ["y", "z"], 8),
    ]
    assert [(line, reason) for line, reason, _ in set_aside(export)] == [
        (2, "empty text"),
        (3, "empty text"),
    ]
    assert json.loads(export.rejects[1].raw)["text"] == " "
    kinds = export.connection.execute("DESCRIBE input").fetchall()
    assert {row[0]: row[1] for row in kinds}["when"] == "TIMESTAMP WITH TIME ZONE"


def test_several_files_are_joined_by_the_names_of_their_columns(opened, tmp_path):
    pl.DataFrame({"n": [3], "text": ["p"]}).write_parquet(tmp_path / "made.parquet")
    export = opened(
        {
            "a.csv": "id,text\n1,a\n2,\n",
            "b.jsonl": '{"TEXT": "b", "n": 5}\n{"text": "c", "id": {"x": 1}}\n',
            "c.parquet": (tmp_path / "made.parquet").read_bytes(),
            "d.csv": "other,text\no,d\n",
        }
    )
    assert export.names == ("id", "text", "n", "other")
    assert table(export, "__row", "id", "text", "n", "other") == [
        (0, "1", "a", None, None),
        (1, None, "b", 5, None),
        (2, '{"x":1}', "c", None, None),
        (3, None, "p", 3, None),
        (4, None, "d", None, "o"),
    ]
    files = [Path(name).name for (name,) in table(export, "__file")]
    assert files == ["a.csv", "b.jsonl", "b.jsonl", "c.parquet", "d.csv"]


def test_an_identifier_reads_alike_whatever_file_it_stands_in(opened):
    export = opened(
        {
            "a.csv": "id,text\nk7,a\n5,b\n",
            "b.jsonl": '{"id": "k7", "text": "c"}\n{"id": 5, "text": "d"}\n',
        }
    )
    assert [name for (name,) in table(export, "id")] == ["k7", "5", "k7", "5"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "id,text\n1,hi\n2\n"),
        ("a.jsonl", '{"text": "hi"}\n\n{"text": \n'),
        ("a.json", '[{"text": "hi"},\n\n{"text": ]'),
        ("a.json", '[{"text": "hi"},\n\n7]'),
    ],
)
def test_what_is_set_aside_names_its_file_and_line(opened, name, content):
    export = opened({"good.csv": "text\nhello\n", name: content})
    assert said(export) == ["hello", "hi"]
    ((file, line),) = [(Path(one.file).name, one.line) for one in export.rejects]
    assert (file, line) == (name, 3)


def test_a_file_without_the_text_column_is_set_aside(opened):
    export = opened({"a.csv": "text\nhi\n", "b.csv": "note\nhm\n"})
    assert set_aside(export)[0][1] == "empty text: the file has no column 'text'"


def test_columns_and_format_are_named_by_the_caller(opened):
    export = opened({"a.dat": "x,y\n1,hi\n"}, columns={"text": "y"}, format="csv")
    assert (export.columns.text, said(export)) == ("y", ["hi"])
    with pytest.raises(InputError, match=r"no column 'z' .*columns: 'x', 'y'"):
        opened({"a.csv": "x,y\n1,hi\n"}, columns={"text": "z"})
    with pytest.raises(InputError, match=r"no format 'xml'; allowed: .*csv"):
        opened({"a.csv": "text\nhi\n"}, format="xml")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", r"a\.csv: is empty"),
        ("a.csv", b"\n\n", "has no header line"),
        ("a.csv", b"text,id\n", r"a\.csv: holds no rows"),
        ("a.csv", b"text\n \n", r"no row can be used, 1 were set aside.*empty text"),
        ("a.csv", b"PK\x03\x04....", "damaged zip file"),
        ("a.csv", b"\x1f\x8b....", "damaged gzip file"),
        ("a.csv", b"caf\xe9,text\n1,2\n", "header is not valid UTF-8.*cp1252"),
        ("a.bin", b"x", "in no format that is known by its content or ending"),
        ("a.parquet", b"text\nhi\n", r"a\.parquet: cannot be read as Parquet"),
        ("a.json", b'{\n"messages": []}', "no JSON records; needed is an array"),
        ("a.json", b'"text"', "is one JSON document in no known format"),
        ("a.json", b"[]", "holds no rows"),
        ("a.json", b'[{"text": }]', "line 1: the JSON array is broken in the element"),
        ("a.json", b'{"a":\n 1,\n "b" 2}', "line 3: .*Expecting ':'.* at column 6"),
        ("a.jsonl", b"not json\n", "no row can be used.*is not valid JSON"),
        ("a.csv", b"id,note\n1,2\n", "no text column found among 'id', 'note'"),
    ],
)
def test_files_that_cannot_be_used_give_one_clear_line(opened, name, content, message):
    with pytest.raises(InputError, match=message) as caught:
        opened({name: content})
    assert "\n" not in str(caught.value)


def test_missing_files_and_folders_are_named(tmp_path):
    with pytest.raises(InputError, match=r"gone\.csv: there is no such file"):
        open_export([tmp_path / "gone.csv"], folder=tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="is a folder without files"):
        open_export([tmp_path / "empty"], folder=tmp_path)
    with pytest.raises(InputError, match=r"\*\.csv: matches no file"):
        open_export([tmp_path / "*.csv"], folder=tmp_path)
    with pytest.raises(InputError, match="no input file was named"):
        open_export([], folder=tmp_path)


def test_the_csv_module_is_left_as_it_was(opened):
    before = csv.field_size_limit()
    opened({"a.csv": "text\nhi\n"})
    assert csv.field_size_limit() == before


def test_conversations_come_whole_in_order_of_first_appearance(opened):
    content = "chat_id,text\nB,1\nA,2\nB,3\n,4\nC,5\nA,6\n,7\n"
    export = opened({"a.csv": content})
    batches = list(conversations(export, batch_size=2))
    assert [[turn.text for turn in batch] for batch in batches] == [
        ["1", "3"],
        ["2", "6"],
        ["4", "5"],
        ["7"],
    ]
    assert [turn.conversation for turn in batches[2]] == ["row-3", "C"]
    assert [turn.row for batch in batches for turn in batch] == [0, 2, 1, 5, 3, 4, 6]


def test_conversations_are_whole_when_fetched_piece_by_piece(opened, monkeypatch):
    rows = [f"c{n * 7 % 30},{n}" for n in range(200)]
    export = opened({"a.csv": "chat_id,text\n" + "\n".join(rows)})
    at_once = said(export)
    monkeypatch.setattr(turn_batches, "_UNIT_ROWS", 1)
    assert said(export, batch_size=1) == at_once
    assert sorted(at_once, key=int) == [str(n) for n in range(200)]
    assert at_once[:3] == ["0", "30", "60"]


def test_rows_that_duckdb_loses_are_no_secret(opened, monkeypatch):
    monkeypatch.setattr(loading, "_NOT_BLANK", "^never")
    monkeypatch.setattr(loading, "_blank_rows", lambda *_: iter(()))
    with pytest.raises(InputError, match=r"a\.csv: 2 rows were not loaded"):
        opened({"a.csv": "text\na\nb\n"})


def test_turns_go_by_start_else_by_turn_number_else_as_in_the_file(opened):
    content = (
        "call_id,turn,start_ms,text\n"
        "a,1,2000,second\na,2,900,first\n"
        "b,10,,later\nb,9,5,sooner\n"
        "c,,,one\nc,1,,two\n"
    )
    turns = [
        turn for batch in conversations(opened({"a.csv": content})) for turn in batch
    ]
    assert [turn.text for turn in turns] == [
        "first",
        "second",
        "sooner",
        "later",
        "one",
        "two",
    ]
    assert [turn.start for turn in turns] == [0.9, 2.0, 0.005, None, None, None]


def test_equal_starts_keep_the_order_of_the_file(opened):
    content = "call_id,start,text\na,1,x\na,1,y\na,0,z\n"
    assert said(opened({"a.csv": content})) == ["z", "x", "y"]


def test_a_file_with_roles_is_one_conversation(opened):
    files = {"a.csv": "role,text\nagent,x\nuser,y\n", "b.csv": "role,text\nagent,z\n"}
    (turns,) = conversations(opened(files))
    assert [turn.role for turn in turns] == ["agent", "customer", "agent"]
    assert len({turn.conversation for turn in turns}) == 2
    assert turns[0].conversation == turns[1].conversation


def test_rows_without_roles_stand_alone(opened):
    export = opened({"a.csv": "text\nx\ny\n"})
    (turns,) = conversations(export)
    assert [turn.conversation for turn in turns] == ["row-0", "row-1"]
    assert {turn.role for turn in turns} == {"unknown"}
    assert not export.has_roles


def test_roles_that_are_not_known_are_reported(opened):
    content = "speaker,text\nSPEAKER_01,a\nSPEAKER_00,b\nSPEAKER_00,c\n,d\n"
    export = opened({"a.csv": content})
    assert not export.has_roles
    assert export.unknown_roles == ("SPEAKER_00", "SPEAKER_01")
    export = opened({"a.csv": content}, roles={"speaker_00": "agent"})
    assert export.has_roles
    assert export.unknown_roles == ("SPEAKER_01",)
    assert [turn.role for batch in conversations(export) for turn in batch] == [
        "unknown",
        "agent",
        "agent",
        "unknown",
    ]


def test_timestamps_of_parquet_become_seconds(opened, tmp_path):
    when = datetime(2024, 1, 1, 12, 0, 0, 123_000)
    frame = pl.DataFrame(
        {
            "text": ["a"],
            "created_at": [when],
            "end_time": [when.replace(tzinfo=timezone.utc)],
        }
    )
    frame.write_parquet(tmp_path / "made.parquet")
    export = opened({"a.parquet": (tmp_path / "made.parquet").read_bytes()})
    ((turn,),) = conversations(export)
    expected = when.replace(tzinfo=timezone.utc).timestamp()
    assert (turn.start, turn.end) == pytest.approx((expected, expected), abs=1e-6)


def test_text_with_nul_and_odd_separators_survives(opened):
    text = "a\0b\x0bc\x85d\u2028e"
    export = opened({"a.jsonl": json.dumps({"text": text, "id": 1}) + "\n"})
    assert said(export) == [text]
    content = f'id,text\n1,"{text}"\n2,{text}\n'
    assert said(opened({"a.csv": content})) == [text, text]


def test_where_starts_are_equal_the_turn_number_decides(opened):
    content = (
        "conversation,turn,start,role,text\n1,2,60,agent,second\n"
        "1,1,60,customer,first\n1,3,120,agent,third\n"
    )
    assert said(opened({"a.csv": content})) == ["first", "second", "third"]


def test_a_second_byte_order_mark_is_no_part_of_a_name(opened):
    export = opened({"a.csv": "\ufeff\ufefftext\nhi\n"})
    assert export.columns.text == "text"


def test_files_of_which_none_can_be_used_are_counted(opened):
    files = {f"{name}.vtt": "WEBVTT\n" for name in "abc"}
    with pytest.raises(InputError, match=r"a\.vtt: .*; 2 more set aside$"):
        opened(files)


def test_what_duckdb_cannot_load_is_one_clear_line(opened, monkeypatch):
    monkeypatch.setattr(loading, "_NOT_BLANK", "(")
    with pytest.raises(InputError, match=r"a\.csv: cannot be loaded: .+") as failed:
        opened({"a.csv": "text\na\n"})
    assert "\n" not in str(failed.value)
