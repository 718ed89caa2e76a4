import datetime

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from empathy_score import EmpathyScorer, InputError
from empathy_score.scoring import SCORE_COLUMNS

TALK = {
    "conversation_id": ["7", "7", "7", "7", "8", "8"],
    "role": ["customer", "agent", "customer", "agent", "customer", "agent"],
    "text": [
        "My father died, I am so upset about this bill!",
        "Okay, that is a lot.",
        "Thanks.",
        "I'm so sorry it came broken again.",
        "Where is it?",
        "Okay, that is a lot.",
    ],
}
KINDS = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}


@pytest.fixture(scope="module")
def scorer():
    return EmpathyScorer.load()


@pytest.fixture(params=list(KINDS))
def make(request):
    """Make a frame of one kind from columns."""
    return KINDS[request.param]


def column(frame, name):
    """Give a column as plain values, null as None."""
    if isinstance(frame, pd.DataFrame):
        return [
            None if not isinstance(value, list | dict) and pd.isna(value) else value
            for value in frame[name].tolist()
        ]
    return (
        frame[name].to_pylist()
        if isinstance(frame, pa.Table)
        else frame[name].to_list()
    )


def names(frame):
    return frame.column_names if isinstance(frame, pa.Table) else list(frame.columns)


def test_the_same_kind_comes_back_with_all_columns_in_order(scorer, make):
    frame = make({"zeta": [1] * 6, **TALK})
    scored = scorer.score_frame(frame)
    assert type(scored) is type(frame)
    assert names(scored) == ["zeta", *TALK, *SCORE_COLUMNS]
    assert names(frame) == ["zeta", *TALK]
    assert column(scored, "text") == TALK["text"]


def test_every_kind_gets_the_scores_of_single_utterances(scorer, make):
    scored = column(scorer.score_frame(make(TALK)), "score")
    said = TALK["text"]
    expected = [None] * 6
    for row in (1, 3, 5):
        expected[row] = scorer.score(said[row], reply_to=said[row - 1]).score
    assert scored == [value and pytest.approx(value, abs=1e-12) for value in expected]
    assert scored[1] != scored[5]  # the turn before matters


def test_cues_are_lists_of_structs_in_every_kind(scorer, make):
    scored = scorer.score_frame(make(TALK))
    cues = column(scored, "cues")
    assert cues[2] is not None
    apology = next(dict(cue) for cue in cues[3] if cue["label"] == "apology")
    assert TALK["text"][3][apology["start"] : apology["end"]] == apology["text"]
    assert apology["subtype"] == "specific"
    assert apology["negated"] is False
    assert column(scored, "cue_apology") == [0, 0, 0, 1, 0, 0]


def test_polars_types_hold_even_where_no_row_has_cues(scorer):
    with_cues = scorer.score_frame(pl.DataFrame(TALK)).schema
    without = scorer.score_frame(pl.DataFrame({"text": ["Zzz"]})).schema
    for name in SCORE_COLUMNS:
        assert without[name] == with_cues[name]
    assert isinstance(with_cues["cues"].inner, pl.Struct)


def test_a_frame_without_rows_gets_the_columns(scorer, make):
    empty = make(
        {"text": pd.Series([], dtype="str")} if make is pd.DataFrame else {"text": []}
    )
    scored = scorer.score_frame(empty)
    assert type(scored) is type(empty)
    assert names(scored) == ["text", *SCORE_COLUMNS]
    assert column(scored, "score") == []


def test_null_and_empty_texts_stay_as_rows_of_nulls(scorer, make):
    frame = make({"text": ["So sorry!", None, "", " \t"]})
    scored = scorer.score_frame(frame)
    assert [value is None for value in column(scored, "score")] == [
        False,
        True,
        True,
        True,
    ]
    assert column(scored, "cues")[1:] == [None] * 3
    assert column(scored, "cue_apology") == [1, None, None, None]


def test_a_frame_of_only_nulls_is_no_error(scorer):
    frame = pl.DataFrame({"text": [None, None]}, schema={"text": pl.String})
    assert scorer.score_frame(frame)["score"].to_list() == [None, None]


@pytest.mark.parametrize(
    "index",
    [
        [10, 11, 12, 13, 14, 15],
        [5, 4, 3, 2, 1, 0],
        list("abcdef"),
        [0, 0, 1, 1, 1, 0],
        pd.MultiIndex.from_product([["x", "y"], [1, 2, 3]]),
    ],
)
def test_pandas_keeps_its_index_and_each_row_its_score(scorer, index):
    frame = pd.DataFrame(TALK, index=index)
    scored = scorer.score_frame(frame)
    assert scored.index.equals(frame.index)
    plain = scorer.score_frame(pd.DataFrame(TALK))
    assert column(scored, "score") == column(plain, "score")
    assert column(scored, "text") == TALK["text"]


