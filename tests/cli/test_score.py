import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from empathy_score import EmpathyScorer
from empathy_score.cli.app import main

LABELS = [
    "greeting",
    "acknowledgement",
    "perspective_taking",
    "apology",
    "gratitude",
    "reassurance",
    "help_offer",
    "personalization",
    "alternatives",
    "follow_up",
    "feedback_request",
    "positivity",
    "open_question",
    "closed_question",
    "dismissal",
    "interruption",
]
ADDED = [
    "score",
    "score_low",
    "score_high",
    "level",
    "p_none",
    "p_weak",
    "p_strong",
    "emotional_reaction",
    "interpretation",
    "exploration",
    "opportunity",
    "missed_opportunity",
    "interrupted",
    "p_interrupted",
    "interrupts",
    "response_seconds",
    "out_of_domain",
    "cues",
    *(f"cue_{label}" for label in LABELS),
]
TURNS = [
    {"id": 7, "role": "customer", "text": "My lamp came broken; again!"},
    {"id": 7, "role": "agent", "text": 'I\'m so sorry it came "broken" again.'},
    {"id": 7, "role": "customer", "text": "Sorry, I am just tired of this."},
    {"id": 7, "role": "agent", "text": "Order number?"},
    {"id": 8, "role": "bot", "text": "Sorry, I did not get that."},
    {"id": 8, "role": "agent", "text": "Hello,\nhow may I help you today?"},
]
NAMES = {"id": "conversation_id", "role": "role", "text": "text"}
CHAT = [{NAMES[key]: value for key, value in turn.items()} for turn in TURNS]

ODD_TEXTS = [
    "😢😢 I'm so sorry it came broken again 👩‍👩‍👧 today",
    "I\u2019m so sorry, I can see why you\u2019re upset \u201creally\u201d",
    "&#39;Tis us. I&#39;m so sorry<br/>that it&nbsp;came broken &amp; late",
    "<p>I am SOOOO SORRY</p> for the delay",
    "I'M SO SORRY FOR THE DELAY",
    "The cafe\u0301 e\u0301 is closed, I'm so sorry about the cafe\u0301",
    "İstanbul İİİ: I'm so sorry for the delay",
    "\u200bI\u2019m\u00a0so  sorry\u3000for the   delay\ufeff",
    "Stra\u00dfe \U0001f1e9\U0001f1ea \ufb01ne, so sorry about that",
    "I\tam so\nsorry\r\nfor the delay",
]


def write_chat(path, rows=CHAT, delimiter=","):
    """Write rows as the ending of ``path`` says."""
    if path.suffix == ".jsonl":
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        path.write_text("".join(lines), encoding="utf-8")
    elif path.suffix == ".parquet":
        pl.DataFrame(rows).write_parquet(path)
    else:
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, list(rows[0]), delimiter=delimiter)
            writer.writeheader()
            writer.writerows(rows)
    return path


def read_scored(path):
    """Read OUT back as rows; CSV cells as the values they stand for."""
    if path.suffix == ".parquet":
        return pl.read_parquet(path).to_dicts()
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    csv.field_size_limit(10_000_000)
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return [{name: _value(name, cell) for name, cell in row.items()} for row in rows]


def _value(name, cell):
    if name not in ADDED:
        return cell
    return json.loads(cell.lower() if name != "cues" else cell) if cell else None


