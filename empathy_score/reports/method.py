"""How a report was made, and what it cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from empathy_score.reports.cue_kinds import cue_families, cue_meanings
from empathy_score.reports.kept import Kept
from empathy_score.reports.tables import table
from empathy_score.reports.wording import count_words, share_words

SAYS = (
    "A score says how much empathy the words of a turn communicate, from 0 to 1: "
    "(p(weak) + 2 p(strong)) / 2, from the calibrated probabilities of three levels. "
    "A pipeline of patterns finds the cues, and a linear model weighs them together "
    "with the wording and the customer's turn before. Nothing is generated, and "
    "nothing was sent anywhere.",
    "The interval of a turn's score is a 90 % prediction interval from conformal "
    "prediction. The interval of a group is a 90 % interval of its mean over "
    "conversations; groups with few conversations are drawn to the mean of all, so "
    "that three turns do not make a best or a worst agent. Bands that overlap widely "
    "say that a difference may be chance.",
    "A customer's turn calls for empathy where a model trained on such turns says so. "
    "An opportunity is missed where the reply shows no empathy. The customer's mood "
    "goes by cues and calls for empathy, from -1 to 1; it is a rough sign.",
    "Interruptions, times to reply and trends are shown only where the input lets them "
    "be seen.",
)

LIMITS = (
    "Words only: voice, face and what was done after the conversation are not in it.",
    "A score is not what an agent felt, nor whether the customer was helped.",
    "The model has learned from English customer-service text. Irony, quotations, "
    "slang and other kinds of service can mislead it; the model card has its errors.",
    "Single turns are uncertain. Read the conversation before speaking about a turn, "
    "and compare people only by intervals and over many conversations.",
    "A short factual answer is often right: not every turn calls for empathy, and a "
    "high score is no aim in itself.",
    "Differences between agents may come from the cases that they get.",
    "Do not decide about people by these figures alone.",
)


def method_part(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Make the part on method and limits.

    Parameters
    ----------
    figures : mapping
        From :func:`~empathy_score.reports.figures.whole_figures`.

    Returns
    -------
    dict
        ``says``, ``limits``, ``cues``.
    """
    limits = list(LIMITS)
    if figures["outside_share"]:
        limits.insert(
            3,
            f"{share_words(figures['outside_share'])} of the scored turns are not "
            "English or far from what the model knows; their scores say little.",
        )
    titles = {one["name"]: one["title"] for one in cue_families()}
    rows: list[list[tuple[str, float | None]]] = []
    for one in cue_meanings().values():
        kinds = {"": one["says"]}
        kinds |= {f", {kind}": says for kind, says in one["subtypes"].items()}
        colour = titles[one["family"]]
        rows += [
            [(f"{one['title']}{kind}", None), (colour, None), (says, None)]
            for kind, says in kinds.items()
        ]
    return {
        "says": list(SAYS),
        "limits": limits,
        "cues": table("Cues", ["cue", "colour", "what it is"], rows, words=True),
    }


def kept_sentences(kept: Kept, *, show_text: bool, redacted: bool) -> list[str]:
    """Say which conversations the page holds, and what was left out of them.

    Parameters
    ----------
    kept : Kept
        The conversations.
    show_text, redacted : bool
        Whether texts are shown, and masked.

    Returns
    -------
    list of str
    """
    n_kept = len(kept.conversations)
    if n_kept == kept.n_all:
        said = ["Every conversation, with each turn, its score and its cues."]
    else:
        said = [
            f"This page holds {n_kept:,} of "
            f"{count_words(kept.n_all, 'conversation')}: those that it quotes, those "
            "with most missed opportunities, with the lowest and the highest means, "
            "and a random sample. Search and filters look into these only; all "
            "figures above are of all conversations."
        ]
    if not show_text:
        said.append("Message texts were left out.")
    elif redacted:
        said.append(
            "E-mail addresses, phone, card and account numbers are masked; names are "
            "not."
        )
    return said
