import gc
import itertools
import math
import pickle
import random
import time

import joblib
import polars as pl
import pytest

from empathy_score import EmpathyScorer, InputError, ModelError, Utterance
from empathy_score.lexicon import CUE_LABELS
from empathy_score.model import model_columns
from empathy_score.scoring import SCORE_COLUMNS, roles_to_score

TEXTS = [
    "I'm so sorry it came broken again. I can see why you're upset.",
    "I can't apologise for that.",
    "Order number?",
    "Calm down please.",
    "😢 So sorry to hear that, caf\u00e9 cafe\u0301!",
    "&nbsp;<br>",
    "?",
    "Zzz",
]
SIDES = ("customer", "agent")


@pytest.fixture(scope="module")
def scorer():
    return EmpathyScorer.load()


def talk(conversation, *said):
    """Make a conversation that the customer begins."""
    return [
        Utterance(row=row, conversation=conversation, role=SIDES[row % 2], text=text)
        for row, text in enumerate(said)
    ]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("reply_to", [None, "I am so upset, my father died!"])
def test_contributions_sum_to_the_decision_value(scorer, text, reply_to):
    one = scorer.score(text, reply_to=reply_to)
    assert math.fsum(one.contributions.values()) == pytest.approx(
        one.decision_value, abs=1e-9
    )
    columns = model_columns()
    assert set(one.contributions) <= {*columns, "intercept"}
    assert math.fsum(one.shares().values()) == pytest.approx(one.decision_value)
    assert {*one.shares()} <= {
        *CUE_LABELS,
        "wording",
        "specificity",
        "customer's turn",
        "intercept",
    }
    assert "intercept" in one.contributions
    sizes = [abs(share) for share in one.contributions.values()]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("text", TEXTS)
def test_a_score_is_what_its_probabilities_say(scorer, text):
    one = scorer.score(text)
    assert one.text == text
    assert sum(one.probabilities) == pytest.approx(1, abs=1e-12)
    assert all(0 <= chance <= 1 for chance in one.probabilities)
    _, weak, strong = one.probabilities
    assert one.score == pytest.approx((weak + 2 * strong) / 2, abs=1e-12)
    assert one.level == (weak + strong > 0.5) + (strong > 0.5)
    for cue in one.cues:
        assert text[cue.start : cue.end] == cue.text


def test_a_score_measures_the_three_mechanisms_or_says_none(scorer):
    one = scorer.score("So sorry!")
    expected = ["emotional_reaction", "interpretation", "exploration"]
    assert list(one.mechanisms) == expected
    assert all(m is None or 0 <= m <= 1 for m in one.mechanisms.values())
    assert one.interval is None or one.interval[0] <= one.score <= one.interval[1]


def test_warmth_scores_over_routine_and_routine_over_blame(scorer):
    warm = "I'm so sorry your order was lost, that must be really upsetting."
    scores = [
        scorer.score(text).score
        for text in (warm, "What is the order number?", "Calm down please.")
    ]
    assert scores[0] > 0.5 > scores[1]
    assert scores[1] > scores[2] - 0.05


def test_a_denied_cue_is_shown_as_denied(scorer):
    (denied,) = [
        cue for cue in scorer.score("I can't apologise for that.").cues if cue.negated
    ]
    assert denied.label == "apology"


@pytest.mark.parametrize("text", ["", "   ", "\n\t", None, 3, b"sorry", ["sorry"]])
def test_what_is_no_text_is_an_error(scorer, text):
    with pytest.raises(InputError, match="text must be a text that is not empty, got"):
        scorer.score(text)


@pytest.mark.parametrize("reply_to", [3, ["Broken"]])
def test_a_turn_before_that_is_no_text_is_an_error(scorer, reply_to):
    with pytest.raises(InputError, match="reply_to must be"):
        scorer.score("So sorry!", reply_to=reply_to)


def test_half_of_a_two_part_character_is_an_error_that_says_so(scorer):
    with pytest.raises(InputError, match="half a character"):
        scorer.score("So sorry \ud83d")


def test_scoring_twice_gives_the_same(scorer):
    assert scorer.score(TEXTS[0]) == scorer.score(TEXTS[0])


def test_a_scorer_travels_to_another_process(scorer):
    copy = pickle.loads(pickle.dumps(scorer))
    assert copy.score(TEXTS[0]) == scorer.score(TEXTS[0])


def test_scores_of_a_stream_are_there_at_once(scorer):
    turns = talk("1", "My father died, I am so upset!", "Okay, that is a lot.", *TEXTS)
    batch = scorer.score_utterances(turns, frozenset({"agent"}))
    stream = list(scorer.score_stream(turns))
    assert list(stream[0]) == list(SCORE_COLUMNS)
    for one, other in zip(stream, batch, strict=True):
        assert_same(one, other, set(SCORE_COLUMNS) - {"missed_opportunity"})


