"""Roles decided from wording, as columns of an opened export."""

import json
from pathlib import Path

import pytest

from empathy_score.errors import InputError
from empathy_score.readers import auto_roles, conversations, open_export
from empathy_score.readers.table import AutoRoles

CALL = [
    ("spk_0", "thank you for calling how may i help you today"),
    ("spk_1", "hi i ordered a lamp and it never came"),
    ("spk_0", "i am sorry to hear that may i have your order number please"),
    ("spk_1", "yes it is four four seven one"),
]
SWAP = {"spk_0": "spk_1", "spk_1": "spk_0"}
ROLES = {"spk_0": "agent", "spk_1": "customer"}


@pytest.fixture
def opened(tmp_path):
    """Write rows, open them with roles decided from wording, close at the end."""
    exports = []

    def _open(rows, **options):
        file = tmp_path / "calls.jsonl"
        lines = (json.dumps(row) + "\n" for row in rows)
        file.write_text("".join(lines), encoding="utf-8")
        folder = tmp_path / f"scratch-{len(exports)}"
        folder.mkdir()
        exports.append(open_export([file], folder=folder, auto_roles=True, **options))
        return exports[-1]

    yield _open
    for export in exports:
        export.connection.close()


def call(conversation, labels=None, name="speaker"):
    labels = labels or {}
    return [
        {"call_id": conversation, name: labels.get(speaker, speaker), "text": text}
        for speaker, text in CALL
    ]


def decided(export):
    query = "SELECT role_auto, role_confidence FROM input ORDER BY __row"
    return export.connection.execute(query).fetchall()


def test_each_row_gets_its_role_and_a_confidence(opened):
    export = opened([*call("1"), *call("2", SWAP)])
    rows = decided(export)
    assert [role for role, _ in rows] == ["agent", "customer"] * 4
    assert all(0.8 <= confidence <= 1 for _, confidence in rows)
    assert export.names == (
        "call_id",
        "speaker",
        "text",
        "role_auto",
        "role_confidence",
    )
    assert export.columns.role == "role_auto"
    assert export.has_roles
    assert export.unknown_roles == ()
    assert (export.auto_roles.n_decided, export.auto_roles.n_unknown) == (2, 0)
    mean = sum(confidence for _, confidence in rows) / len(rows)
    assert export.auto_roles.mean_confidence == pytest.approx(mean)
    (turns,) = conversations(export)
    assert [turn.role for turn in turns] == ["agent", "customer"] * 4


def test_without_being_asked_nothing_is_decided(tmp_path):
    file = tmp_path / "calls.csv"
    file.write_text("speaker,text\nspk_0,how may i help you\nspk_1,my lamp broke\n")
    export = open_export([file], folder=tmp_path)
    export.connection.close()
    assert export.auto_roles is None
    assert "role_auto" not in export.names
    assert not export.has_roles


def test_interleaved_conversations_keep_the_order_of_their_rows(opened, monkeypatch):
    monkeypatch.setattr(auto_roles, "_BATCH_SIZE", 3)
    rows = [
        row for pair in zip(call("1"), call("2", SWAP), strict=True) for row in pair
    ]
    export = opened(rows)
    assert [role for role, _ in decided(export)] == [
        *("agent", "agent", "customer", "customer") * 2
    ]
    texts = export.connection.execute("SELECT __row, text FROM input").fetchall()
    assert texts == [(place, row["text"]) for place, row in enumerate(rows)]


def test_what_the_input_tells_is_kept_without_a_confidence(opened):
    rows = [{**row, "role": ROLES[row["speaker"]]} for row in call("1")]
    rows += [{**row, "role": None} for row in call("2")]
    rows += [{"call_id": "2", "speaker": "menu", "text": "press one", "role": "bot"}]
    export = opened(rows)
    found = decided(export)
    assert found[:4] == [("agent", None), ("customer", None)] * 2
    assert [role for role, _ in found[4:]] == ["agent", "customer"] * 2 + ["bot"]
    assert [confidence is None for _, confidence in found[4:]] == [False] * 4 + [True]
    assert export.auto_roles.n_decided == 1


def test_the_callers_mapping_wins_over_the_wording(opened):
    export = opened(call("1"), roles={"spk_0": "customer"})
    found = decided(export)
    assert found[0] == found[2] == ("customer", None)
    assert found[1][0] == "unknown"  # an agent who speaks like a customer
    assert export.auto_roles == AutoRoles(
        n_decided=0, n_unknown=1, mean_confidence=None
    )


def test_a_mapping_is_not_applied_twice(opened):
    rows = [{**row, "role": ROLES[row["speaker"]]} for row in call("1")]
    export = opened(rows, roles={"agent": "customer", "customer": "agent"})
    (turns,) = conversations(export)
    assert [turn.role for turn in turns] == ["customer", "agent"] * 2


def test_a_mapping_of_labels_wins_where_the_role_column_is_empty(opened):
    rows = [{**row, "role": ""} for row in call("1")]
    found = decided(opened(rows, roles={"SPK_1": "agent", "spk_0": "bot"}))
    assert found == [("bot", None), ("agent", None)] * 2


def test_a_call_that_says_nothing_stays_unknown(opened):
    rows = [{"call_id": "1", "speaker": name, "text": "hm"} for name in "ab"]
    export = opened(rows)
    assert {role for role, _ in decided(export)} == {"unknown"}
    assert (export.auto_roles.n_decided, export.auto_roles.n_unknown) == (0, 1)
    assert export.has_roles  # nobody is scored in silence


def test_rows_without_a_label_have_no_role_and_no_confidence(opened):
    rows = [*call("1"), {"call_id": "1", "speaker": " ", "text": "how may i help you"}]
    assert decided(opened(rows))[-1] == ("unknown", None)


def test_numbers_of_channels_are_labels(opened):
    rows = call("1", {"spk_0": 0, "spk_1": 1}, name="channel")
    found = decided(opened(rows, columns={"speaker": "channel"}))
    assert [role for role, _ in found] == ["agent", "customer"] * 2


def test_columns_of_these_names_make_way(opened):
    rows = [{**row, "Role_Auto": "mine", "role_auto_input": "too"} for row in call("1")]
    export = opened(rows)
    assert export.names == (
        *("call_id", "speaker", "text", "Role_Auto_input_input", "role_auto_input"),
        *("role_auto", "role_confidence"),
    )
    query = 'SELECT "Role_Auto_input_input", role_auto_input, role_auto FROM input'
    assert export.connection.execute(query).fetchone() == ("mine", "too", "agent")


def test_a_table_without_speakers_is_refused(opened):
    with pytest.raises(InputError, match=r"without a column of speakers.*--speaker"):
        opened([{"text": "how may i help you"}])


def test_labels_of_a_recogniser_become_roles(tmp_path):
    lines = ["WEBVTT", ""]
    for number, (speaker, text) in enumerate(CALL):
        lines += [f"00:00:{number:02d}.000 --> 00:00:{number:02d}.900"]
        lines += [f"<v {speaker}>{text}</v>", ""]
    file = Path(tmp_path, "call.vtt")
    file.write_text("\n".join(lines), encoding="utf-8")
    export = open_export([file], folder=tmp_path, auto_roles=True)
    found = decided(export)
    export.connection.close()
    assert [role for role, _ in found] == ["agent", "customer"] * 2
    assert export.unnamed == ()