@pytest.fixture
def empathy_score(monkeypatch, capsys):
    """Run the command line here: its exit code and what it said on stderr."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["empathy-score", *map(str, words)])
        with pytest.raises(SystemExit, match=r"^(0|1|2|130)$") as stopped:
            main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return stopped.value.code, said.err

    return run


@pytest.fixture
def score(empathy_score, tmp_path):
    """Score files to OUT; the exit code, what was said, and the rows of OUT."""

    def run(*words, out="out.jsonl"):
        code, said = empathy_score("score", *words, "-o", tmp_path / out)
        rows = read_scored(tmp_path / out) if code < 2 else None
        return code, said, rows

    return run


def assert_one_line(said, *parts):
    assert said.startswith("empathy-score: ")
    assert said.endswith("\n")
    assert said.count("\n") == 1
    for part in parts:
        assert str(part) in said


def rejects_of(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def command(*words):
    """Make a real command, Ctrl-C on even where the test runs in the background."""
    start = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "import runpy; runpy.run_module('empathy_score', run_name='__main__')"
    )
    return [sys.executable, "-c", start, *map(str, words)]


# -- formats ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "delimiter"),
    [
        ("chat.csv", ","),
        ("chat.tsv", "\t"),
        ("semicolons.csv", ";"),
        ("chat.jsonl", None),
        ("chat.parquet", None),
    ],
)
def test_every_input_format_gives_the_same_scores(tmp_path, score, name, delimiter):
    chat = write_chat(tmp_path / name, delimiter=delimiter)
    code, said, rows = score(chat)
    assert code == 0
    assert "6 turns, 3 of them scored" in said
    assert [row["text"] for row in rows] == [turn["text"] for turn in TURNS]
    assert [str(row["conversation_id"]) for row in rows] == list("777788")
    scorer = EmpathyScorer.load()
    expected = [
        None,
        scorer.score(TURNS[1]["text"], reply_to=TURNS[0]["text"]).score,
        None,
        scorer.score(TURNS[3]["text"], reply_to=TURNS[2]["text"]).score,
        None,
        scorer.score(TURNS[5]["text"]).score,
    ]
    assert [row["score"] for row in rows] == pytest.approx(expected, abs=1e-12)


def test_every_output_format_holds_the_same(tmp_path, score):
    chat = write_chat(tmp_path / "chat.csv")
    found = {
        ending: score(chat, out=f"out.{ending}")[2]
        for ending in ("csv", "jsonl", "parquet")
    }
    for rows in found.values():
        assert list(rows[0]) == [*CHAT[0], *ADDED]
        assert [str(row["conversation_id"]) for row in rows] == list("777788")
    added = {
        ending: [{name: row[name] for name in ADDED} for row in rows]
        for ending, rows in found.items()
    }
    assert added["csv"] == added["jsonl"] == added["parquet"]


def test_the_added_columns_stand_after_all_input_columns(tmp_path, score):
    rows = [{"zeta": "1", "text": "So sorry!", "alpha": ""}]
    chat = write_chat(tmp_path / "chat.csv", rows)
    for ending in ("csv", "jsonl", "parquet"):
        code, _, found = score(chat, out=f"out.{ending}")
        assert code == 0
        assert list(found[0]) == ["zeta", "text", "alpha", *ADDED]


def test_an_upper_case_ending_of_out_works(tmp_path, score):
    code, _, _ = score(write_chat(tmp_path / "chat.csv"), out="out.CSV")
    assert code == 0
    assert (tmp_path / "out.CSV").read_text("utf-8").startswith("conversation_id,")


def test_two_files_are_scored_together_in_their_order(tmp_path, score):
    first = write_chat(tmp_path / "b.csv", CHAT[:4])
    second = write_chat(tmp_path / "a.jsonl", CHAT[4:])
    code, said, rows = score(first, second)
    assert code == 0
    assert "6 turns" in said
    assert [row["text"] for row in rows] == [turn["text"] for turn in TURNS]


# -- what is scored --------------------------------------------------------------


def test_agents_are_scored_and_all_others_keep_only_their_cues(tmp_path, score):
    _, _, rows = score(write_chat(tmp_path / "chat.csv"))
    for row in rows:
        if row["role"] == "agent":
            assert 0 <= row["score"] <= 1
            assert row["level"] in {0, 1, 2}
        else:
            assert row["score"] is row["level"] is row["p_none"] is None
    assert [cue["label"] for cue in rows[2]["cues"]] == ["apology"]
    assert rows[2]["cue_apology"] == rows[4]["cue_apology"] == 1


def test_without_roles_every_turn_is_scored(tmp_path, score):
    rows = [{"text": turn["text"]} for turn in TURNS]
    _, said, found = score(write_chat(tmp_path / "chat.csv", rows))
    assert "6 turns, 6 of them scored" in said
    assert all(0 <= row["score"] <= 1 for row in found)


def test_probabilities_sum_to_one_and_make_the_score(tmp_path, score):
    rows = [{"text": text} for text in [*ODD_TEXTS, *(t["text"] for t in TURNS)]]
    _, _, found = score(write_chat(tmp_path / "chat.jsonl", rows))
    for row in found:
        chances = [row["p_none"], row["p_weak"], row["p_strong"]]
        assert all(0 <= chance <= 1 for chance in chances)
        assert sum(chances) == pytest.approx(1, abs=1e-12)
        expected = (row["p_weak"] + 2 * row["p_strong"]) / 2
        assert row["score"] == pytest.approx(expected, abs=1e-12)


def test_roles_says_what_a_role_means(tmp_path, score):
    rows = [
        {"role": "Shopkeeper", "text": "So sorry about that!"},
        {"role": "buyer", "text": "Broken."},
        {"role": "agent", "text": "Oh no."},
    ]
    chat = write_chat(tmp_path / "chat.csv", rows)
    options = ("--roles", "shopkeeper=agent", "--roles", "buyer=customer")
    code, said, found = score(chat, *options)
    assert code == 0
    assert [row["score"] is not None for row in found] == [True, False, True]
    assert [row["role"] for row in found] == ["Shopkeeper", "buyer", "agent"]
    assert "not known" not in said


CALL = [
    ("spk_0", "thank you for calling how may i help you today"),
    ("spk_1", "hi i ordered a lamp and it never came"),
    ("spk_0", "i am so sorry to hear that may i have your order number please"),
    ("spk_1", "yes it is four four seven one"),
]


def diarized(path, said=CALL):
    rows = [{"call_id": 1, "speaker": who, "text": text} for who, text in said]
    return write_chat(path, rows)


@pytest.mark.parametrize("out", ["out.csv", "out.jsonl", "out.parquet"])
def test_roles_auto_lets_the_wording_decide_and_says_so(tmp_path, score, out):
    code, said, rows = score(
        diarized(tmp_path / "call.csv"), "--roles", "auto", out=out
    )
    assert code == 0
    assert "roles decided from wording for 1 conversation: mean confidence 0.99" in said
    assert "left unknown" not in said
    assert list(rows[0]) == [
        *("call_id", "speaker", "text", "role_auto", "role_confidence"),
        *ADDED,
    ]
    assert [row["role_auto"] for row in rows] == ["agent", "customer"] * 2
    assert all(float(row["role_confidence"]) > 0.9 for row in rows)
    assert [row["score"] is not None for row in rows] == [True, False] * 2


def test_roles_auto_leaves_the_mapping_alone(tmp_path, score):
    file = diarized(tmp_path / "call.csv")
    code, said, rows = score(file, "--roles", "auto", "--roles", "spk_1=agent")
    assert code == 0
    assert "for 0 conversations; 1 left unknown" in said
    assert [row["role_auto"] for row in rows] == ["unknown", "agent"] * 2
    assert [row["role_confidence"] is None for row in rows] == [False, True] * 2


def test_roles_auto_without_speakers_is_one_line(tmp_path, score):
    file = write_chat(tmp_path / "texts.csv", [{"text": "how may i help you"}])
    code, said, _ = score(file, "--roles", "auto")
    assert code == 2
    assert_one_line(said, "without a column of speakers", "--speaker")
    assert list(tmp_path.iterdir()) == [file]


def test_a_column_of_channels_can_be_the_speaker(tmp_path, score):
    rows = [
        {"call_id": 1, "channel": int(who == "spk_1"), "text": text}
        for who, text in CALL
    ]
    file = write_chat(tmp_path / "call.jsonl", rows)
    code, _, rows = score(file, "--speaker", "channel", "--roles", "auto")
    assert code == 0
    assert [row["role_auto"] for row in rows] == ["agent", "customer"] * 2


def test_a_role_that_is_not_known_is_kept_and_named(tmp_path, score):
    rows = [
        {"role": "agent", "text": "So sorry about that!"},
        {"role": "Quux", "text": "So sorry about that!"},
    ]
    code, said, found = score(write_chat(tmp_path / "chat.csv", rows))
    assert code == 0
    assert found[1]["role"] == "Quux"
    assert found[1]["score"] is None
    assert "Quux" in said
    assert "--roles Quux=agent" in said


def test_score_roles_changes_whose_turns_are_scored(tmp_path, score):
    chat = write_chat(tmp_path / "chat.csv")
    _, _, rows = score(chat, "--score-roles", "customer", "--score-roles", "bot")
    scored = [row["role"] for row in rows if row["score"] is not None]
    assert scored == ["customer", "customer", "bot"]


def test_columns_can_be_named(tmp_path, score):
    rows = [{"what": "So sorry!", "who": "c"}, {"what": "Sorry.", "who": "a"}]
    chat = write_chat(tmp_path / "chat.csv", rows)
    options = ("--text", "what", "--role", "who", "--roles", "c=customer")
    code, _, found = score(chat, *options, "--roles", "a=agent")
    assert code == 0
    assert [row["score"] is None for row in found] == [True, False]


# -- evidence --------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_cue_offsets_slice_the_original_text(tmp_path, score, ending):
    rows = [{"text": text} for text in ODD_TEXTS]
    chat = write_chat(tmp_path / f"chat.{ending}", rows)
    code, _, found = score(chat, out=f"out.{ending}")
    assert code == 0
    assert [row["text"] for row in found] == ODD_TEXTS
    for row in found:
        assert "apology" in {cue["label"] for cue in row["cues"]}, row["text"]
        for cue in row["cues"]:
            assert row["text"][cue["start"] : cue["end"]] == cue["text"]
            assert cue["label"] != "apology" or "sorry" in cue["text"].lower()
            assert cue["text"] == cue["text"].strip()
            assert cue["pattern"].startswith(f"{cue['label']}.")
        counted = {label: row[f"cue_{label}"] or 0 for label in LABELS}
        assert sum(counted.values()) == sum(not cue["negated"] for cue in row["cues"])


# -- once more -------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_a_scored_file_can_be_scored_again_and_again(tmp_path, score, ending):
    chat = write_chat(tmp_path / f"chat.{ending}")
    _, _, once = score(chat, out=f"once.{ending}")
    code, _, twice = score(tmp_path / f"once.{ending}", out=f"twice.{ending}")
    assert code == 0
    inputs = [f"{name}_input" for name in ADDED]
    assert list(twice[0]) == [*CHAT[0], *inputs, *ADDED]
    assert [row["score"] for row in twice] == [row["score"] for row in once]
    code, _, thrice = score(tmp_path / f"twice.{ending}", out=f"thrice.{ending}")
    assert code == 0
    assert [row["cues"] for row in thrice] == [row["cues"] for row in once]


def test_shuffled_rows_get_the_same_scores(tmp_path, score):
    rows = [{**row, "turn": turn} for turn, row in enumerate(CHAT)]
    _, _, straight = score(write_chat(tmp_path / "chat.csv", rows))
    shuffled = [rows[place] for place in (5, 2, 0, 4, 3, 1)]
    _, _, found = score(write_chat(tmp_path / "chat.csv", shuffled))
    assert [int(row["turn"]) for row in found] == [5, 2, 0, 4, 3, 1]
    by_turn = sorted(found, key=lambda row: int(row["turn"]))
    assert [row["score"] for row in by_turn] == [row["score"] for row in straight]


def test_a_file_and_a_frame_get_the_same_scores(tmp_path, score):
    rows = [{**row, "start": 60 - turn} for turn, row in enumerate(CHAT)]
    for role, text in [
        ("customer", "My father died, I am so upset!"),
        ("agent", "Okay, that is a lot."),
    ]:
        rows.append({"conversation_id": None, "role": role, "text": text})
    _, _, found = score(write_chat(tmp_path / "chat.jsonl", rows))
    frame = EmpathyScorer.load().score_frame(pl.DataFrame(rows))
    assert frame["score"].to_list() == [row["score"] for row in found]


@pytest.mark.slow
def test_two_processes_write_the_identical_file(tmp_path, score):
    rows = [
        {**turn, "conversation_id": f"{copy}-{turn['conversation_id']}"}
        for copy in range(900)
        for turn in CHAT
    ]
    chat = write_chat(tmp_path / "chat.csv", rows)
    assert score(chat, "--jobs", "1", out="one.csv")[0] == 0
    assert score(chat, "--jobs", "2", out="two.csv")[0] == 0
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


# -- bad input: nothing can be done ----------------------------------------------


def test_a_missing_file_is_named(tmp_path, score):
    code, said, _ = score(tmp_path / "nowhere.csv")
    assert code == 2
    assert_one_line(said, "nowhere.csv")


def test_a_folder_is_no_file(tmp_path, score):
    (tmp_path / "folder.csv").mkdir()
    code, said, _ = score(tmp_path / "folder.csv")
    assert code == 2
    assert_one_line(said, "folder.csv", "folder")


@pytest.mark.parametrize("name", ["e.csv", "e.tsv", "e.jsonl", "e.json", "e.parquet"])
def test_an_empty_file_is_named(tmp_path, score, name):
    (tmp_path / name).write_bytes(b"")
    code, said, _ = score(tmp_path / name)
    assert code == 2
    assert_one_line(said, name)
    assert not (tmp_path / "out.jsonl").exists()


def test_a_header_alone_is_no_input(tmp_path, score):
    (tmp_path / "head.csv").write_text("role,text\n")
    code, said, _ = score(tmp_path / "head.csv")
    assert code == 2
    assert_one_line(said, "head.csv", "no rows")


def test_without_a_text_column_the_option_is_named(tmp_path, score):
    (tmp_path / "odd.csv").write_text("speaker,words\nagent,Sorry\n")
    code, said, _ = score(tmp_path / "odd.csv")
    assert code == 2
    assert_one_line(said, "words", "--text COLUMN")


def test_a_column_that_does_not_exist_is_named(tmp_path, score):
    code, said, _ = score(write_chat(tmp_path / "chat.csv"), "--text", "txt")
    assert code == 2
    assert_one_line(said, "'txt'", "'text'")


def test_a_file_of_only_broken_rows_is_no_input(tmp_path, score):
    (tmp_path / "bad.jsonl").write_text('{"text": \n{"text" "b"}\n')
    code, said, _ = score(tmp_path / "bad.jsonl")
    assert code == 2
    assert_one_line(said, "bad.jsonl", "line 1")


def test_an_ending_that_is_not_known_names_format(tmp_path, score):
    (tmp_path / "chat.bin").write_bytes(b"\x01\x02\x03")
    code, said, _ = score(tmp_path / "chat.bin")
    assert code == 2
    assert_one_line(said, "chat.bin", "--format")


def test_format_says_what_the_ending_does_not(tmp_path, score):
    chat = write_chat(tmp_path / "chat.csv").rename(tmp_path / "chat.txt")
    code, _, rows = score(chat, "--format", "csv")
    assert code == 0
    assert len(rows) == 6
    code, said, _ = score(chat, "--format", "xml")
    assert code == 2
    assert_one_line(said, "xml", "csv")


def test_a_broken_parquet_file_is_named(tmp_path, score):
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 this is none PAR1")
    code, said, _ = score(tmp_path / "bad.parquet")
    assert code == 2
    assert_one_line(said, "bad.parquet")


def test_an_ending_that_cannot_be_written_is_named(tmp_path, empathy_score):
    chat = write_chat(tmp_path / "chat.csv")
    code, said = empathy_score("score", chat, "-o", tmp_path / "out.xlsx")
    assert code == 2
    assert_one_line(said, "out.xlsx", ".csv, .jsonl, .parquet")


@pytest.mark.parametrize("name", ["chat.csv", "./chat.csv", "link.csv"])
def test_out_is_never_the_input(tmp_path, monkeypatch, empathy_score, name):
    monkeypatch.chdir(tmp_path)
    chat = write_chat(tmp_path / "chat.csv")
    (tmp_path / "link.csv").symlink_to(chat)
    before = chat.read_bytes()
    code, said = empathy_score("score", "chat.csv", "-o", name)
    assert code == 2
    assert_one_line(said, Path(name), "another output")
    assert chat.read_bytes() == before


def test_a_missing_folder_for_out_is_named(tmp_path, empathy_score):
    chat = write_chat(tmp_path / "chat.csv")
    code, said = empathy_score("score", chat, "-o", tmp_path / "no" / "out.csv")
    assert code == 2
    assert_one_line(said, tmp_path / "no", "create it")


def test_out_is_no_folder(tmp_path, empathy_score):
    chat = write_chat(tmp_path / "chat.csv")
    (tmp_path / "out.csv").mkdir()
    code, said = empathy_score("score", chat, "-o", tmp_path / "out.csv")
    assert code == 2
    assert_one_line(said, "out.csv", "folder")


@pytest.mark.parametrize(
    ("item", "parts"),
    [
        ("end-user", ("'end-user'", "--roles end-user=customer")),
        ("=customer", ("'=customer'", "VALUE=ROLE")),
        ("x=boss", ("'boss'", "agent, customer, bot, system, unknown")),
    ],
)
def test_a_bad_roles_item_says_how_to_write_it(tmp_path, score, item, parts):
    code, said, _ = score(write_chat(tmp_path / "chat.csv"), "--roles", item)
    assert code == 2
    assert_one_line(said, *parts)


def test_a_bad_score_role_names_the_allowed_ones(tmp_path, score):
    code, said, _ = score(write_chat(tmp_path / "chat.csv"), "--score-roles", "boss")
    assert code == 2
    assert_one_line(said, "'boss'", "agent, customer")


def test_a_model_that_does_not_exist_says_how_to_train_one(tmp_path, score):
    code, said, _ = score(write_chat(tmp_path / "chat.csv"), "--model", "nosuch")
    assert code == 2
    assert_one_line(said, "'nosuch'", "empathy-score train")


@pytest.mark.parametrize(
    ("words", "part"),
    [(("--jobs", "0"), "--jobs"), (("--colour", "red"), "--colour")],
)
def test_a_wrong_option_is_named(tmp_path, score, words, part):
    code, said, _ = score(write_chat(tmp_path / "chat.csv"), *words)
    assert code == 2
    assert part in said


def test_out_must_be_named(tmp_path, empathy_score):
    code, said = empathy_score("score", write_chat(tmp_path / "chat.csv"))
    assert code == 2
    assert "--out" in said


def test_a_failed_run_leaves_an_older_out_alone(tmp_path, score):
    (tmp_path / "out.jsonl").write_text("older\n")
    (tmp_path / "out.rejects.jsonl").write_text("older\n")
    (tmp_path / "e.csv").write_text("text\n\n")
    assert score(tmp_path / "e.csv")[0] == 2
    assert (tmp_path / "out.jsonl").read_text() == "older\n"
    assert (tmp_path / "out.rejects.jsonl").read_text() == "older\n"


# -- bad input: some rows are set aside ------------------------------------------


def test_a_broken_csv_row_is_set_aside_and_the_others_scored(tmp_path, score):
    chat = tmp_path / "chat.csv"
    chat.write_text(
        'role,text\nagent,"So sorry\nfor that!"\nagent,So sorry, again\nagent,Okay.\n'
    )
    code, said, rows = score(chat)
    assert code == 1
    assert [row["text"] for row in rows] == ["So sorry\nfor that!", "Okay."]
    assert all(0 <= row["score"] <= 1 for row in rows)
    assert "1 rows set aside" in said.replace("1 row ", "1 rows ")
    assert "out.rejects.jsonl" in said
    (found,) = rejects_of(tmp_path / "out.rejects.jsonl")
    assert (found["file"], found["line"]) == (str(chat), 4)
    assert "3 fields" in found["reason"]
    assert found["raw"] == "agent,So sorry, again"


def test_a_broken_json_line_is_set_aside_and_the_others_scored(tmp_path, score):
    chat = tmp_path / "chat.jsonl"
    chat.write_text('{"text": "So sorry!"}\n{"text": "So so\n[1]\n{"text": "Okay."}\n')
    code, said, rows = score(chat)
    assert code == 1
    assert [row["text"] for row in rows] == ["So sorry!", "Okay."]
    assert "2 rows set aside" in said
    found = rejects_of(tmp_path / "out.rejects.jsonl")
    assert [(one["file"], one["line"]) for one in found] == [
        (str(chat), 2),
        (str(chat), 3),
    ]
    assert "not valid JSON" in found[0]["reason"]


def test_null_and_empty_texts_are_set_aside(tmp_path, score):
    chat = tmp_path / "chat.jsonl"
    texts = [None, "", "  \t ", "\u200b", "So sorry!"]
    write_chat(chat, [{"text": text} for text in texts])
    code, _, rows = score(chat)
    assert code == 1
    assert [row["text"] for row in rows] == ["So sorry!"]
    found = rejects_of(tmp_path / "out.rejects.jsonl")
    assert [one["line"] for one in found] == [1, 2, 3, 4]
    assert {one["reason"] for one in found} == {"empty text"}


def test_null_texts_in_parquet_are_set_aside_by_row_number(tmp_path, score):
    rows = [{"text": "So sorry!"}, {"text": None}]
    code, _, found = score(write_chat(tmp_path / "chat.parquet", rows))
    assert code == 1
    assert [row["text"] for row in found] == ["So sorry!"]
    (aside,) = rejects_of(tmp_path / "out.rejects.jsonl")
    assert aside["line"] == 2


def test_a_clean_run_removes_the_rejects_of_the_run_before(tmp_path, score):
    write_chat(tmp_path / "chat.csv", [{"a": 1, "text": ""}, {"a": 2, "text": "Hi"}])
    assert score(tmp_path / "chat.csv")[0] == 1
    assert (tmp_path / "out.rejects.jsonl").exists()
    assert score(write_chat(tmp_path / "chat.csv"))[0] == 0
    assert not (tmp_path / "out.rejects.jsonl").exists()


def test_latin_1_bytes_are_set_aside_with_the_remedy(tmp_path, score):
    chat = tmp_path / "chat.csv"
    chat.write_bytes("text\nSo sorry, José!\nSo sorry!\n".encode("latin-1"))
    code, _, rows = score(chat)
    assert code == 1
    assert [row["text"] for row in rows] == ["So sorry!"]
    (found,) = rejects_of(tmp_path / "out.rejects.jsonl")
    assert found["line"] == 2
    assert "--encoding" in found["reason"]


def test_encoding_reads_latin_1(tmp_path, score):
    chat = tmp_path / "chat.csv"
    chat.write_bytes("text\nSo sorry, José!\n".encode("latin-1"))
    code, _, rows = score(chat, "--encoding", "latin-1")
    assert code == 0
    assert rows[0]["text"] == "So sorry, José!"


def test_an_encoding_that_does_not_exist_is_named(tmp_path, score):
    chat = write_chat(tmp_path / "chat.csv")
    code, said, _ = score(chat, "--encoding", "klingon")
    assert code == 2
    assert_one_line(said, "klingon")


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_a_byte_order_mark_is_understood(tmp_path, score, codec):
    mark = "\ufeff" if codec == "utf-16-le" else ""
    chat = tmp_path / "chat.csv"
    chat.write_bytes(f"{mark}text,role\nSo sorry José!,agent\n".encode(codec))
    code, _, rows = score(chat)
    assert code == 0
    assert list(rows[0])[:2] == ["text", "role"]
    assert rows[0]["text"] == "So sorry José!"


def test_a_text_of_two_megabytes_is_scored(tmp_path, score):
    long = (
        "I'm so sorry about that. "
        + "logofthemachinelogofthemachineabcdefghijk " * 50_000
    )
    code, _, rows = score(write_chat(tmp_path / "chat.csv", [{"text": long}]))
    assert code == 0
    assert len(rows[0]["text"]) > 2_000_000
    assert rows[0]["cues"][0]["label"] == "apology"
    assert 0 <= rows[0]["score"] <= 1


def test_nothing_but_out_and_its_rejects_is_left_behind(tmp_path, score):
    folder = tmp_path / "results"
    folder.mkdir()
    rows = [{"a": 1, "text": ""}, {"a": 2, "text": "Hi"}]
    chat = write_chat(tmp_path / "chat.csv", rows)
    assert score(chat, out="results/out.csv")[0] == 1
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["out.csv", "out.rejects.jsonl"]


# -- the real command ------------------------------------------------------------


@pytest.mark.slow
def test_the_real_command_scores_a_file(tmp_path):
    chat = write_chat(tmp_path / "chat.csv", [*CHAT, {**CHAT[1], "text": ""}])
    words = ["score", chat, "-o", tmp_path / "out.csv", "--roles", "bot=agent"]
    done = subprocess.run(command(*words), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert lines[-2:] == [
        f"6 turns, 4 of them scored, in {tmp_path / 'out.csv'}",
        f"1 rows set aside, named in {tmp_path / 'out.rejects.jsonl'}",
    ]
    assert all(line.startswith("scoring: ") for line in lines[:-2])
    assert len(read_scored(tmp_path / "out.csv")) == 6


@pytest.mark.slow
def test_the_real_command_says_one_line_when_it_cannot_go_on(tmp_path):
    words = ["score", tmp_path / "nowhere.csv", "-o", tmp_path / "out.csv"]
    done = subprocess.run(
        [sys.executable, "-m", "empathy_score", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert_one_line(done.stderr, "nowhere.csv")


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupted_run_goes_on_with_resume(tmp_path, jobs):
    rows = [{"text": f"{turn['text']} {n}"} for n in range(2500) for turn in TURNS]
    chat = write_chat(tmp_path / "chat.jsonl", rows)
    folder, scratch = tmp_path / "results", tmp_path / "scratch"
    folder.mkdir()
    scratch.mkdir()
    words = ["score", chat, "-o", folder / "out.csv", "--jobs", jobs]
    with subprocess.Popen(
        command(*words),
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(scratch)},
    ) as process:
        first = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        started = time.monotonic()
        rest = process.stderr.read()
        process.wait(timeout=15)
    assert first.startswith("scoring: ")
    assert time.monotonic() - started < 10
    assert process.returncode == 130
    said = [line for line in rest.splitlines() if not line.startswith("scoring: ")]
    assert len(said) == 1
    assert "interrupted; no output was written (score goes on" in said[0]
    assert [path.name for path in folder.iterdir()] == [".out.csv.unfinished"]
    assert [path for path in scratch.iterdir() if "empathy" in path.name] == []
    done = subprocess.run(
        command(*words, "--resume"), capture_output=True, text=True, check=True
    )
    assert "turns were scored by the run before" in done.stderr
    assert [path.name for path in folder.iterdir()] == ["out.csv"]
