"""The score of one utterance with its reasons: in numbers, in words, as HTML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from empathy_score.features import all_features
from empathy_score.records import Cue
from empathy_score.sentence_levels import BestSentence

LEVEL_NAMES = ("none", "weak", "strong")

WORDING, START = "wording", "intercept"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmpathyScore:
    """The score of one utterance and what it rests on.

    Parameters
    ----------
    text : str
        The utterance.
    score : float
        (p1 + 2·p2) / 2, in [0, 1].
    level : int
        0 none, 1 weak, 2 strong.
    probabilities : tuple of float
        Calibrated p(level 0), p(1), p(2).
    interval : tuple of float
        90 % interval of the score; (0, 1) where ``out_of_domain``.
    mechanisms : dict of str to float or None
        ``emotional_reaction``, ``interpretation``, ``exploration`` in [0, 1]; None
        where the model does not measure them.
    out_of_domain : bool
        Not English, or far from what the model knows: the score says little.
    cues : tuple of Cue
        The evidence.
    sentence : BestSentence or None
        The sentence that shows a level most surely, with the words it rests on; None
        where there is no word.
    contributions : dict of str to float
        Share of each column in ``decision_value``, largest first, columns without
        a share left out; ``"intercept"`` is what an empty utterance has. They sum to
        ``decision_value``.
    decision_value : float
        Sum of the log-odds of "at least weak" and "strong".
    """

    text: str
    score: float
    level: int
    probabilities: tuple[float, float, float]
    interval: tuple[float, float]
    mechanisms: Mapping[str, float | None]
    out_of_domain: bool
    cues: tuple[Cue, ...]
    sentence: BestSentence | None
    contributions: Mapping[str, float]
    decision_value: float

    def shares(self) -> dict[str, float]:
        """Sum the contributions by cue, and by what else they come from.

        Returns
        -------
        dict of str to float
            One share for each cue, for ``wording`` (words, marks, length and the
            sentence model), ``specificity``, ``customer's turn`` and ``intercept``,
            largest first. They sum to ``decision_value``.
        """
        found: dict[str, float] = {}
        for name, share in self.contributions.items():
            part = part_of(name)
            found[part] = found.get(part, 0.0) + share
        return dict(sorted(found.items(), key=lambda item: -abs(item[1])))

    def _repr_html_(self) -> str:
        """Show the marked text and the shares in a notebook."""
        return html_of(self)


def part_of(name: str) -> str:
    """Say what a column of the model belongs to.

    Parameters
    ----------
    name : str
        A key of :attr:`EmpathyScore.contributions`.

    Returns
    -------
    str
        A cue's label, ``wording``, ``specificity``, ``customer's turn`` or
        ``intercept``.

    Examples
    --------
    >>> part_of("has_apology"), part_of("best_sentence_2")
    ('apology', 'wording')
    """
    return START if name == START else _parts().get(name, WORDING)


def meaning_of(name: str) -> str:
    """Say in words what a column of the model stands for.

    Parameters
    ----------
    name : str
        A key of :attr:`EmpathyScore.contributions`.

    Returns
    -------
    str
    """
    if name == START:
        return "what an utterance without any features has"
    if name.startswith("best_sentence_"):
        what = name.removeprefix("best_sentence_").replace("_", " ")
        return f"the best sentence's probability of a level {what}"
    return _meanings()[name]


@lru_cache(maxsize=1)
def _parts() -> dict[str, str]:
    return {feature.name: feature.part for feature in all_features()}


@lru_cache(maxsize=1)
def _meanings() -> dict[str, str]:
    return {feature.name: feature.higher_means for feature in all_features()}


def html_of(one: EmpathyScore) -> str:
    """Write a score as a piece of HTML.

    Parameters
    ----------
    one : EmpathyScore
        From :meth:`~empathy_score.scoring.EmpathyScorer.score`.

    Returns
    -------
    str
        A ``div`` with styles of its own; everything from the text is escaped.
    """
    low, high = one.interval
    warning = (
        "<p><strong>Out of domain:</strong> not English, or far from what the model "
        "knows.</p>"
        if one.out_of_domain
        else ""
    )
    rows = "".join(
        f"<tr><td style='text-align:left'>{escape(part)}</td>"
        f"<td style='text-align:right'>{share:+.2f}</td>"
        f"<td style='text-align:left'>{_bar(share)}</td></tr>"
        for part, share in one.shares().items()
    )
    return (
        "<div style='max-width:44em;line-height:1.5'>"
        f"<p>{''.join(_marked(one))}</p>"
        f"<p><strong>score {one.score:.2f}</strong> ({low:.2f} to {high:.2f}), "
        f"level {one.level} {LEVEL_NAMES[one.level]}</p>{warning}"
        "<table><thead><tr><th style='text-align:left'>from</th>"
        "<th style='text-align:right'>share</th><th></th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _bar(share: float) -> str:
    colour = "#1f7a4d" if share > 0 else "#a33b3b"
    width = min(abs(share), 5.0) * 24
    return (
        f"<span style='display:inline-block;height:.7em;width:{width:.0f}px;"
        f"background:{colour}'></span>"
    )


def _marked(one: EmpathyScore) -> Iterator[str]:
    """Write the text with its cues marked; what overlaps is marked once."""
    at = 0
    for cue in sorted(one.cues, key=lambda cue: (cue.start, -cue.end)):
        if cue.start < at:
            continue
        yield escape(one.text[at : cue.start])
        style = "text-decoration:line-through" if cue.negated else "background:#ffe9a8"
        label = cue.label if cue.subtype is None else f"{cue.label}, {cue.subtype}"
        yield (
            f"<mark style='{style};color:inherit' title='{escape(label)}'>"
            f"{escape(cue.text)}<sub>{escape(cue.label)}</sub></mark>"
        )
        at = cue.end
    yield escape(one.text[at:])
