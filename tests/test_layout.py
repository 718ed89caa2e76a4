"""Modules import only from their left, and importing does nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import empathy_score

PACKAGE = Path(empathy_score.__file__).parent
ORDER = [
    "errors",
    "records",
    "utterance_table",
    "columns",
    "normalization",
    "model_folder",
    "logistic",
    "sentences",
    "vocabulary",
    "speaker_words",
    "speaker_roles",
    "readers",
    "conversations",
    "joined_scores",
    "writers",
    "sql_types",
    "sql_target",
    "sql_table",
    "turn_order",
    "cue_confidence",
    "lexicon",
    "score_columns",
    "cues",
    "cue_colors",
    "features",
    "sentence_levels",
    "classifier",
    "conformal",
    "domain",
    "model",
    "turn_taking",
    "opportunity",
    "component",
    "explanation",
    "scored",
    "later_turns",
    "native_columns",
    "frames",
    "scoring",
    "file_scoring",
    "spark_worker",
    "spark",
    "scored_turns",
    "moods",
    "summaries",
    "coaching",
    "outcomes",
    "redaction",
    "reports",
    "label_columns",
    "labelled",
    "label_checks",
    "evaluation",
    "comparison",
    "held_out",
    "held_out_measures",
    "learning_curve",
    "adaptation",
    "card_sections",
    "card",
    "training",
    "adaptation_training",
    "label_selection",
    "label_file",
    "labeller_agreement",
    "opportunity_training",
    "cue_confidence_training",
    "speaker_roles_measures",
    "speaker_roles_card",
    "speaker_roles_training",
    "cli",
    "__main__",
]


def imports_of(file):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            parts = node.module.split(".")
            if parts[0] == "empathy_score" and len(parts) > 1:
                yield parts[1]


def test_a_module_imports_only_from_its_left():
    for file in PACKAGE.rglob("*.py"):
        own = file.relative_to(PACKAGE).with_suffix("").parts[0]
        if own == "__init__":
            continue
        for other in imports_of(file):
            assert ORDER.index(other) <= ORDER.index(own), f"{file}: imports {other}"


def test_importing_loads_nothing_heavy():
    code = (
        "import sys, empathy_score; "
        "print([m for m in ('spacy', 'sklearn', 'duckdb') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_the_help_of_the_command_line_loads_nothing_heavy():
    code = (
        "import sys, empathy_score.cli.app; "
        "heavy = ('spacy', 'sklearn', 'duckdb', 'numpy', 'rich'); "
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
