import time

import pytest

from empathy_score import EmpathyScorer
from empathy_score.domain import words_of


@pytest.fixture(scope="module")
def scorer():
    return EmpathyScorer.load()


OTHER_LANGUAGES = [
    "Guten Tag, das tut mir sehr leid, ich helfe Ihnen gerne.",
    "Je comprends.",
    "Bonjour, je suis vraiment désolé pour ce retard.",
    "Lo siento mucho por las molestias, enseguida le ayudo.",
    "Het spijt me zeer voor het ongemak.",
    "Mi dispiace molto per il disagio, controllo subito.",
    "Peço imensa desculpa pelo incómodo.",
    "Bardzo mi przykro z powodu tej sytuacji.",
    "Jag är verkligen ledsen för besväret.",
    "Çok üzgünüm, hemen kontrol ediyorum.",
    "Мне очень жаль, сейчас проверю.",
    "非常抱歉给您带来不便 请问订单号是多少",
    "أنا آسف جدا على الإزعاج",
    "Mohon maaf atas ketidaknyamanannya, saya bantu cek dulu ya.",
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit.",
    "asdf qwer zxcv uiop",
]
ENGLISH = [
    "I'm so sorry to hear that, let me check.",
    "ok",
    "k",
    "Hi #NAME#",
    "👍",
    "?",
    "12345",
    "https://example.org/a/b",
    "Kindly do the needful and revert back.",
    "Abeg no vex, I go sort am sharp sharp.",
    "Aye nae bother pal, I'll see tae that the noo.",
    "uh huh mm",
    "Kowalczyk",
    "I'll pop that across to Siobhán in Ballymun.",
    "sory i dont no y ur parcl is l8",
]


@pytest.mark.parametrize("text", OTHER_LANGUAGES)
def test_another_language_is_flagged_and_nothing_is_claimed(scorer, text):
    one = scorer.score(text)
    assert one.out_of_domain
    assert one.interval == (0.0, 1.0)


@pytest.mark.parametrize("text", ENGLISH)
def test_english_of_all_kinds_is_not_flagged(scorer, text):
    assert not scorer.score(text).out_of_domain


def test_a_very_long_run_without_a_blank_takes_no_time():
    before = time.perf_counter()
    assert len(words_of("a" * 200_000 + "#b" * 50_000)) > 0
    assert time.perf_counter() - before < 5