def test_pandas_columns_have_the_types_that_null_allows(scorer):
    scored = scorer.score_frame(pd.DataFrame(TALK))
    assert scored["score"].dtype == "float64"
    assert scored["level"].dtype == "Int64"
    assert scored["opportunity"].dtype == "boolean"


def test_order_by_turn_makes_shuffled_rows_get_the_same_scores(scorer, make):
    turns = {**TALK, "turn": [0, 1, 2, 3, 0, 1]}
    straight = column(scorer.score_frame(make(turns)), "score")
    order = [5, 3, 0, 2, 4, 1]
    shuffled = {name: [values[at] for at in order] for name, values in turns.items()}
    scored = scorer.score_frame(make(shuffled))
    assert column(scored, "score") == [straight[at] for at in order]
    assert column(scored, "text") == shuffled["text"]


@pytest.mark.parametrize(
    "starts",
    [
        [1.0, 2.5, 10.0, 11.0, 3.0, 4.0],
        ["00:01", "00:02", "00:10", "00:11", "00:03", "00:04"],
        [datetime.datetime(2024, 1, 1, 0, 0, at) for at in (1, 2, 10, 11, 3, 4)],
    ],
)
def test_order_by_start_wins_over_order_by_turn(scorer, make, starts):
    talk = {**TALK, "start": starts}
    straight = column(scorer.score_frame(make(talk)), "score")
    order = [5, 3, 0, 2, 4, 1]
    shuffled = {name: [values[at] for at in order] for name, values in talk.items()}
    shuffled["turn"] = [1, 2, 3, 4, 5, 6]
    assert column(scorer.score_frame(make(shuffled)), "score") == [
        straight[at] for at in order
    ]


def test_where_starts_are_equal_the_turn_number_decides(scorer, make):
    talk = {**TALK, "turn": [0, 1, 2, 3, 0, 1], "start": [60.0] * 2 + [120.0] * 4}
    straight = column(scorer.score_frame(make(talk)), "score")
    order = [5, 3, 0, 2, 4, 1]
    shuffled = {name: [values[at] for at in order] for name, values in talk.items()}
    assert column(scorer.score_frame(make(shuffled)), "score") == [
        straight[at] for at in order
    ]


def test_a_missing_start_leaves_the_order_to_the_turns(scorer):
    talk = {**TALK, "start": pd.to_datetime(["2024-01-01"] * 5 + [None])}
    frame = pd.DataFrame({**talk, "turn": [0, 1, 2, 3, 0, 1]})
    straight = column(scorer.score_frame(frame), "score")
    shuffled = scorer.score_frame(frame.iloc[[4, 5, 0, 1, 2, 3]]).sort_index()
    assert column(shuffled, "score") == straight


def test_turn_numbers_go_by_value_not_by_letters(scorer):
    talk = {
        "role": ["agent", "customer", "customer"],
        "text": ["Okay, that is a lot.", "My father died, I am upset!", "Hm."],
        "turn": ["10", "9", "2"],
    }
    scored = scorer.score_frame(pl.DataFrame(talk))
    one = scorer.score(talk["text"][0], reply_to="Hm.\nMy father died, I am upset!")
    assert scored["score"][0] == pytest.approx(one.score, abs=1e-12)


def test_a_turn_number_beyond_all_numbers_is_none(scorer):
    frame = pd.DataFrame(
        {
            "conversation": ["1", "1"],
            "role": ["customer", "agent"],
            "turn": [10**400, 1],
            "text": ["It broke again!", "Oh no."],
        },
        dtype=object,
    )
    assert scorer.score_frame(frame)["opportunity"].tolist() == [pd.NA, True]


def test_messages_in_a_row_are_one_turn_before(scorer):
    said = ["My father died.", "I am so upset about this bill!", "Okay, that is a lot."]
    frame = pl.DataFrame({"role": ["customer", "customer", "agent"], "text": said})
    one = scorer.score(said[2], reply_to="\n".join(said[:2]))
    scored = scorer.score_frame(frame)["score"]
    assert scored[2] == pytest.approx(one.score, abs=1e-12)
    assert scored[2] != pytest.approx(scorer.score(said[2]).score, abs=1e-6)


def test_rows_without_a_conversation_stand_alone(scorer, make):
    talk = {
        "conversation_id": [None, None],
        "role": ["customer", "agent"],
        "text": ["My father died, I am so upset!", "Okay, that is a lot."],
    }
    if make is pl.DataFrame:
        frame = pl.DataFrame(talk, schema_overrides={"conversation_id": pl.String})
    else:
        frame = make(talk)
    alone = scorer.score("Okay, that is a lot.").score
    scored = column(scorer.score_frame(frame), "score")
    assert scored[1] == pytest.approx(alone, abs=1e-12)


