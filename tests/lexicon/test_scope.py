"""What the words around a cue make of it: denied, quoted, asked, told of others."""

import pytest

from empathy_score.lexicon import compile_lexicon, find_hits, load_lexicon

THERE, DENIED, ABSENT = "there", "denied", "absent"

# sentence, cue, what is expected: the cue is there (or its subtype), denied, absent
TABLE = [
    # perspective taking: understanding claimed, denied, asked for, or a plain fact
    ("I understand why you're upset.", "perspective_taking", THERE),
    ("I don't understand why you're upset.", "perspective_taking", DENIED),
    ("We never understood the problem.", "perspective_taking", ABSENT),
    ("Do you understand?", "perspective_taking", ABSENT),
    ("Can you understand that I need the number?", "perspective_taking", ABSENT),
    ("As I understand, you want the blue one.", "perspective_taking", ABSENT),
    ("If I understand you, it stopped last night.", "perspective_taking", ABSENT),
    ("Please make sure you understand the terms.", "perspective_taking", ABSENT),
    ("Okay, I understand. Which model is it?", "perspective_taking", THERE),
    ("Why not? I understand.", "perspective_taking", THERE),
    ("The driver says you understand the risk.", "perspective_taking", ABSENT),
    # the kinds of an apology
    ("I'm so sorry it came broken again.", "apology", "specific"),
    ("We apologize for the late delivery.", "apology", "specific"),
    ("I'm sorry.", "apology", "generic"),
    ("That was entirely our mistake.", "apology", "generic"),
    ("I'm sorry you feel that way.", "apology", "conditional"),
    ("I apologise if you felt ignored.", "apology", "conditional"),
    ("Sorry, but we can't change the date.", "apology", "refusal"),
    ("I'm sorry, I cannot open that for you.", "apology", "refusal"),
    ("I'm sorry, what was your number?", "apology", "clarification"),
    ("Sorry, could you say that again?", "apology", "clarification"),
    ("I'm sorry, I lost you there.", "apology", "clarification"),
    ("Sorry, I meant Tuesday.", "apology", "clarification"),
    ("Sorry?", "apology", "clarification"),
    # an apology denied
    ("I can't say I'm sorry about it.", "apology", DENIED),
    ("We are not sorry.", "apology", DENIED),
    ("I never said sorry.", "apology", DENIED),
    ("No need to apologise.", "apology", DENIED),
    ("You've nothing to be sorry for.", "apology", DENIED),
    ("I won't apologise for that.", "apology", DENIED),
    ("I don't have it here, sorry.", "apology", THERE),
    ("no we can't sorry", "apology", THERE),
    # the word alone, or the apology of another
    ("Use our 'sorry' voucher at the till.", "apology", ABSENT),
    ("I have added a sorry card.", "apology", ABSENT),
    ("The box was in a sorry state.", "apology", ABSENT),
    ("Better safe than sorry.", "apology", ABSENT),
    ("The driver apologised for it.", "apology", ABSENT),
    ("The customer says he is sorry.", "apology", ABSENT),
    ("She told me she was sorry.", "apology", ABSENT),
    ("You apologised to us already.", "apology", ABSENT),
    ("He wants an apology.", "apology", ABSENT),
    ("Did he say sorry?", "apology", ABSENT),
    ("Thank you sorry for the wait.", "apology", "specific"),
    # gratitude
    ("Thank you for your patience.", "gratitude", THERE),
    ("I can't thank you enough.", "gratitude", THERE),
    ("Don't thank me yet.", "gratitude", DENIED),
    ("You don't have to thank us.", "gratitude", DENIED),
    ("They never said thank you.", "gratitude", DENIED),
    ("She said thank you.", "gratitude", ABSENT),
    ('Click the "thank you" page.', "gratitude", ABSENT),
    ("A thank you card is in the box.", "gratitude", ABSENT),
    ("No, thank you.", "gratitude", THERE),
    # acknowledgement
    ("That must be so frustrating.", "acknowledgement", THERE),
    ("I see you are facing an issue with the strap.", "acknowledgement", THERE),
    ("If you are facing an issue, press the button.", "acknowledgement", ABSENT),
    # reassurance and help
    ("Don't worry, it is safe.", "reassurance", THERE),
    ("I'll make sure it gets there.", "reassurance", THERE),
    ("I can't make sure of that.", "reassurance", ABSENT),
    ("Make sure the plug is in.", "reassurance", ABSENT),
    ("I'd be happy to help with that.", "help_offer", THERE),
    ("I won't be happy to help with that.", "help_offer", DENIED),
    ("I was happy to hear it helped.", "help_offer", ABSENT),
    # greeting and name
    ("Hello and welcome to the shop.", "greeting", THERE),
    ("You're welcome to try.", "greeting", ABSENT),
    ("I said hello to him.", "greeting", ABSENT),
    ("My name is #NAME#.", "personalization", ABSENT),
    ("Thank you, #NAME#.", "personalization", THERE),
    # positivity
    ("That's great news!", "positivity", THERE),
    ("That is not great news.", "positivity", DENIED),
    ("I'm not happy to hear that.", "positivity", DENIED),
    ("P for papa, B for bravo.", "positivity", ABSENT),
    # alternatives, follow-up, feedback
    ("You could also use the app.", "alternatives", THERE),
    ("They sent the blue one instead of the red one.", "alternatives", ABSENT),
    ("I'll email you tomorrow.", "follow_up", THERE),
    ("I am glad to inform you that it fits.", "follow_up", ABSENT),
    ("One second while I send you the code.", "follow_up", ABSENT),
    ("We'd love to hear your feedback.", "feedback_request", THERE),
    ("Thank you for your feedback.", "feedback_request", ABSENT),
    # dismissal: its kinds, and kind words that look like it
    ("As I already told you, it is sold out.", "dismissal", "blame"),
    ("You should have read the terms.", "dismissal", "blame"),
    ("That's your own fault.", "dismissal", "blame"),
    ("It's not your own fault.", "dismissal", DENIED),
    ("You should have been told sooner.", "dismissal", ABSENT),
    ("I already told the driver to wait for you.", "dismissal", ABSENT),
    ("It's company policy.", "dismissal", "policy"),
    ("That is not our problem.", "dismissal", "policy"),
    ("There's nothing I can do.", "dismissal", "policy"),
    ("There is nothing you need to do.", "dismissal", ABSENT),
    ("Your policy number is on the card.", "dismissal", ABSENT),
    ("I don't have all day.", "dismissal", "impatience"),
    ("For the last time, no.", "dismissal", "impatience"),
    ("Once again, I'm so sorry.", "dismissal", ABSENT),
    ("Calm down please.", "dismissal", "command"),
    ("You need to listen.", "dismissal", "command"),
    ("Try to stay calm, help is on its way.", "dismissal", ABSENT),
    ("Please be patient with me while I type.", "dismissal", ABSENT),
]


@pytest.fixture(scope="module")
def matcher():
    return compile_lexicon(load_lexicon())


@pytest.mark.parametrize(("sentence", "label", "expected"), TABLE)
def test_the_words_around_a_cue_decide_what_it_is(matcher, sentence, label, expected):
    hits = [hit for hit in find_hits(sentence, matcher) if hit.pattern.label == label]
    found = [
        (hit.pattern.id, DENIED if hit.negated else hit.pattern.subtype or THERE)
        for hit in hits
    ]
    states = {state for _, state in found}
    if expected == ABSENT:
        assert not found
    elif expected == THERE:
        assert states - {DENIED}, found
    else:
        assert states == {expected}, found
