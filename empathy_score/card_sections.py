"""Sections of a model's card on the labels themselves and on other models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_VERDICTS = {
    "better": "On these labels the new model is better: the interval of the "
    "difference in ranked probability leaves out 0.",
    "worse": "On these labels the new model is worse: the interval of the difference "
    "in ranked probability leaves out 0. Use {model} instead.",
    "not told apart": "These labels do not tell both models apart: the interval of the "
    "difference in ranked probability holds 0. More labels may; until then {model} is "
    "as good a choice.",
}


def verdict_of(comparison: Mapping[str, Any]) -> str:
    """Say in a sentence or two what a comparison found.

    Parameters
    ----------
    comparison : mapping
        From :func:`~empathy_score.held_out_measures.compared`.

    Returns
    -------
    str

    Examples
    --------
    >>> kappa = {"difference": {"low": -0.2, "high": 0.1}}
    >>> found = {"verdict": "worse", "model": "other", "weighted_kappa": kappa}
    >>> verdict_of(found)[-18:]
    'Use other instead.'
    """
    said = _VERDICTS[comparison["verdict"]].format(model=comparison["model"])
    return f"{said}{_against(comparison)}"


def _against(comparison: Mapping[str, Any]) -> str:
    """Say so where the levels are clearly worse though the probabilities are better."""
    high = comparison["weighted_kappa"]["difference"]["high"]
    if comparison["verdict"] != "better" or high is None or high >= 0:
        return ""
    return (
        " But its levels agree less with the labels (weighted kappa): its "
        "probabilities fit how frequent each level is, and tell fewer turns apart."
    )


def training_section(metrics: Mapping[str, Any]) -> str:
    """Say what the model learned from.

    Parameters
    ----------
    metrics : mapping
        As in ``metrics.json``.

    Returns
    -------
    str
        Markdown.
    """
    levels = metrics["levels"]
    labels = (
        f"{metrics['n_utterances']:,} agent utterances in "
        f"{metrics['n_conversations']:,} conversations; level 0: {levels['0']}, "
        f"level 1: {levels['1']}, level 2: {levels['2']}."
    )
    if n_own := metrics.get("n_own_cues", 0):
        labels += (
            f" Own cues beside the shipped ones: {n_own}; `model.json` names them, and "
            "the model is used with the same file."
        )
    found = metrics.get("adaptation")
    if found is None:
        return (
            f"{labels} The sentence model also learned from "
            f"{metrics['n_contrast']:,} utterances written for contrast, which the "
            "rest was not fitted to."
        )
    return (
        f"Adapted from the model {found['start_from']} {found['start_version']}, whose "
        f"card says what it learned from, to own labels: {labels}"
    )


def figures_note(metrics: Mapping[str, Any]) -> str:
    """Say which way the figures lean.

    Parameters
    ----------
    metrics : mapping
        As in ``metrics.json``.

    Returns
    -------
    str
    """
    folds = f"{metrics['n_splits']} folds by conversation"
    if "adaptation" in metrics:
        return f"{folds}; how far to adapt was chosen anew within each"
    return (
        f"{folds}; the penalty was chosen on the same folds, so the figures lean to "
        "the good side"
    )


def own_sections(metrics: Mapping[str, Any]) -> str:
    """Write warnings, adaptation, comparison and learning curve, where there are any.

    Parameters
    ----------
    metrics : mapping
        As in ``metrics.json``.

    Returns
    -------
    str
        Markdown; empty where there is nothing.
    """
    return "\n".join(
        [
            *_warnings(metrics.get("warnings", ())),
            *_leaks(metrics.get("without_leaks")),
            *_adaptation(metrics.get("adaptation")),
            *_comparison(metrics.get("comparison")),
            *_curve(metrics.get("learning_curve", ())),
        ]
    )


def _warnings(found: Sequence[str]) -> Iterator[str]:
    if found:
        yield "\n### What makes these figures doubtful\n"
        yield from (f"- {warning}" for warning in found)


def _leaks(found: Mapping[str, Mapping[str, float | None]] | None) -> Iterator[str]:
    if found is None:
        return
    kappa = _figure(found["weighted_kappa"]["value"])
    yield (
        "\nWithout the texts that stand in several conversations: weighted kappa "
        f"{kappa}, accuracy {_figure(found['accuracy']['value'])}."
    )


def _adaptation(found: Mapping[str, Any] | None) -> Iterator[str]:
    if found is None:
        return
    yield "\n### How far it was adapted\n"
    yield (
        "Candidates are penalised towards the model they start from; the ranked "
        "probability score on held-out conversations chose (lower is better):\n"
    )
    yield "| candidate | ranked probability score |"
    yield "|---|---|"
    for name, cost in found["ranked_probability"].items():
        yield f"| {name} | {cost:.4f} |"
    chosen = ", ".join(f"{target}: {step}" for target, step in found["chosen"].items())
    yield f"\nChosen: {chosen}."


def _comparison(found: Mapping[str, Any] | None) -> Iterator[str]:
    if found is None:
        return
    name = f"{found['model']} {found['version']}"
    yield f"\n### Beside {name}\n"
    yield (
        "Both on the same held-out utterances; 95 % bootstrap interval of the "
        f"difference over conversations. Where {found['model']} was trained on these "
        "very texts, its figures are too good.\n"
    )
    yield f"| measure | this model | {name} | difference | 95 % interval |"
    yield "|---|---|---|---|---|"
    for title, key in (
        ("ranked probability score (lower is better)", "ranked_probability"),
        ("weighted kappa (higher is better)", "weighted_kappa"),
    ):
        difference = found[key]["difference"]
        yield (
            f"| {title} | {_figure(found[key]['one'])} | {_figure(found[key]['other'])}"
            f" | {_figure(difference['value'])} | {_figure(difference['low'])} to "
            f"{_figure(difference['high'])} |"
        )
    yield f"\n{verdict_of(found)}"


def _curve(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not found:
        return
    yield "\n### Learning curve\n"
    yield (
        "Learned from a share of the conversations, tested on the same folds. Where "
        "the last steps still gain, more labels will help.\n"
    )
    yield "| labels learned from | weighted kappa | ranked probability score |"
    yield "|---|---|---|"
    for place in found:
        yield (
            f"| {place['n_labels']} | {_figure(place['weighted_kappa'])} | "
            f"{place['ranked_probability']:.4f} |"
        )


def _figure(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.3f}"
