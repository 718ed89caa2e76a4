"""The same cue in other clothes is the same cue."""

import re

import pytest

from empathy_score.lexicon import compile_lexicon, find_hits, load_lexicon

SENTENCES = {
    "greeting": "Hello there, welcome to the shop.",
    "acknowledgement": "That must be really frustrating for you.",
    "perspective_taking": "I understand what you're going through.",
    "apology": "I'm sorry, I apologise for the inconvenience.",
    "gratitude": "Thank you, we really appreciate your patience.",
    "reassurance": "Don't worry, I'll make sure you receive it.",
    "help_offer": "What else can I help you with today?",
    "personalization": "Thank you so much, #NAME#.",
    "alternatives": "Alternatively, you could also use our website instead.",
    "follow_up": "I'll email you tomorrow before noon.",
    "feedback_request": "Please leave us your feedback in our survey.",
    "positivity": "I'm so happy to hear that, have a wonderful day!",
    "open_question": "What happened before the screen went dark?",
    "closed_question": "Could you give me your address, please?",
    "dismissal": "You should have read the terms, it's our policy.",
}

MISSPELT = {
    "Hello": "Helo",
    "welcome": "wellcome",
    "frustrating": "fustrating",
    "understand": "understnad",
    "sorry": "sory",
    "apologise": "appologise",
    "inconvenience": "inconvinience",
    "appreciate": "apreciate",
    "receive": "recieve",
    "help": "hlep",
    "Alternatively": "Alternatly",
    "instead": "insted",
    "tomorrow": "tommorow",
    "feedback": "feeback",
    "survey": "survay",
    "happy": "hapy",
    "wonderful": "wonderfull",
    "before": "befor",
    "Could": "Cud",
    "should": "shoud",
    "policy": "polcy",
}

CHAT = {
    "you're": "u r",
    "Thank you so much": "tysm",
    "Thank you": "Thanku",
    "you": "u",
    "your": "ur",
    "Please": "Pls",
    "please": "plz",
    "tomorrow": "tmrw",
    "before": "b4",
    "I'm": "im",
    "What": "Wat",
}

AMERICAN = {"apologise": "apologize"}


def replaced(sentence, table):
    words = "|".join(re.escape(word) for word in table)
    return re.sub(rf"\b(?:{words})\b", lambda found: table[found[0]], sentence)


DISGUISES = {
    "capitals": str.upper,
    "no capitals": str.lower,
    "curly quotes": lambda text: text.replace("'", "\u2019"),
    "backticks": lambda text: text.replace("'", "`"),
    "no apostrophes": lambda text: text.replace("'", ""),
    "blanks for apostrophes": lambda text: text.replace("'", " "),
    "HTML entities": lambda text: text.replace("'", "&#39;").replace(" ", "&nbsp;"),
    "HTML tags": lambda text: "<p>" + text.replace(", ", ",<br/> ") + "</p>",
    "no-break blanks": lambda text: text.replace(" ", "\u00a0"),
    "wide blanks": lambda text: text.replace(" ", "   "),
    "zero-width marks": lambda text: text.replace(" ", " \u200b"),
    "an emoji behind": lambda text: text + " \U0001f64f",
    "an emoji before": lambda text: "\U0001f642 " + text,
    "many marks": lambda text: re.sub(r"([.!?])$", r"\1\1\1", text),
    "letters held down": lambda text: re.sub(
        r"(?<=[a-z]{2})([aeiouy]|rr|ll|pp)(?=[\W]|[a-z]\b)", r"\1\1\1", text
    ),
    "misspelt": lambda text: replaced(text, MISSPELT),
    "chat words": lambda text: replaced(text, CHAT),
    "American spelling": lambda text: replaced(text, AMERICAN),
}


@pytest.fixture(scope="module")
def matcher():
    return compile_lexicon(load_lexicon())


def found(text, matcher):
    return [hit for hit in find_hits(text, matcher) if not hit.negated]


@pytest.mark.parametrize("label", SENTENCES)
@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_disguise_changes_no_cue(matcher, label, disguise):
    text = DISGUISES[disguise](SENTENCES[label])
    assert label in {hit.pattern.label for hit in found(text, matcher)}, text


@pytest.mark.parametrize(
    ("text", "label", "evidence"),
    [
        ("im sooo sorrry about that", "apology", "im sooo sorrry about that"),
        ("Thankkk you!", "gratitude", "Thankkk you"),
        ("thx 4 ur patience", "gratitude", "thx"),
        ("We apreciate ur patience", "gratitude", "We apreciate ur patience"),
        ("i m so sory", "apology", "i m so sory"),
        ("DONT WORRY!!", "reassurance", "DONT WORRY"),
        ("I understnad.", "perspective_taking", "I understnad"),
        ("I&#39;m so&nbsp;sorry", "apology", "I&#39;m so&nbsp;sorry"),
    ],
)
def test_the_evidence_is_what_was_written(matcher, text, label, evidence):
    spans = [
        text[hit.start : hit.end]
        for hit in found(text, matcher)
        if hit.pattern.label == label
    ]
    assert evidence in spans


@pytest.mark.parametrize(
    ("text", "positive"),
    [
        ("It is on its way \U0001f60a", True),
        ("All done \u2764\ufe0f", True),
        ("It works :)", True),
        ("Please check the box \U0001f64f", False),
        ("It is late \U0001f605", False),
        ("It broke again \U0001f621", False),
    ],
)
def test_a_warm_emoji_is_positive_a_plea_or_a_wince_is_not(matcher, text, positive):
    labels = {hit.pattern.label for hit in found(text, matcher)}
    assert ("positivity" in labels) is positive


@pytest.mark.parametrize(
    "text",
    [
        "Ask for Pls Street, block U.",
        "Write to sorri@example.org.",
        "The U.S. office is closed.",
        "Type thks-4471 in the box.",
    ],
)
def test_names_and_codes_are_left_as_they_are(matcher, text):
    labels = {hit.pattern.label for hit in found(text, matcher)}
    assert not labels & {"apology", "gratitude"}
