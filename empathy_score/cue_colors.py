"""How displaCy paints the cues."""

from __future__ import annotations

from typing import Any

from empathy_score.cues import CUES_KEY

_COLORS = {
    # what is said with care
    "acknowledgement": "#f7b6d2",
    "perspective_taking": "#f093bb",
    "apology": "#c7b2dd",
    "gratitude": "#ffe08a",
    "reassurance": "#98df8a",
    "positivity": "#ffcf75",
    # what is done for the customer
    "greeting": "#a6cee3",
    "help_offer": "#7fd4c1",
    "personalization": "#9edae5",
    "alternatives": "#8fd0a8",
    "follow_up": "#b5d66b",
    "feedback_request": "#d9ccf8",
    # what is asked
    "open_question": "#aec7e8",
    "closed_question": "#c9ced6",
    # what hurts
    "dismissal": "#ff9896",
    "interruption": "#f28e5c",
}


def cue_colors() -> dict[str, str]:
    """Give the colour of each cue; displaCy asks for them by an entry point.

    Returns
    -------
    dict of str to str
        Label to ``#rrggbb``; light enough for black letters.

    Examples
    --------
    >>> cue_colors()["apology"]
    '#c7b2dd'
    """
    return dict(_COLORS)


def displacy_options(spans_key: str = CUES_KEY) -> dict[str, Any]:
    """Give the options with which displaCy shows the cues.

    Parameters
    ----------
    spans_key : str, default "empathy_cues"
        Key of the span group; ``"empathy_cues_negated"`` shows the denied ones.

    Returns
    -------
    dict
        For ``displacy.render(doc, style="span", options=...)``.

    Examples
    --------
    >>> import spacy
    >>> from spacy import displacy
    >>> nlp = spacy.blank("en")
    >>> component = nlp.add_pipe("empathy_cues")
    >>> doc = nlp("Thank you for your patience.")
    >>> page = displacy.render(
    ...     doc, style="span", options=displacy_options(), jupyter=False
    ... )
    >>> "gratitude" in page and cue_colors()["gratitude"] in page
    True
    """
    return {"spans_key": spans_key, "colors": cue_colors()}
