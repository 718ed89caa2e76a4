"""What a report holds, and what it leaves out."""

import csv
import json
import re
import sys
from html import unescape

import pytest
from typer.testing import CliRunner

from empathy_score.cli.app import app
from empathy_score.errors import InputError
from empathy_score.reports import report
from empathy_score.reports.kept import kept_conversations
from empathy_score.scored_turns import open_scored


def rows_of(file):
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def data_of(file):
    found = re.search(
        r'<script type="application/json" id="report-data">(.*?)</script>',
        file.read_text(encoding="utf-8"),
        re.DOTALL,
    )
    return json.loads(found[1])


def shown_cues(data):
    """Each cue of the page, as the words at its place."""
    for conversation in data["conversations"]:
        for turn in conversation["turns"]:
            for kind, start, end, *_ in turn[11]:
                yield data["kinds"][kind]["label"], turn[1][start:end]


def test_every_turn_is_there_with_its_score_and_its_cues(report_file, scored_sample):
    rows, data = rows_of(scored_sample), data_of(report_file)
    turns = [turn for one in data["conversations"] for turn in one["turns"]]
    assert [turn[1] for turn in turns] == [row["text"] for row in rows]
    for turn, row in zip(turns, rows, strict=True):
        assert turn[3] == (round(float(row["score"]), 3) if row["score"] else None)
    told = [
        (cue["label"], cue["text"]) for row in rows for cue in json.loads(row["cues"])
    ]
    assert list(shown_cues(data)) == told


def test_the_page_lets_itself_load_nothing(report_file):
    page = report_file.read_text(encoding="utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="(.*?)"', page)[1]
    assert policy.startswith("default-src 'none';")
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
    assert page.count("<script>") == policy.count("sha256-") == 5
    bare = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"<(?:link|img|iframe|object)\b|\bsrc=\"|@import|url\(", bare)


def test_without_text_no_four_words_of_a_message_are_left(scored_sample, tmp_path):
    file = report(scored_sample, tmp_path / "bare.html", show_text=False)
    page = file.read_text(encoding="utf-8").lower()
    for row in rows_of(scored_sample):
        words = row["text"].lower().split()
        for at in range(len(words) - 3):
            assert " ".join(words[at : at + 4]) not in page
    assert "Message texts were left out." in file.read_text(encoding="utf-8")
    data = data_of(file)
    assert {turn[1] for one in data["conversations"] for turn in one["turns"]} == {None}
    assert any(turn[11] for one in data["conversations"] for turn in one["turns"])


def test_redacted_texts_keep_their_cues_at_their_words(scored_sample, tmp_path):
    file = report(scored_sample, tmp_path / "masked.html", redacted=True)
    page = file.read_text(encoding="utf-8")
    for secret in ("jo.smith@example.org", "7946 0018", "4111 1111"):
        assert secret not in page
    data = data_of(file)
    texts = [turn[1] for one in data["conversations"] for turn in one["turns"]]
    assert "[e-mail] or [phone number]: I'm so sorry it broke twice." in texts
    assert ("apology", "I'm so sorry it broke twice") in shown_cues(data)


def test_where_not_all_fit_the_conversations_that_matter_are_kept(scored_sample):
    with open_scored(scored_sample) as turns:
        every = kept_conversations(turns)
        some = kept_conversations(turns, quoted={"B-111"}, budget=6_000)
    assert len(every.conversations) == every.n_all == some.n_all == 14
    assert sum(len(one.encode()) for one in some.conversations) <= 6_000
    kept = [json.loads(one) for one in some.conversations]
    means = {
        json.loads(one)["id"]: json.loads(one)["empathy"] for one in every.conversations
    }
    assert some.places.keys() == {one["id"] for one in kept} < means.keys()
    assert "B-111" in some.places
    assert max(means, key=means.get) in some.places
    assert [one["order"] for one in kept] == sorted(one["order"] for one in kept)


def test_small_groups_are_hidden_and_counted(scored_sample, tmp_path):
    file = report(scored_sample, tmp_path / "few.html", min_conversations=3)
    page = file.read_text(encoding="utf-8")
    agents = page.partition('id="groups"')[2].partition('id="missed"')[0]
    assert "Hidden: 6 agents with fewer than 3 conversations." in agents
    assert "Bastian" in agents
    assert "Farah" not in agents


def test_a_table_of_turns_alone_gets_a_report_that_says_what_it_cannot_show(tmp_path):
    table = tmp_path / "bare.csv"
    table.write_text("text,score\nI am so sorry it broke.,0.8\nOrder number?,0.1\n")
    file = report(table, tmp_path / "new" / "bare.html")
    page = unescape(file.read_text(encoding="utf-8"))
    for said in (
        "There is no trend",
        "Interruptions are not observable here",
        "No column names the agents",
        "nothing can be said about opportunities",
        "no column 'cues'",
    ):
        assert said in page
    assert 'id="groups"' not in page


@pytest.mark.parametrize(
    ("table", "out", "said"),
    [
        ("text\nHello\n", "report.html", "score the table first"),
        ("text,score\nHello,0.1\n", "report.pdf", "a report is a .html file"),
        ("text,score\nHello,0.1\n", ".", "a report is a .html file"),
    ],
)
def test_what_cannot_be_reported_is_said(tmp_path, table, out, said):
    file = tmp_path / "scored.csv"
    file.write_text(table)
    with pytest.raises(InputError, match=said):
        report(file, tmp_path / out)
    assert not (tmp_path / "report.html").exists()


def test_a_missing_package_is_named_with_its_remedy(tmp_path, monkeypatch):
    file = tmp_path / "scored.csv"
    file.write_text("text,score\nHello,0.1\n")
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(
        InputError, match=r"'altair'.*pip install 'empathy-score\[report"
    ):
        report(file, tmp_path / "report.html")


def test_the_command_writes_the_file(scored_sample, tmp_path):
    out = tmp_path / "report.html"
    words = ["report", str(scored_sample), "-o", str(out), "--no-text"]
    done = CliRunner().invoke(app, [*words, "--title", "Spring & autumn"])
    assert done.exit_code == 0, done.output
    assert done.output.startswith(str(out))
    page = out.read_text(encoding="utf-8")
    assert "<title>Spring &amp; autumn</title>" in page
    assert "Message texts were left out." in page
    words[1] = str(tmp_path / "nowhere.csv")
    with pytest.raises(InputError, match=r"nowhere.csv: there is no such file"):
        CliRunner().invoke(app, words, catch_exceptions=False)
