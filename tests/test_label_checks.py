"""What is said of labels before anybody trusts a model made of them."""

import json

import pytest

from empathy_score import InputError
from empathy_score.label_checks import label_warnings, leaked
from empathy_score.labelled import read_labelled

MACRO = "Thank you for contacting us about order 17 today."


def table(tmp_path, rows, name="labels.jsonl"):
    path = tmp_path / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return read_labelled([path])


def plenty(**more):
    """As many labels and conversations as raise no warning."""
    return [
        {"text": f"Turn {word} number {n}.", "level": level, "group": f"g{n}", **more}
        for n in range(30)
        for level, word in enumerate(("one", "two", "three"))
    ]


def test_plenty_of_labels_of_many_conversations_raise_no_warning(tmp_path):
    assert label_warnings(table(tmp_path, plenty())) == ()


def test_few_labels_of_a_level_and_few_conversations_are_counted(tmp_path):
    rows = [row for row in plenty() if row["level"] < 2][:10]
    found = label_warnings(table(tmp_path, rows))
    assert [line.split(";")[0] for line in found] == [
        "level 0 has 5 labels",
        "level 1 has 5 labels",
        "level 2 has 0 labels",
        "the labels come from 5 conversations",
    ]


def test_rows_without_conversation_or_group_are_doubtful(tmp_path):
    rows = [{"text": row["text"], "level": row["level"]} for row in plenty()]
    data = table(tmp_path, rows)
    assert not data.grouped
    (found,) = label_warnings(data)
    assert found.startswith("no column names the conversation or group")


@pytest.mark.parametrize("column", ["group", "groups", "Group", "conversation_id"])
def test_one_row_of_each_conversation_is_grouped_where_a_column_says_so(
    tmp_path, column
):
    rows = [{"text": f"Turn {n}.", "level": 0, column: f"g{n}"} for n in range(3)]
    assert table(tmp_path, rows).grouped


def test_a_text_of_two_conversations_is_a_leak_with_both_places(tmp_path):
    other = MACRO.upper().replace("17", "18").replace(".", "!")
    rows = [
        *plenty(),
        {"text": MACRO, "level": 0, "group": "a"},
        {"text": other, "level": 0, "group": "b"},
    ]
    data = table(tmp_path, rows)
    assert leaked(data).tolist() == [False] * 90 + [True, True]
    (found,) = label_warnings(data)
    assert found.startswith("2 of 92 texts stand in several conversations")
    assert f"{tmp_path}/labels.jsonl:91 and {tmp_path}/labels.jsonl:92" in found


def test_the_same_text_twice_in_one_conversation_is_no_leak(tmp_path):
    rows = [{"text": MACRO, "level": 0, "group": "a"}] * 2
    assert not leaked(table(tmp_path, rows)).any()


def test_short_turns_that_everybody_says_are_no_leak(tmp_path):
    rows = [{"text": "Thanks for waiting.", "level": 0, "group": name} for name in "ab"]
    assert not leaked(table(tmp_path, rows)).any()


def test_a_text_with_two_levels_after_the_same_turn_is_a_contradiction(tmp_path):
    said = {"text": "Thanks.", "context": "Broken.", "group": "g0"}
    rows = [*plenty(context="Hm."), {**said, "level": 0}, {**said, "level": 2}]
    (found,) = label_warnings(table(tmp_path, rows))
    assert found.startswith("1 rows have another level")
    assert "labels.jsonl:91: 0" in found
    assert "labels.jsonl:92: 2" in found


def test_a_text_with_two_levels_after_different_turns_is_none(tmp_path):
    said = {"text": "Thanks.", "group": "g0"}
    rows = [
        *plenty(context="Hm."),
        {**said, "level": 0, "context": "Broken."},
        {**said, "level": 1, "context": "Fine."},
    ]
    assert label_warnings(table(tmp_path, rows)) == ()


def test_all_wrong_levels_are_named_with_their_lines(tmp_path):
    levels = [0, 7, 1, 8, 9, 10, 11, 12, 13]
    rows = [{"text": f"Turn {n}.", "level": level} for n, level in enumerate(levels)]
    with pytest.raises(InputError) as error:
        table(tmp_path, rows)
    said = str(error.value)
    assert "labels.jsonl:2: level is '7'; allowed are 0, 1, 2 and empty" in said
    assert "labels.jsonl:4" in said
    assert said.endswith("and 1 more")


def test_weights_are_read(tmp_path):
    rows = [{"text": f"T{n}.", "level": n, "weight": 0.5 + n} for n in range(3)]
    assert table(tmp_path, rows).weights.tolist() == [0.5, 1.5, 2.5]


def test_rows_of_a_table_without_weights_count_one_beside_another_with(tmp_path):
    files = {
        "a.jsonl": {"text": "Hm.", "level": 0, "weight": 0.5},
        "b.jsonl": {"text": "Oh.", "level": 1},
    }
    for name, row in files.items():
        (tmp_path / name).write_text(json.dumps(row), encoding="utf-8")
    found = read_labelled([tmp_path / name for name in files])
    assert found.weights.tolist() == [0.5, 1.0]


def test_without_a_column_of_weights_there_are_none(tmp_path):
    assert table(tmp_path, [{"text": "Hm.", "level": 0}]).weights is None


@pytest.mark.parametrize("weight", [0, -1, "much", None, "inf", "nan"])
def test_a_weight_that_is_none_names_file_and_line(tmp_path, weight):
    rows = [
        {"text": "Hm.", "level": 0, "weight": "1"},
        {"text": "Oh.", "level": 0, "weight": weight},
    ]
    with pytest.raises(InputError, match=r"labels\.jsonl:2: weight is .*numbers over"):
        table(tmp_path, rows)


def test_csv_and_parquet_are_read_alike(tmp_path):
    import polars as pl

    frame = pl.DataFrame(
        {"text": ["Oh no.", "Hm."], "level": [1, 0], "weights": [2, 1], "groups": "ab"}
        | {"groups": ["a", "b"]}
    )
    frame.write_csv(tmp_path / "labels.csv")
    frame.write_parquet(tmp_path / "labels.parquet")
    one, other = (
        read_labelled([tmp_path / name]) for name in ("labels.csv", "labels.parquet")
    )
    assert one.texts == other.texts == ("Oh no.", "Hm.")
    assert one.groups == other.groups == ("a", "b")
    assert one.weights.tolist() == other.weights.tolist() == [2, 1]
