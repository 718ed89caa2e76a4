"""Count the lines and branches that the tests reach, per part of the package.

    nox -s coverage

runs every test under coverage.py, the processes that tests start included, and then

    python benchmarks/branches.py

which writes ``benchmarks/results/coverage.md`` and ends with 1 where fewer than 95 % of
the branches were taken. A branch is a jump from one line to another; both ways of a
condition have to be taken.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "benchmarks" / "results" / "coverage.md"
PACKAGE = "empathy_score"
WANTED = 95.0  # percent of the branches


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Lines and branches of some modules, and how many of them tests reach."""

    lines: int
    lines_reached: int
    branches: int
    branches_reached: int


def main() -> None:
    """Write the page; end with 1 where too few branches were taken."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", default=".coverage", help="what the tests left")
    options.add_argument("--without", help="which tests did not run; the page says so")
    options.add_argument("--missing", action="store_true", help="print what is missed")
    given = options.parse_args()
    files = measured(given.data)
    whole = added(files.values())
    PAGE.write_text(page(files, whole, given.without), encoding="utf-8")
    if given.missing:
        print_missing(files)
    print(f"{percent(whole.branches_reached, whole.branches)} of the branches")
    sys.exit(100 * whole.branches_reached < WANTED * whole.branches)


def measured(data: str) -> dict[str, Mapping[str, Any]]:
    """Ask coverage.py for what it knows of each module."""
    words = [sys.executable, "-m", "coverage", "json", f"--data-file={data}"]
    done = subprocess.run(
        [*words, "-q", "-o", "-"], cwd=ROOT, check=True, stdout=subprocess.PIPE
    )
    found: dict[str, Mapping[str, Any]] = json.loads(done.stdout)["files"]
    return found


def added(files: Iterable[Mapping[str, Any]]) -> Reached:
    """Add modules up."""
    counts = [one["summary"] for one in files]
    return Reached(
        lines=sum(one["num_statements"] for one in counts),
        lines_reached=sum(one["covered_lines"] for one in counts),
        branches=sum(one["num_branches"] for one in counts),
        branches_reached=sum(one["covered_branches"] for one in counts),
    )


def parts(files: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Put modules together by the folder that they lie in."""
    found: dict[str, list[Any]] = defaultdict(list)
    for name, one in sorted(files.items()):
        found[Path(name).parent.as_posix().replace("/", ".")].append(one)
    return found


def percent(reached: int, whole: int) -> str:
    """Say a share in percent."""
    return f"{100 * reached / whole:.1f} %" if whole else "-"


def row(name: str, found: Reached) -> str:
    """One part as a row of the table."""
    cells = [
        name,
        f"{found.lines:,}",
        percent(found.lines_reached, found.lines),
        f"{found.branches:,}",
        percent(found.branches_reached, found.branches),
    ]
    return f"| {' | '.join(cells)} |"


def page(files: Mapping[str, Any], whole: Reached, without: str | None) -> str:
    """Write the table of all parts, and the modules that miss most."""
    command = (
        "python benchmarks/branches.py --without" if without else "nox -s coverage"
    )
    left_out = [f"Not run were {without}: the whole suite takes more.\n"]
    lines = [
        "# Lines and branches that the tests reach\n",
        f"Made by `{command}` on {time.strftime('%Y-%m-%d')}. A branch is a jump "
        "from one line to another; both ways of a condition have to be taken. Counted "
        "are the processes that tests start, too; not those of Spark.\n",
        *(left_out if without else ()),
        "| part | lines | reached | branches | taken |",
        "|---|---|---|---|---|",
        *(row(f"`{name}`", added(some)) for name, some in parts(files).items()),
        row("all", whole),
        "\nModules with most branches that no test takes:\n",
        "| module | lines | reached | branches | taken |",
        "|---|---|---|---|---|",
    ]
    missed = sorted(files, key=lambda name: -len(files[name]["missing_branches"]))
    for name in missed[:10]:
        module = name.removeprefix(f"{PACKAGE}/")
        lines.append(row(f"`{module}`", added([files[name]])))
    return "\n".join([*lines, ""])


def print_missing(files: Mapping[str, Any]) -> None:
    """Print the branches that no test takes, for each module."""
    for name, one in sorted(files.items()):
        missed = [f"{first}->{last}" for first, last in one["missing_branches"]]
        if missed:
            print(f"{name}: {' '.join(missed)}")


if __name__ == "__main__":
    main()