def phone_call(name):
    """Both cut each other off, one with a mark and one in time."""
    said = (
        ("customer", "My lamp came broken and nobody ever called me ba", 0.0, 4.0),
        ("agent", "What is your order number?", 3.1, 5.0),
        ("customer", "mhm", 4.2, 4.4),
        ("customer", "I told you tw--", 6.0, 7.0),
        ("agent", "The number, please.", 7.1, 8.5),
        ("agent", "I can see why you are upset.", 8.6, 10.0),
        ("customer", "four four seven one", 12.0, 14.0),
        ("agent", "and then we'll", 13.0, 15.0),
    )
    return [
        Utterance(row=row, conversation=name, role=r, text=text, start=start, end=end)
        for row, (r, text, start, end) in enumerate(said)
    ]


def test_a_stream_and_what_became_known_later_give_what_the_batch_gives(scorer):
    calls = [phone_call("call"), busy_day()[:6], talk("chat", "It broke!", "Number?")]
    turns = [turn for mixed in itertools.zip_longest(*calls) for turn in mixed if turn]
    later = []
    rows = list(
        scorer.score_stream(turns, known=lambda turn, new: later.append((turn, new)))
    )
    of_turn = {id(turn): row for turn, row in zip(turns, rows, strict=True)}
    for turn, new in later:
        of_turn[id(turn)].update(new)
    batch = scorer.score_utterances(turns, frozenset({"agent"}))
    for row, other in zip(rows, batch, strict=True):
        assert_same(row, other, SCORE_COLUMNS)
    seen = {(turn.conversation, name) for turn, new in later for name in new}
    assert ("call", "interrupted") in seen
    assert ("call", "p_interrupted") in seen
    assert ("chat", "missed_opportunity") in seen


def test_nothing_is_called_missed_while_the_agent_may_still_answer(scorer):
    said = ("customer", "It came broken and I cried all day!"), ("agent", "Number?")
    more = ("agent", "I'm so sorry, that is horrible."), ("customer", "7")
    turns = [
        Utterance(row=row, conversation="1", role=role, text=text)
        for row, (role, text) in enumerate((*said, *more))
    ]
    told = []
    stream = scorer.score_stream(
        turns, known=lambda turn, new: told.append((turn.row, new))
    )
    rows = [next(stream) for _ in range(3)]
    assert told == []
    assert rows[1]["missed_opportunity"] is None
    next(stream)
    assert told == [
        (1, {"missed_opportunity": False}),
        (2, {"missed_opportunity": False}),
    ]
    assert rows[1]["opportunity"]


def test_interleaved_conversations_in_a_stream_do_not_mix(scorer):
    one = talk("1", "My father died, I am so upset!", "Okay, that is a lot.")
    two = talk("2", "Where is it?", "Okay, that is a lot.")
    apart = [
        row["score"] for row in (*scorer.score_stream(one), *scorer.score_stream(two))
    ]
    mixed = [one[0], two[0], two[1], one[1]]
    found = [row["score"] for row in scorer.score_stream(mixed)]
    assert found == [apart[0], apart[2], apart[3], apart[1]]
    assert apart[1] != apart[3]


def test_a_stream_answers_each_turn_at_once(scorer):
    taken = []

    def live():
        for turn in talk("1", "Broken.", "So sorry!", "Thanks.", "You're welcome."):
            taken.append(turn)
            yield turn

    rows = scorer.score_stream(live())
    assert taken == []
    for number in range(1, 5):
        next(rows)
        assert len(taken) == number


def test_a_stream_can_score_other_roles(scorer):
    turns = talk("1", "Broken.", "So sorry!")
    found = [
        row["score"] for row in scorer.score_stream(turns, score_roles=["customer"])
    ]
    assert [score is not None for score in found] == [True, False]


def test_a_stream_names_a_role_that_is_none(scorer):
    with pytest.raises(InputError, match="'boss' is no role; allowed are agent"):
        list(scorer.score_stream([], score_roles=["boss"]))


def test_agents_are_scored_where_roles_are_known_and_all_where_not():
    assert roles_to_score(None, has_roles=True) == {"agent"}
    everyone = {"agent", "customer", "bot", "system", "unknown"}
    assert roles_to_score(None, has_roles=False) == everyone
    assert roles_to_score(["bot"], has_roles=True) == {"bot"}


def test_the_order_of_a_batch_does_not_change_a_score(scorer):
    frame = pl.DataFrame({"text": TEXTS})
    straight = dict(zip(TEXTS, scorer.score_frame(frame)["score"], strict=True))
    shuffled = random.Random(0).sample(TEXTS, len(TEXTS))
    found = scorer.score_frame(pl.DataFrame({"text": shuffled}))["score"]
    assert found.to_list() == pytest.approx([straight[t] for t in shuffled], abs=1e-12)


