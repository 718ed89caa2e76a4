"""The commands together, and what happens when one cannot go on."""

from __future__ import annotations

import sys

import typer

from empathy_score.cli.check_patterns import check_patterns_command
from empathy_score.cli.evaluate import evaluate_command
from empathy_score.cli.explain import explain_command
from empathy_score.cli.formats import formats_command
from empathy_score.cli.score import score_command
from empathy_score.cli.train import train_command
from empathy_score.cli.train_confidence import train_confidence_command
from empathy_score.cli.train_interruption import train_interruption_command
from empathy_score.cli.train_opportunity import train_opportunity_command
from empathy_score.cli.train_roles import train_roles_command
from empathy_score.errors import EmpathyScoreError

DONE, FAILED, INTERRUPTED = 0, 2, 130  # 1, some set aside, is a command's answer

# Old releases of typer take these errors from click, new ones bring their own.
_UsageError: type[Exception] = typer.BadParameter.__bases__[0]

app = typer.Typer(
    name="empathy-score",
    help="Score how much empathy each agent utterance communicates, and show why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: rich takes as long to import as all else
)
app.command("score")(score_command)
app.command("explain")(explain_command)
app.command("formats")(formats_command)
app.command("check-patterns")(check_patterns_command)
app.command("train")(train_command)
app.command("evaluate")(evaluate_command)
app.command("train-opportunity")(train_opportunity_command)
app.command("train-confidence")(train_confidence_command)
app.command("train-interruption")(train_interruption_command)
app.command("train-roles")(train_roles_command)


def main() -> None:
    """Run the command line; errors are one line and exit code 2."""
    try:
        code = app(standalone_mode=False)
    except EmpathyScoreError as error:
        _say(f"empathy-score: {' '.join(str(error).split())}")
        code = FAILED
    except _UsageError as error:
        error.show()  # type: ignore[attr-defined]
        code = FAILED
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    if code == INTERRUPTED:
        _say(
            "empathy-score: interrupted; no output was written "
            "(score goes on where it was with --resume)"
        )
    sys.exit(code if isinstance(code, int) else DONE)


def _say(line: str) -> None:
    typer.echo(line, err=True)
