import dataclasses
import re

import pandas
import polars
import pytest

from empathy_score import EmpathyScorer, InputError, coach, missed_opportunities
from empathy_score.coaching.moments import chosen

CONVERSATIONS = {
    # Ann asks first; Bea names the wait.
    "ann-1": [
        ("customer", "I have waited three weeks for my lamp!"),
        ("Ann", "Thank you for the information. What is the order number?"),
        ("customer", "It's 77."),
        ("Ann", "Thank you."),
    ],
    "ann-2": [
        ("customer", 'It says "You have waited for weeks". What is my order number?'),
        ("Ann", "It is 78."),
        ("customer", "It broke again. This is ridiculous."),
        ("Ann", "Sorry, but we can't refund it."),
    ],
    "bea-1": [
        ("customer", "I have waited three weeks for my lamp!"),
        ("Bea", "One moment."),
        ("Bea", "I'm so sorry you have waited three weeks. I'll make sure it leaves."),
        ("customer", "It works now! Thank you so much for your help"),
        ("Bea", "That is wonderful, I'm so happy for you and your daughter!"),
    ],
    "bea-2": [
        ("customer", "It broke again and I am so upset."),
        ("Bea", "Das tut mir leid, ich schaue gleich einmal nach der Bestellung."),
    ],
    "cal-1": [
        ("customer", "Good morning."),
        ("Cal", "Sorry."),
        ("customer", "I want a blue one."),
        ("Cal", "Sorry, one moment."),
        ("customer", "Fine."),
        ("Cal", "I'm sorry, it is there."),
        ("customer", "Fine."),
        ("Cal", "So sorry."),
        ("customer", "Fine."),
        ("Cal", "Your order is 12."),
    ],
}


@pytest.fixture(scope="module")
def scored():
    rows = [
        {
            "conversation": conversation,
            "role": "customer" if who == "customer" else "agent",
            "agent": None if who == "customer" else who,
            "team": "north" if conversation < "c" else "south",
            "text": text,
        }
        for conversation, turns in CONVERSATIONS.items()
        for who, text in turns
    ]
    return EmpathyScorer.load().score_frame(pandas.DataFrame(rows))


@pytest.fixture(scope="module")
def coached(scored):
    return {one.agent: one for one in coach(scored)}


def moments_of(coached):
    return [
        moment for one in coached.values() for moment in (*one.strengths, *one.missed)
    ]


def test_the_wait_that_nobody_named_is_told_in_plain_words(coached):
    first = next(m for m in coached["Ann"].missed if m.conversation == "ann-1")
    assert first.says == (
        "The customer spoke of how long it has lasted (“I have waited three weeks for "
        "my lamp”). The reply thanked the customer (“Thank you for the information”) "
        "and asked “What is the order number?”; no acknowledgement, understanding, "
        "reassurance or apology was found in it. Naming that time comes first."
    )
    assert first.what_was_said == "I have waited three weeks for my lamp"
    assert (first.rule, first.row) == ("how_long.thanked_and_asked", 1)


def test_a_sorry_that_refuses_is_no_apology_and_is_not_passed_over(coached):
    refused = next(m for m in coached["Ann"].missed if m.conversation == "ann-2")
    assert "“This is ridiculous”" in refused.says
    assert "led into what will not or cannot be done (“Sorry, but we can't" in (
        refused.says
    )
    assert "reassurance or other apology was found" in refused.says


def test_words_on_a_screen_are_not_the_customers_own(coached):
    assert {moment.turn for moment in coached["Ann"].missed} == {None}
    assert [moment.row for moment in coached["Ann"].missed].count(5) == 0


def test_an_answer_in_the_second_message_misses_nothing(coached):
    assert coached["Bea"].missed == ()


def test_what_the_model_cannot_read_is_not_coached(coached):
    quotes = [moment.quote for moment in moments_of(coached)]
    assert not any("Das tut mir leid" in quote for quote in quotes)


def test_strengths_name_what_makes_them_strong(coached):
    says = {moment.rule: moment.says for moment in coached["Bea"].strengths}
    assert says["named_and_took_it_on"] == (
        "Speaks to the trouble (“sorry you have waited three weeks”) and takes it on "
        "(“I'll make sure it leaves”)."
    )
    assert "I'm so happy for you" in says["shared_good_news"]