def test_without_a_role_column_every_row_is_scored_alone(scorer, make):
    scored = column(scorer.score_frame(make({"text": TALK["text"]})), "score")
    expected = [scorer.score(text).score for text in TALK["text"]]
    assert scored == pytest.approx(expected, abs=1e-12)


def test_columns_and_roles_can_be_named(scorer, make):
    frame = make(
        {
            "ticket": TALK["conversation_id"],
            "who": ["end-user", "us"] * 3,
            "said": TALK["text"],
            "nr": [0, 1, 2, 3, 0, 1],
        }
    )
    scored = scorer.score_frame(
        frame,
        text="said",
        conversation="ticket",
        role="who",
        turn="nr",
        roles={"end-user": "customer", "us": "agent"},
    )
    plain = scorer.score_frame(make(TALK))
    assert column(scored, "score") == column(plain, "score")


def test_score_roles_changes_whose_turns_are_scored(scorer, make):
    scored = column(scorer.score_frame(make(TALK), score_roles=["customer"]), "score")
    assert [value is not None for value in scored] == [True, False] * 3


def test_a_categorical_role_works(scorer):
    frame = pd.DataFrame(TALK).astype({"role": "category"})
    plain = scorer.score_frame(pd.DataFrame(TALK))
    assert column(scorer.score_frame(frame), "score") == column(plain, "score")


def test_nullable_pandas_strings_work(scorer):
    frame = pd.DataFrame(TALK).convert_dtypes()
    frame.loc[0, ["role", "text", "conversation_id"]] = pd.NA
    scored = column(scorer.score_frame(frame), "score")
    assert [value is not None for value in scored] == [
        False,
        True,
        False,
        True,
        False,
        True,
    ]


def test_a_scored_frame_can_be_scored_again_and_again(scorer, make):
    once = scorer.score_frame(make(TALK))
    twice = scorer.score_frame(once)
    inputs = [f"{name}_input" for name in SCORE_COLUMNS]
    assert names(twice) == [*TALK, *inputs, *SCORE_COLUMNS]
    assert column(twice, "score") == column(once, "score")
    thrice = scorer.score_frame(twice)
    earlier = [f"{name}_input_input" for name in SCORE_COLUMNS]
    assert names(thrice) == [*TALK, *inputs, *earlier, *SCORE_COLUMNS]
    assert column(thrice, "score") == column(once, "score")


def test_without_a_text_column_the_keyword_is_named(scorer, make):
    with pytest.raises(InputError, match=r"no text column found among 'words'.*text="):
        scorer.score_frame(make({"words": ["Sorry"]}))


def test_a_column_that_does_not_exist_is_named_with_the_nearest(scorer, make):
    with pytest.raises(InputError, match=r"no column 'bodi'.*Did you mean 'body'"):
        scorer.score_frame(make({"body": ["Sorry"]}), text="bodi")


def test_a_score_role_that_is_none_is_named(scorer, make):
    with pytest.raises(InputError, match=r"'boss' is no role; allowed are agent"):
        scorer.score_frame(make(TALK), score_roles=["boss"])


def test_a_role_that_is_none_is_named(scorer, make):
    with pytest.raises(InputError, match=r"'boss'.* is no role"):
        scorer.score_frame(make(TALK), roles={"us": "boss"})


def test_a_lazy_frame_is_an_error_that_says_what_to_do(scorer):
    with pytest.raises(InputError, match=r"is lazy .*frame\.collect\(\)"):
        scorer.score_frame(pl.LazyFrame({"text": ["So sorry!"]}))


@pytest.mark.parametrize("frame", [["So sorry!"], {"text": ["So sorry!"]}, None])
def test_what_is_no_frame_is_named(scorer, frame):
    kind = type(frame).__name__
    with pytest.raises(InputError) as caught:
        scorer.score_frame(frame)
    assert str(caught.value) == (
        f"the frame is a {kind}; allowed are a pandas or polars DataFrame and a "
        "pyarrow Table"
    )


def test_a_column_named_by_a_number_is_named(scorer):
    frame = pd.DataFrame([["So sorry!", 1]], columns=["text", 7])
    with pytest.raises(InputError, match="column 7 is named by a int") as caught:
        scorer.score_frame(frame)
    remedy = str(caught.value).partition("names must be texts: ")[2]
    exec(remedy, {"frame": frame})
    assert scorer.score_frame(frame)["score"].notna().all()


def test_a_column_that_stands_twice_is_named(scorer):
    twice = pd.DataFrame([["So sorry!", "Hi."]], columns=["text", "text"])
    remedy = "2 columns named 'text'; rename or drop all but one"
    with pytest.raises(InputError, match=remedy):
        scorer.score_frame(twice)
    arrow = pa.table([pa.array(["So sorry!"])] * 2, names=["text", "text"])
    with pytest.raises(InputError, match="2 columns named 'text'"):
        scorer.score_frame(arrow)
