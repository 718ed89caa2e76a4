"""What a reader gives is what is scored, and what the offsets of cues count in."""

import tempfile
from pathlib import Path

import pytest

from empathy_score import EmpathyScorer
from empathy_score.readers import conversations, open_export

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(scope="module")
def scorer():
    return EmpathyScorer.load()


@pytest.fixture
def utterances(tmp_path):
    def _utterances(path, **options):
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        export = open_export([path], folder=folder, **options)
        try:
            return [turn for batch in conversations(export) for turn in batch]
        finally:
            export.connection.close()

    return _utterances


@pytest.mark.parametrize(
    ("name", "apology"),
    [
        ("zendesk/tickets.jsonl", "I am so sorry!\n\nA new lamp is on its way"),
        ("zendesk-chat/chats.json", "Oh no, I'm sorry!"),
        ("intercom/conversation.json", "I'm so sorry, Ann.\nA new one"),
    ],
)
def test_cues_lie_in_the_text_of_the_turn(scorer, utterances, name, apology):
    found = utterances(FIXTURES / name)
    [place] = [at for at, turn in enumerate(found) if turn.text.startswith(apology)]
    assert found[place].role == "agent"
    rows = scorer.score_utterances(found, frozenset({"agent"}))
    assert any(cue["label"] == "apology" for cue in rows[place]["cues"])
    for turn, row in zip(found, rows, strict=True):
        for cue in row["cues"]:
            assert cue["text"] == turn.text[cue["start"] : cue["end"]]
        assert (row["score"] is None) == (turn.role != "agent")


def test_html_in_a_table_is_scored_as_its_words(scorer, utterances, tmp_path):
    file = tmp_path / "intercom.csv"
    file.write_text(
        "message_id,message_body,message_type,message_created_at,message_author_type,"
        "message_author_id,conversation_id\n"
        'm1,"<p>My lamp came broken.</p>",comment,2024-05-03 08:00:00,user,u1,c1\n'
        'm2,"<p class=""a"">I&#39;m <b>so</b>&nbsp;sorry<br>about that.</p>",comment,'
        "2024-05-03 08:01:00,admin,a1,c1\n"
    )
    customer, agent = utterances(file)
    assert (customer.role, agent.role) == ("customer", "agent")
    row = scorer.score_utterances([customer, agent], frozenset({"agent"}))[1]
    apology = next(cue for cue in row["cues"] if cue["label"] == "apology")
    assert apology["text"] == agent.text[apology["start"] : apology["end"]]
    plain = scorer.score("I'm so sorry about that.", reply_to="My lamp came broken.")
    assert row["score"] == pytest.approx(plain.score, abs=0.05)