def test_whatever_is_quoted_stands_in_the_texts(coached):
    assert len(moments_of(coached)) >= 4
    for moment in moments_of(coached):
        texts = " ".join(f"{moment.reply_to} {moment.quote}".split())
        for quoted in re.findall("“([^”]+)”", moment.says):
            if quoted != "sorry":  # “sorry” as a word of the rule
                assert quoted.strip("…") in texts, moment.says


def test_evidence_points_at_its_words(coached):
    for moment in moments_of(coached):
        assert moment.evidence
        for span in moment.evidence:
            text = getattr(moment, span.side)
            assert text[span.start : span.end] == span.text != ""


def test_sorry_in_four_of_five_turns_is_a_habit(coached):
    says = [pattern.says for pattern in coached["Cal"].patterns]
    assert (
        "Says sorry in at least four of five turns in 1 of 1 conversations of five "
        "turns or more." in says
    )
    found = {pattern.rule: pattern for pattern in coached["Cal"].patterns}
    unnamed = found["sorry_without_naming"]
    assert (unnamed.good, unnamed.of) == (False, 4)
    assert unnamed.count == len(unnamed.rows)


def test_counts_are_of_turns_and_conversations(coached):
    read = {name: (one.conversations, one.turns) for name, one in coached.items()}
    assert read == {"Ann": (2, 4), "Bea": (2, 3), "Cal": (1, 5)}


def test_others_than_agents_can_be_coached(scored):
    north, south = coach(scored, by="team")
    assert (north.agent, north.turns, south.agent) == ("north", 7, "south")
    assert [one.agent for one in coach(scored, by="conversation")] == sorted(
        CONVERSATIONS
    )


def test_without_agents_all_turns_are_coached_together(scored):
    (everybody,) = coach(scored.drop(columns="agent"))
    assert (everybody.agent, everybody.conversations) == (None, 5)


@pytest.mark.parametrize("kind", ["polars", "csv", "jsonl", "parquet"])
def test_every_kind_of_table_says_the_same(scored, coached, tmp_path, kind):
    frame = polars.from_pandas(scored)
    table = tmp_path / f"scored.{kind}"
    if kind == "polars":
        table = frame
    elif kind == "parquet":
        frame.write_parquet(table)
    elif kind == "jsonl":
        frame.write_ndjson(table)
    else:
        texts = scored.assign(cues=[row["cues"] for row in json_rows(frame)])
        texts.to_csv(table, index=False)
    assert coach(table) == list(coached.values())


def json_rows(frame):
    import json

    return [{"cues": json.dumps(cues.to_list())} for cues in frame["cues"]]


def test_missed_opportunities_come_surest_first(scored):
    found = missed_opportunities(scored)
    sure = [moment.sure for moment in found]
    assert sure == sorted(sure, reverse=True)
    assert {moment.agent for moment in found} == {"Ann"}
    assert missed_opportunities(scored, most=1) == found[:1]


def test_a_quote_is_brought_up_once_and_a_conversation_twice(coached):
    moment = coached["Ann"].missed[0]
    told = [
        dataclasses.replace(moment, row=row, quote=quote, conversation=conversation)
        for row, quote, conversation in (
            (1, "Number?", "a"),
            (2, "number? ", "b"),
            (3, "Name?", "a"),
            (4, "Date?", "a"),
            (5, "Place?", "b"),
        )
    ]
    assert [moment.row for moment in chosen(told, 9)] == [1, 3, 5]
    assert [moment.row for moment in chosen(told, 2)] == [1, 3]


def test_turns_of_unknown_roles_are_counted_and_nothing_is_claimed(scored):
    (everybody,) = coach(scored.drop(columns=["role", "agent"]))
    assert everybody.turns > 0
    assert everybody.missed == ()


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"by": "week"}, "by='week' is no group; allowed are agent, team, channel"),
        ({"most": 0}, "most=0 asks for no moment"),
        ({"agent": "nobody"}, "there is no column 'nobody' for the agent"),
    ],
)
def test_what_cannot_be_done_is_said(scored, asked, says):
    with pytest.raises(InputError, match=re.escape(says)):
        coach(scored, **asked)


def test_a_table_without_cues_says_how_to_get_them(scored):
    with pytest.raises(InputError, match=r"no column 'cues'.*empathy-score score"):
        missed_opportunities(scored.drop(columns="cues"))
