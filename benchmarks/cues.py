"""Measure every cue on labels that people made, beside simple named baselines.

    python benchmarks/cues.py [--shared ../shared]

writes ``benchmarks/results/cues.md``. The corpora are not part of this repository; one
that is absent is named as absent. No text of theirs is written anywhere.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import string
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    f1_score,
    precision_recall_fscore_support,
    roc_auc_score,
)
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline

from empathy_score.cue_confidence import cue_confidences, load_cue_confidence
from empathy_score.cues import cues_of
from empathy_score.features.transformer import make_cue_pipeline
from empathy_score.lexicon import CUE_LABELS
from empathy_score.opportunity import load_opportunity_model, opportunities_of
from empathy_score.records import Cue

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "cues.md"
INTERRUPTION_METRICS = HERE.parent / "models" / "interruption" / "metrics.json"
CUE_WORTH = 0.1  # what one cue adds to the model's share, in [0, 1]

Flags = npt.NDArray[np.bool_]

KEYWORDS = {
    "greeting": r"\b(?:hi|hello|hey|welcome|good (?:morning|afternoon|evening)|"
    r"my name is)\b",
    "acknowledgement": r"\b(?:frustrat\w+|annoy\w+|upset\w*|disappoint\w+|must be)\b",
    "perspective_taking": r"\b(?:i|we) (?:\w+ )?(?:understand|can imagine|know how)\b",
    "apology": r"\b(?:sorry|apologi\w+)\b",
    "gratitude": r"\b(?:thanks|thank you|appreciate)\b",
    "reassurance": r"\b(?:don'?t worry|no worries|rest assured|i'?ll make sure)\b",
    "help_offer": r"\b(?:help|assist) you\b|\banything else\b",
    "personalization": r"#name#",
    "alternatives": r"\b(?:instead|alternatively|another option|you could also)\b",
    "follow_up": r"\b(?:follow up|get back to you|keep you posted|email you)\b",
    "feedback_request": r"\b(?:feedback|survey|rate|rating)\b",
    "positivity": r"\b(?:great|glad|happy|have a (?:nice|good|great|lovely))\b",
    "open_question": r"\b(?:how|what|why)\b[^.!?]*\?",
    "closed_question": r"\?",
    "dismissal": r"\b(?:as i said|already told|not our|calm down|policy)\b",
}
"""The baseline for each cue: these words, written for this script alone."""


@dataclass(frozen=True)
class Found:
    """What the component found in some texts."""

    cues: list[list[Cue]]

    def has(self, *labels: str) -> Flags:
        """Whether each text has one of some cues."""
        return self.count(*labels) > 0

    def count(self, *labels: str) -> npt.NDArray[np.int64]:
        """How many of some cues each text has."""
        return np.array([sum(c.label in labels for c in cues) for cues in self.cues])


def rows_of(file: Path) -> list[dict[str, str]]:
    """All rows of a CSV file whose text is not empty."""
    csv.field_size_limit(10**9)
    with file.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["text"].strip()]


def find(texts: Sequence[str]) -> Found:
    """Run the component; denied cues do not count."""
    nlp = make_cue_pipeline()
    return Found(
        [
            [cue for cue in cues_of(doc) if not cue.negated]
            for doc in nlp.pipe(texts, batch_size=1000)
        ]
    )


def holds(pattern: str, texts: Sequence[str]) -> Flags:
    """Whether each text holds an expression: a baseline."""
    compiled = re.compile(pattern, re.IGNORECASE)
    plain = (text.replace("\u2019", "'") for text in texts)
    return np.array([compiled.search(text) is not None for text in plain])


def flags(values: Sequence[bool]) -> Flags:
    """Make an array of truth values."""
    return np.array(values, dtype=np.bool_)


def unread(groups: Iterable[str]) -> Flags:
    """Which rows belong to the half of a corpus that nobody read to write patterns."""
    return flags([zlib.crc32(group.encode()) % 2 == 1 for group in groups])


def line(*cells: str | float) -> str:
    """One row of a Markdown table."""
    shown = [cell if isinstance(cell, str) else f"{cell:.3f}" for cell in cells]
    return f"| {' | '.join(shown)} |"


def prf(name: str, truth: Flags, found: Flags) -> str:
    """One row: precision, recall, F1 and how many there are."""
    precision, recall, f1, _ = precision_recall_fscore_support(
        truth, found, average="binary", zero_division=0.0
    )
    return line(name, precision, recall, f1, str(int(truth.sum())))


def learned(truth: Flags, texts: Sequence[str], groups: Sequence[str]) -> Flags:
    """How far words go: those of the corpus itself, five folds by dialogue."""
    words = TfidfVectorizer(
        ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=r"[\w']+|[?!]"
    )
    model = make_pipeline(words, LogisticRegression(C=10.0, max_iter=1000))
    return np.asarray(
        cross_val_predict(model, texts, truth, groups=groups, cv=GroupKFold(5))
    )


def kinds(title: str, wrong: Flags, known: Mapping[str, Flags]) -> str:
    """Count mistakes by kind; each counts for the first kind that it is of."""
    left, parts = wrong, []
    for name, of_kind in known.items():
        parts.append(f"{int((left & of_kind).sum())} {name}")
        left = left & ~of_kind
    parts.append(f"{int(left.sum())} others")
    return f"- {title}: {int(wrong.sum())}, of them {', '.join(parts)}."


HEAD = ("| | precision | recall | F1 | in the corpus |", "|---|---|---|---|---|")


def dev_section(file: Path) -> Iterator[str]:
    """Fifteen cues in real service chats."""
    yield "## dev.csv: cues of agent turns in real service chats\n"
    rows = rows_of(file)
    texts = [row["text"] for row in rows]
    found = find(texts)
    yield f"{len(rows)} turns. A cue that the annotators disputed is left out there. "
    yield "Patterns were written with one half of the conversations read.\n"
    yield "| | precision | recall | F1 | in the corpus | F1 of keywords |"
    yield "|---|---|---|---|---|---|"
    half = unread(row["group"] for row in rows)
    scores, keyword_scores, unread_scores, pooled = [], [], [], []
    for label in CUE_LABELS:
        if label not in KEYWORDS:
            continue
        sure = flags([label not in row["cues_disputed"].split(";") for row in rows])
        truth = flags([label in row["cues"].split(";") for row in rows])[sure]
        ours = found.has(label)[sure]
        words = holds(KEYWORDS[label], texts)[sure]
        scores.append(f1_score(truth, ours, zero_division=0.0))
        keyword_scores.append(f1_score(truth, words, zero_division=0.0))
        pooled.append((truth, ours, words, half[sure]))
        other = half[sure]
        unread_scores.append(f1_score(truth[other], ours[other], zero_division=0.0))
        yield f"{prf(label, truth, ours)} {keyword_scores[-1]:.3f} |"
    truth, ours, words, other = map(np.concatenate, zip(*pooled, strict=True))
    yield line("macro", "", "", np.mean(scores), "", np.mean(keyword_scores))
    yield f"{prf('micro', truth, ours)} {f1_score(truth, words):.3f} |"
    yield line("macro, not read", "", "", np.mean(unread_scores), "", "")
    yield f"{prf('micro, not read', truth[other], ours[other])} |"
    yield ""


_PUNCTUATION = str.maketrans(dict.fromkeys(string.punctuation.replace("'", ""), " "))


def without_marks(texts: Sequence[str]) -> list[str]:
    """Texts as a recogniser writes them: no marks, no capitals."""
    return [" ".join(text.translate(_PUNCTUATION).lower().split()) for text in texts]


def question_rows(truth: Flags, texts: Sequence[str]) -> Iterator[str]:
    """Questions with and without marks, beside the question mark."""
    found = find(texts)
    bare = find(without_marks(texts))
    labels = ("open_question", "closed_question")
    yield from HEAD
    yield prf("this library", truth, found.has(*labels))
    yield prf("a question mark", truth, holds(r"\?", texts))
    yield prf("this library, marks taken out", truth, bare.has(*labels))
    wh = r"^(?:\W*(?:and|so|but|well|um|uh|okay) )*(?:what|how|why|who|when|where|do|"
    wh += r"does|did|is|are|was|were|can|could|would|will|have|has)\b"
    yield prf("begins like a question", truth, holds(wh, without_marks(texts)))
    yield ""


YES_NO = r"\b(?:is|are|was|do|does|did|have|has|can|could|would|will) (?:\w+ )?"
YES_NO += r"(?:you|he|she|it|that|this|there|they|we|i)\b"


def annomi_section(file: Path) -> Iterator[str]:
    """Questions of counsellors, open and closed."""
    yield "## annomi: questions of counsellors\n"
    rows = rows_of(file)
    texts = [row["text"] for row in rows]
    truth = flags([row["question"] == "True" for row in rows])
    yield from question_rows(truth, texts)
    half = unread(row["group"] for row in rows)
    found = find(texts).has("open_question", "closed_question")
    marked = holds(r"\?", texts)
    right, mark = np.mean(found == truth), np.mean(marked == truth)
    unseen = f1_score(truth[half], found[half])
    yield f"F1 on conversations not read: {unseen:.3f}. Share of "
    yield f"all turns judged rightly: {right:.3f}; by the question mark: {mark:.3f}.\n"
    groups = [row["group"] for row in rows]
    yield from HEAD
    yield prf(
        "for comparison, words of annomi itself", truth, learned(truth, texts, groups)
    )
    yield ""
    yield "What goes wrong:\n"
    reflected = flags([row["reflection"] == "True" for row in rows])
    yield kinds(
        "found, but no question to the annotators",
        found & ~truth,
        {
            "reflections with a question mark": marked & reflected,
            "other turns with a question mark": marked,
        },
    )
    yield kinds(
        "not found",
        truth & ~found,
        {"without a question mark": ~marked},
    )
    yield ""
    asked = [row for row in rows if row["question"] == "True"]
    is_open = flags([row["question_subtype"] == "open" for row in asked])
    asked_texts = [row["text"] for row in asked]
    ours = find(asked_texts).has("open_question")
    words = holds(r"\b(?:what|how|why|tell me)\b", asked_texts)
    yield f"Open against closed, {len(asked)} questions; a turn with both is open."
    yield ""
    yield "| | accuracy |"
    yield "|---|---|"
    yield line("this library", accuracy_score(is_open, ours))
    yield line("'what', 'how', 'why' or 'tell me'", accuracy_score(is_open, words))
    groups = [row["group"] for row in asked]
    yield line(
        "for comparison, words of annomi itself",
        accuracy_score(is_open, learned(is_open, asked_texts, groups)),
    )
    yield "\nWhat goes wrong:\n"
    several = flags([text.count("?") > 1 for text in asked_texts])
    yes_no = holds(YES_NO, asked_texts)
    yield kinds(
        "called closed, open to the annotators",
        is_open & ~ours,
        {
            "with several questions": several,
            "of yes-or-no form": yes_no,
        },
    )
    yield kinds(
        "called open, closed to the annotators",
        ours & ~is_open,
        {"with several questions": several},
    )
    yield ""


def swda_section(file: Path) -> Iterator[str]:
    """Questions on the telephone."""
    yield "## swda: questions on the telephone, last 100 conversations\n"
    rows = rows_of(file)
    last = set(list(dict.fromkeys(row["group"] for row in rows))[-100:])
    rows = [row for row in rows if row["group"] in last]
    act = re.compile(r"^q|\^d")
    truth = flags([act.search(row["dialogue_act"]) is not None for row in rows])
    yield from question_rows(truth, [row["text"] for row in rows])


UNLABELLED = ("x", "z")  # not understood; not annotated


def mrda_section(file: Path) -> Iterator[str]:
    """Apologies, questions and interruptions in meetings."""
    yield "## mrda: apologies and questions in meetings, no punctuation\n"
    rows = rows_of(file)
    texts = [row["text"] for row in rows]
    found = find(texts)
    truth = flags([row["apology"] == "1" for row in rows])
    half = unread(row["group"] for row in rows)
    ours, words = found.has("apology"), holds("sorry|apolog", texts)
    yield "An apology is any cue `apology` that is not denied, of whatever kind.\n"
    yield from HEAD
    yield prf("apology: this library", truth, ours)
    yield prf("apology: 'sorry' or 'apolog'", truth, words)
    yield prf("meetings not read: this library", truth[half], ours[half])
    yield prf("meetings not read: 'sorry' or 'apolog'", truth[half], words[half])
    known = flags([row["label"] not in UNLABELLED for row in rows])
    yield prf("turns with a label: this library", truth[known], ours[known])
    yield prf("turns with a label: 'sorry' or 'apolog'", truth[known], words[known])
    groups = [row["group"] for row in rows]
    of_corpus = learned(truth, texts, groups)
    yield prf("for comparison, words of mrda itself", truth, of_corpus)
    asked = flags([row["question"] == "1" for row in rows])
    questions = found.has("open_question", "closed_question")
    yield prf("question: this library", asked, questions)
    yield "\nWhat goes wrong with apologies:\n"
    acts = [re.split(r"[\^.|:]", row["label"]) for row in rows]
    yield kinds(
        "found, but none to the annotators",
        ours & ~truth,
        {
            "in turns without a label": ~known,
            "ask for a repetition": flags(["br" in act for act in acts]),
        },
    )
    yield kinds(
        "not found",
        truth & ~ours,
        {
            "'excuse me' or 'pardon'": holds(r"\b(?:excuse|pardon) me\b", texts),
            "'oops'": holds(r"\boops\b", texts),
        },
    )
    yield ""
    yield "## mrda: interruptions, meetings held out\n"
    yield (
        "Taken from the metrics of `models/interruption`, which come from five folds "
        "over meetings; made by `empathy-score train-interruption`.\n"
    )
    metrics = json.loads(INTERRUPTION_METRICS.read_text(encoding="utf-8"))
    yield "| | average precision | F1 |"
    yield "|---|---|---|"
    figures = {"this library": metrics["held_out"], **metrics["baselines"]}
    for name, found_in in figures.items():
        yield line(name, found_in["average_precision"], found_in["f1"])
    yield ""


def esconv_section(file: Path) -> Iterator[str]:
    """Two strategies of peer supporters, as a graded value."""
    yield "## esconv: strategies of peer supporters, area under the ROC curve\n"
    rows = rows_of(file)
    texts = [row["text"] for row in rows]
    half = unread(row["group"] for row in rows)
    share = cue_confidences(texts, load_cue_confidence()).share
    found = find(texts)
    cues = {
        "Reflection of feelings": ("acknowledgement", "perspective_taking"),
        "Affirmation and Reassurance": ("reassurance", "acknowledgement"),
    }
    yield "| | model and cues | rows not read | model alone | cues alone | words |"
    yield "|---|---|---|---|---|---|"
    n_words = [len(text.split()) for text in texts]
    mistakes = []
    for column, (strategy, labels) in enumerate(cues.items()):
        truth = flags([row["strategy"] == strategy for row in rows])
        counts = found.count(*labels)
        both = share[:, column] + CUE_WORTH * counts
        yield line(
            strategy,
            float(roc_auc_score(truth, both)),
            float(roc_auc_score(truth[half], both[half])),
            float(roc_auc_score(truth, share[:, column])),
            float(roc_auc_score(truth, counts)),
            float(roc_auc_score(truth, n_words)),
        )
        highest = flags(both >= np.sort(both)[-int(truth.sum())])
        wrong = [
            row["strategy"]
            for row, is_wrong in zip(rows, highest & ~truth, strict=True)
            if is_wrong
        ]
        most = Counter(wrong).most_common(4)
        mistakes.append(
            f"- {strategy}: of the {int(highest.sum())} turns with the highest values "
            f"{len(wrong)} are something else: "
            f"{', '.join(f'{count} {name}' for name, count in most)}."
        )
    yield "\nWhat goes wrong:\n"
    yield from mistakes
    yield ""


NEGATIVE = {"anxiety", "frustration", "disappointment", "anger"}


def conversations_section(file: Path) -> Iterator[str]:
    """Opportunities for empathy in real service chats."""
    yield "## conversations.csv: opportunities, the customers' negative emotions\n"
    rows = [row for row in rows_of(file) if row["role"] == "customer"]
    emotions = [set(row["emotion"].split(";")) for row in rows]
    truth = flags([bool(NEGATIVE & found) for found in emotions])
    texts = [row["text"] for row in rows]
    kinds = opportunities_of(
        list(make_cue_pipeline().pipe(texts)), load_opportunity_model()
    ).kinds
    ours = flags([kind not in (None, "good_news") for kind in kinds])
    called = flags([kind is not None for kind in kinds])
    long = flags([len(text.split()) >= 10 for text in texts])
    half = unread(row["conversation_id"] for row in rows)
    asking = flags(
        [
            "CLIENT-02" in row["conversation_id"] and NEGATIVE & found == {"anxiety"}
            for row, found in zip(rows, emotions, strict=True)
        ]
    )
    yield (
        f"{len(rows)} customers' turns. One client's annotator used anxiety for plain "
        "questions too; the last lines leave those turns out.\n"
    )
    yield from HEAD
    yield prf("this library", truth, ours)
    yield prf("this library, good news too", truth, called)
    yield prf("ten words or more", truth, long)
    yield prf("conversations not read: this library", truth[half], ours[half])
    yield prf("conversations not read: ten words or more", truth[half], long[half])
    yield prf("anxiety of that client left out", truth[~asking], ours[~asking])
    yield prf("the same: ten words or more", truth[~asking], long[~asking])
    yield ""


SECTIONS = (
    ("customer-service/dev.csv", dev_section),
    ("benchmarks/annomi/train.csv", annomi_section),
    ("benchmarks/swda/train.csv", swda_section),
    ("benchmarks/mrda/train.csv", mrda_section),
    ("benchmarks/esconv/train.csv", esconv_section),
    ("customer-service/conversations.csv", conversations_section),
)


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=HERE.parent.parent / "shared")
    shared: Path = parser.parse_args().shared
    lines = ["# Cues, questions and turn-taking against human labels\n"]
    lines.append("Made by `python benchmarks/cues.py`.\n")
    for name, section in SECTIONS:
        if (shared / name).is_file():
            lines.extend(section(shared / name))
        else:
            lines.append(f"Absent: {name}.\n")
    text = "\n".join(lines)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