def test_input_is_left_as_it_was(scorer):
    turns = tuple(talk("1", "Broken.", "So sorry!"))
    before = repr(turns)
    scorer.score_utterances(turns, frozenset({"agent"}))
    assert repr(turns) == before


def test_a_named_model_is_loaded(monkeypatch, tmp_path):
    with pytest.raises(ModelError, match="no model 'nosuch'"):
        EmpathyScorer.load("nosuch")
    monkeypatch.chdir(tmp_path)
    assert EmpathyScorer.load().model.name == "customer-service"


def said(*turns, times=None):
    """Turns of one conversation as (role, text), with start and end if given."""
    spans = times or [(None, None)] * len(turns)
    return [
        Utterance(row=row, conversation="1", role=role, text=text, start=start, end=end)
        for row, ((role, text), (start, end)) in enumerate(
            zip(turns, spans, strict=True)
        )
    ]


def test_an_opportunity_is_given_missed_or_none_was_called_for(scorer):
    trouble = (
        "customer",
        "I've been waiting three weeks and it broke AGAIN, I'm fed up",
    )
    met = ("agent", "I'm so sorry, three weeks is far too long.")
    cold = ("agent", "Order number please.")
    for answer, missed in ((met, False), (cold, True)):
        row = scorer.score_utterances(said(trouble, answer), frozenset({"agent"}))[1]
        assert (row["opportunity"], row["missed_opportunity"]) == (True, missed)
    plain = ("customer", "It is 4471.")
    row = scorer.score_utterances(said(plain, cold), frozenset({"agent"}))[1]
    assert (row["opportunity"], row["missed_opportunity"]) == (False, False)


def test_without_a_customers_turn_before_there_is_no_opportunity_to_see(scorer):
    rows = scorer.score_utterances(said(("agent", "Hello!")), frozenset({"agent"}))
    assert rows[0]["opportunity"] is None
    assert rows[0]["missed_opportunity"] is None


def test_what_the_agent_says_next_still_answers_the_customer(scorer):
    turns = said(
        ("customer", "It broke AGAIN and nobody called me back, I'm so angry!"),
        ("agent", "One moment."),
        ("agent", "I'm really sorry nobody called you back."),
    )
    rows = scorer.score_utterances(turns, frozenset({"agent"}))
    assert [row["missed_opportunity"] for row in rows[1:]] == [False, False]


def test_who_cut_off_whom_is_seen_where_times_overlap(scorer):
    turns = said(
        ("customer", "yes so i ordered it on monday and then the"),
        ("agent", "what is your order number please"),
        ("customer", "four four seven one"),
        times=[(0.0, 4.0), (3.4, 6.0), (6.5, 8.0)],
    )
    rows = scorer.score_utterances(turns, frozenset({"agent"}))
    assert 0 <= rows[0]["p_interrupted"] <= 1
    assert rows[0]["interrupted"] is not None
    assert rows[2]["response_seconds"] == pytest.approx(0.5)


def test_where_no_times_are_known_nothing_is_said_of_interruptions(scorer):
    rows = scorer.score_utterances(
        said(("customer", "Hi"), ("agent", "Hello!")), frozenset({"agent"})
    )
    for name in ("interrupted", "p_interrupted", "interrupts", "response_seconds"):
        assert rows[1][name] is None
    assert rows[1]["cue_interruption"] is None


def test_a_parroted_script_does_not_beat_one_sincere_sentence(scorer):
    before = "My daughter's birthday cake came smashed, she was in tears."
    script = "I understand your concern. I apologise for the inconvenience."
    sincere = "Oh no, your daughter's birthday cake! I'm so sorry, she must be gutted."
    turns = said(
        ("customer", before),
        ("agent", script),
        ("customer", before),
        ("agent", script),
        ("customer", before),
        ("agent", sincere),
    )
    rows = scorer.score_utterances(turns, frozenset({"agent"}))
    first, again, specific = (rows[place]["score"] for place in (1, 3, 5))
    assert again <= first < specific


def test_a_long_run_of_marks_does_not_stall_the_scorer(scorer):
    start = time.perf_counter()
    one = scorer.score("?" * 20_000 + " I'm so sorry")
    assert time.perf_counter() - start < 20
    assert "apology" in {cue.label for cue in one.cues}


def test_lines_that_a_mail_wraps_are_read_as_one(scorer):
    text = "I have looked at everything and I completely\nunderstand how you feel."
    labels = {cue.label for cue in scorer.score(text).cues}
    assert "perspective_taking" in labels


def test_a_date_without_time_of_day_gives_no_response_time(scorer):
    turns = said(("customer", "Hi"), ("agent", "Hello!"), times=[(5.0, None)] * 2)
    rows = scorer.score_utterances(turns, frozenset({"agent"}))
    assert rows[1]["response_seconds"] is None


