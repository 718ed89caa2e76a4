import csv
import hashlib
import importlib
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "benchmarks" / "epitome.py"
MECHANISMS = ("emotional_reaction", "interpretation", "exploration")
POSTS = ("Nobody came to my party.", "My cat is ill and I can't sleep.", "Work again.")
CARE, SAME, ASK, PLAIN = (
    ("So sorry, that must sting.", (2, 0, 0)),
    ("I have been there, same thing with my sister.", (0, 2, 0)),
    ("What happened then?", (0, 0, 2)),
    ("Buses run every ten minutes.", (0, 0, 0)),
)
WEAK = (
    ("Hope it gets better.", (1, 0, 0)),
    ("I understand.", (0, 1, 0)),
    ("Why?", (0, 0, 1)),
)
SENTENCES = (CARE, SAME, ASK, PLAIN, *WEAK)


@pytest.fixture(scope="module")
def recipe():
    """The script and its stages by name, as it sees them beside itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SCRIPT.parent)
        names = [file.stem for file in SCRIPT.parent.glob("epitome_recipe/[a-z]*.py")]
        found = {
            name: importlib.import_module(f"epitome_recipe.{name}") for name in names
        }
        found["main"] = importlib.import_module("epitome").main
        patch.setattr(found["judgements"], "FOLDS", 2)
        yield SimpleNamespace(**found)
    for name in [name for name in sys.modules if name.startswith("epitome")]:
        del sys.modules[name]


def rows_of(n_rows, prefix):
    """Each response is two of the sentences; the levels follow from them."""
    rows = []
    for place in range(n_rows):
        chosen = SENTENCES[place % 7], SENTENCES[(place // 7 + place) % 7]
        row = {"group": f"{prefix}{place // 2}", "id": str(place)}
        row["context"] = POSTS[place % 3]
        row["text"] = " ".join(text for text, _ in chosen)
        for column, mechanism in enumerate(MECHANISMS):
            row[mechanism] = max(levels[column] for _, levels in chosen)
            spans = [text for text, levels in chosen if levels[column]]
            row[f"{mechanism}_rationale"] = "".join(f"{span}|" for span in spans)
        rows.append(row)
    return rows


def write(file, rows):
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return str(file)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs")
    train = write(folder / "train.csv", rows_of(56, "a"))
    return train, write(folder / "test.csv", rows_of(28, "b"))


@pytest.mark.slow
def test_the_recipe_learns_from_one_file_and_is_measured_on_another(
    recipe, files, capsys
):
    train, test = files
    assert recipe.main(["--train", train, "--test", test, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["n_train"], found["n_test"]) == (56, 28)
    assert found["n_shared_groups"] == 0
    assert found["train_seconds"] > 0
    scores = [found[mechanism]["macro_f1"] for mechanism in MECHANISMS]
    assert found["mean_macro_f1"] == pytest.approx(np.mean(scores))
    assert min(scores) > 0.6
    for mechanism in MECHANISMS:
        row = found[mechanism]
        assert row["auc"] > 0.9
        assert 0 <= row["accuracy"] <= 1
        assert row["rationale_token_f1"] > row["rationale_token_f1_whole_response"]


def test_cross_validation_brings_each_fold_back_to_its_pairs(
    recipe, files, tmp_path, capsys, monkeypatch
):
    def all_knowing(pairs, _, test, leave_outs=(None,)):
        levels = pairs.levels[test]
        marks = pairs.sentences.levels[np.isin(pairs.sentences.owner, test)] > 0
        return [recipe.levels.Predicted(np.eye(3)[levels], levels, marks)] * len(
            leave_outs
        )

    monkeypatch.setattr(recipe.rounds, "learn_and_predict", all_knowing)
    page = tmp_path / "epitome.md"
    given = ["--train", files[0], "--cv", "2", "--seeds", "2", "--results", str(page)]
    assert recipe.main(given) == 0
    text = page.read_text(encoding="utf-8")
    assert capsys.readouterr().out.strip() == text.strip()
    assert "| rationale token f1 where gold | 1.000 | 1.000 | 1.000 |" in text
    assert "| without cue features | 1.000 (1.000) |" in text
    assert "without the post (context)" in text
    assert text.count("reached") == 3
    assert not any(sentence in text for sentence, _ in SENTENCES)
    assert files[0] not in text


def test_an_ablation_leaves_out_judgements_by_name(recipe):
    names = ("response cue 0: 1", "response words 0: 1", "response words 0: 2")
    values = {name: np.full(2, place) for place, name in enumerate(names)}
    assert recipe.levels.stacked(values, 1).tolist() == [[0, 1], [0, 1]]
    assert recipe.levels.stacked(values, 1, "cue").tolist() == [[1], [1]]


def test_style_tells_a_general_phrase_from_a_told_experience(recipe):
    weak, told, asked = (
        recipe.style.style_counts(" ".join(pieces), pieces, "my sister left me")
        for pieces in (
            ["i know the feeling."],
            ["i lost my sister too.", "i was so sad that i left my job."],
            ["that hurts.", "why did you let her go?"],
        )
    )
    assert weak["general"] > told["general"]
    assert weak["own side"] < told["own side"]
    assert told["past"] > weak["past"] == 0
    assert told["taken up"] > weak["taken up"]
    assert (asked["asks openly"], asked["asks of the other side"]) == (1, 1)
    assert (asked["asks last"], weak["asks"]) == (1, 0)


def test_an_empty_response_has_counts_too(recipe):
    counts = recipe.style.style_counts("", [""], "")
    assert counts["length"] == 0
    assert all(np.isfinite(value) for value in counts.values())


def test_a_span_is_found_though_its_blanks_differ(recipe):
    text = "Well. I have  been there (twice)!"
    spans = recipe.pairs.located(text, "I have been there|(twice)!||never said|")
    assert [text[start:end] for start, end in spans] == [
        "I have  been there",
        "(twice)!",
    ]


def test_words_of_a_rationale_are_found_one_by_one(recipe):
    pairs = recipe.pairs.counted(rows_of(14, "a"))
    first = pairs.words.owner == 1
    words = pairs.words.levels[first]
    assert len(words) == len(pairs.words.start[first])
    assert set(words[:, 1].tolist()) == {0, 2}


def test_token_f1_counts_nothing_found_where_nothing_is_as_right(recipe):
    words = np.zeros(4, dtype=int)
    gold, found = np.array([1, 1, 0, 0], bool), np.array([1, 0, 0, 0], bool)
    owner = np.array([0, 0, 1, 1])
    view = recipe.rationales.View(2, words, owner, words, gold)
    assert recipe.rationales.token_f1(gold, found, view) == pytest.approx(
        (5 / 6, 2 / 3)
    )


def test_the_best_sentence_is_marked_though_none_is_sure(recipe):
    values, owner = np.array([0.1, 0.2, 0.9, 0.8, 0.9]), np.array([0, 0, 1, 1, 2])
    there = np.array([True, True, False])
    found = recipe.rationales.marked(values, owner, there, 0.5)
    assert found.tolist() == [False, True, True, True, False]


def test_macro_f1_counts_rows_as_often_as_they_are_drawn(recipe):
    levels, found = np.array([0, 1, 2, 2]), np.array([0, 1, 2, 0])
    twice = np.array([1.0, 1.0, 1.0, 0.0])
    assert recipe.figures.macro_f1(levels, found) == pytest.approx(
        (2 / 3 + 1 + 2 / 3) / 3
    )
    assert recipe.figures.macro_f1(levels, found, twice) == pytest.approx(1.0)


def test_a_rare_level_is_weighed_up(recipe):
    chances = np.tile([[0.60, 0.40, 0.0], [0.95, 0.04, 0.01], [0.1, 0.1, 0.8]], (9, 1))
    assert recipe.levels.best_weights(chances)[1] > 1.5


def test_a_wrong_level_is_named_with_its_row(recipe, tmp_path, capsys):
    rows = rows_of(3, "a")
    rows[1]["exploration"] = "3"
    file = write(tmp_path / "bad.csv", rows)
    assert recipe.main(["--train", file, "--test", file]) == 2
    assert "row 3: exploration is '3'; allowed: 0, 1, 2" in capsys.readouterr().err


def test_more_folds_than_posts_are_refused(recipe, tmp_path, capsys):
    file = write(tmp_path / "few.csv", rows_of(4, "a"))
    assert recipe.main(["--train", file, "--cv", "5"]) == 2
    assert "5 folds asked; allowed: 2 to 2 (groups)" in capsys.readouterr().err


def test_what_is_missed_is_said_with_the_share_of_level_1(recipe):
    row = {"macro_f1": 0.70, "macro_f1_interval": (0.68, 0.72)}
    row |= {"share_of_levels": [0.6, 0.1, 0.3], "f1_of_levels": [0.9, 0.3, 0.9]}
    row["level_1_taken_for"] = [0.5, 0.2, 0.3]
    lines = list(recipe.report._targets(dict.fromkeys(MECHANISMS, row)))
    assert "missed** by 0.070; the interval does not hold it" in lines[0]
    assert "F1 is 0.30; the other two as they are, it would have to be 0.51" in lines[0]
    assert lines[1].endswith("reached.")


def public_files(folder):
    for name, mechanism in zip(
        (
            "emotional-reactions-reddit.csv",
            "interpretations-reddit.csv",
            "explorations-reddit.csv",
        ),
        MECHANISMS,
        strict=True,
    ):
        row = {"sp_id": "p1", "rp_id": "r1", "seeker_post": "Bad day,\nagain."}
        row |= {"response_post": "Oh no! Why?", "level": len(mechanism) % 3}
        write(folder / name, [{**row, "rationales": "Why?|"}])
        yield hashlib.sha256((folder / name).read_bytes()).hexdigest()


def test_public_files_are_checked_and_joined(recipe, tmp_path, monkeypatch, capsys):
    sums = list(public_files(tmp_path))
    monkeypatch.setattr(recipe.download, "SOURCE", f"{tmp_path.as_uri()}/")
    out = tmp_path / "pairs.csv"
    assert recipe.main(["--download", str(out)]) == 2
    printed = capsys.readouterr().err
    assert all(one in printed for one in sums)
    assert recipe.main(["--download", str(out), "--sha256", *sums[:2], "0" * 64]) == 2
    assert "explorations-reddit.csv has the SHA-256" in capsys.readouterr().err
    assert not out.exists()
    assert recipe.main(["--download", str(out), "--sha256", *sums]) == 0
    (row,) = recipe.pairs.read_rows(out)
    assert (row["group"], row["id"], row["context"]) == (
        "p1",
        "r1",
        "Bad day,\nagain.",
    )
    assert [row[name] for name in MECHANISMS] == ["0", "2", "2"]


def test_without_a_network_there_is_one_clear_line(
    recipe, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(recipe.download, "SOURCE", f"{tmp_path.as_uri()}/nowhere/")
    assert recipe.main(["--download", str(tmp_path / "pairs.csv")]) == 2
    message = capsys.readouterr().err
    assert message.startswith("epitome: cannot fetch file:")
    assert message.count("\n") == 1


def test_text_of_the_corpus_is_not_written_into_the_repository(recipe, capsys):
    inside = str(SCRIPT.parent / "pairs.csv")
    assert recipe.main(["--download", inside]) == 2
    assert "lies in the repository" in capsys.readouterr().err