@pytest.mark.parametrize("name", ["opportunity", "interruption", "cue-confidence"])
def test_a_model_of_another_kind_is_refused_without_bad_advice(name):
    with pytest.raises(ModelError, match="no model that scores"):
        EmpathyScorer.load(name)


def busy_day():
    """Two hundred short conversations that say the same again and again."""
    turns = []
    for number in range(200):
        name = f"c{number}"
        turns += [
            Utterance(row=row, conversation=name, role=role, text=text)
            for row, (role, text) in enumerate(busy_talk(number))
        ]
    return turns


def busy_talk(number):
    return (
        ("customer", f"My lamp number {number % 7} came broken again!"),
        ("agent", "I'm so sorry about that."),
        ("agent", ["Okay.", "Let me look.", "Sorry, but we can't."][number % 3]),
        ("customer", "Thank you."),
        ("agent", "I'm so sorry about that."),
        ("agent", "You're welcome!"),
    )


def assert_same(row, other, names):
    for name in names:
        if isinstance(row[name], float):
            assert row[name] == pytest.approx(other[name], abs=1e-12), name
        else:
            assert row[name] == other[name], name


def test_rows_are_the_columns_and_repeated_texts_score_as_each_alone(scorer):
    turns, wanted = busy_day(), frozenset({"agent"})
    rows = scorer.score_utterances(turns, wanted)
    columns = scorer.score_columns(turns, wanted)
    assert [row["score"] for row in rows] == columns.columns["score"].tolist()
    assert [row["cues"] for row in rows] == columns.cues.structs()
    for first in (0, 6, 600):
        alone = scorer.score_utterances(turns[first : first + 6], wanted)
        for row, one in zip(rows[first : first + 6], alone, strict=True):
            assert_same(row, one, row)


def test_a_batch_of_many_conversations_equals_the_stream(scorer):
    turns = busy_day()
    rows = scorer.score_utterances(turns, frozenset({"agent"}))
    for row, live in zip(rows, scorer.score_stream(turns), strict=True):
        assert_same(row, live, set(row) - {"missed_opportunity"})


def test_batches_are_cut_without_a_trace(scorer, monkeypatch):
    turns, wanted = busy_day(), frozenset({"agent", "customer"})
    whole = scorer.score_columns(turns, wanted)
    monkeypatch.setattr("empathy_score.scoring._TURNS_TOGETHER", 7)
    cut = scorer.score_columns(turns, wanted)
    assert cut.cues.structs() == whole.cues.structs()
    assert cut.kinds == whole.kinds
    for name, column in whole.columns.items():
        assert cut.columns[name].tolist() == pytest.approx(column.tolist(), abs=1e-12)


def test_cues_of_rows_are_nobody_elses(scorer):
    rows = scorer.score_utterances(busy_day()[:12], frozenset({"agent"}))
    rows[1]["cues"][0]["label"] = "changed"
    assert rows[4]["cues"][0]["label"] == "apology"


@pytest.mark.slow
def test_two_processes_give_what_one_gives(scorer, monkeypatch):
    monkeypatch.setattr("empathy_score.scoring._LEAST_TURNS", 100)
    turns = busy_day()
    frame = pl.DataFrame(
        {
            "conversation": [turn.conversation for turn in turns],
            "role": [turn.role for turn in turns],
            "text": [turn.text for turn in turns],
        }
    ).sample(fraction=1.0, shuffle=True, seed=1)
    one, two = scorer.score_frame(frame), scorer.score_frame(frame, n_jobs=2)
    assert one.equals(two)


@pytest.mark.parametrize("backend", ["loky", "sequential"])
def test_the_garbage_collector_of_who_asks_is_left_alone(scorer, backend):
    texts = [f"So sorry about number {number}." for number in range(2500)]
    frame = pl.DataFrame({"text": texts})
    with joblib.parallel_config(backend=backend):
        assert len(scorer.score_frame(frame, n_jobs=2)) == 2500
    assert gc.get_freeze_count() == 0


def test_two_processes_have_nothing_to_do_without_rows(scorer):
    frame = pl.DataFrame({"text": []}, schema={"text": pl.String})
    assert len(scorer.score_frame(frame, n_jobs=2)) == 0


@pytest.mark.parametrize("n_jobs", [0, 1.5, "2", True, None])
def test_a_number_of_processes_that_is_none_is_named(scorer, n_jobs):
    frame = pl.DataFrame({"text": ["So sorry!"]})
    with pytest.raises(InputError, match="n_jobs must be a number of processes"):
        scorer.score_frame(frame, n_jobs=n_jobs)


def test_a_scorer_is_unpacked_once_in_a_process(scorer):
    packed = pickle.dumps(scorer)
    assert pickle.loads(packed) is pickle.loads(packed)
