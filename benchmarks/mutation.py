"""Change the code a little, many times, and count how often a test notices.

    python benchmarks/mutation.py --number 400 --seed 7

takes a random sample of the mutants that mutmut makes of features, scoring and readers
(``[tool.mutmut]`` in pyproject.toml names the modules), each module with its share,
runs mutmut on it, tries the survivors again in a process of their own, with the
doctests of their module, and writes ``benchmarks/results/mutation.md``. The second try
is needed because mutmut's processes share what an earlier test has cached.

    python benchmarks/mutation.py --number 400 --seed 7 --again

tries only the survivors of the last run again, after tests were added.

``benchmarks/mutation_survivors.json`` says of each survivor that was read why no test
can notice it; the others are printed. What mutmut made lies in ``mutants/``.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "mutants"
PAGE = ROOT / "benchmarks" / "results" / "mutation.md"
READ = ROOT / "benchmarks" / "mutation_survivors.json"
UNNOTICED = ("survived", "no tests")
"""What mutmut calls a change with which no test failed, hung or crashed."""
SECONDS = 300  # for one survivor's second try


def main() -> None:
    """Sample, run, try survivors again, write the page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--number", type=int, default=400)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--again", action="store_true", help="survivors only")
    given = options.parse_args()
    os.chdir(ROOT)
    names = made()
    chosen = sample(names, given.number, given.seed)
    if not given.again:
        run_mutmut(chosen)
    states = outcomes(chosen)
    for name in [one for one in chosen if states[one] in UNNOTICED]:
        states[name] = tried_alone(name, states[name])
        print(states[name], name, flush=True)
    PAGE.write_text(page(given, names, states), encoding="utf-8")


def made() -> dict[str, list[str]]:
    """Name all mutants, module by module."""
    from mutmut.configuration import config

    files = sorted(Path("empathy_score").rglob("*.py"))
    wanted = [file for file in files if config().should_mutate(file)]
    with ProcessPoolExecutor(2) as pool:
        found = dict(zip(map(str, wanted), pool.map(_mutants_of, wanted), strict=True))
    return {file: names for file, names in found.items() if names}


def _mutants_of(file: Path) -> list[str]:
    from mutmut.mutation.file_mutation import mutate_file_contents
    from mutmut.utils.format_utils import get_mutant_name

    text = file.read_text(encoding="utf-8")
    names = mutate_file_contents(str(file), text).mutant_names
    return [get_mutant_name(file, name) for name in names]


def sample(names: Mapping[str, Sequence[str]], number: int, seed: int) -> list[str]:
    """Draw mutants at random, from each module in proportion to its mutants.

    The mutants of each module are shuffled; every ``total / number``-th is taken.
    """
    drawn = random.Random(seed)
    mixed = [
        name
        for file in sorted(names)
        for name in drawn.sample(names[file], len(names[file]))
    ]
    step = len(mixed) / number
    first = drawn.random() * step
    return [mixed[int(first + step * place)] for place in range(number)]


def run_mutmut(chosen: Sequence[str]) -> None:
    """Let mutmut make its mutants anew and run the chosen ones."""
    shutil.rmtree(WORK, ignore_errors=True)
    words = [sys.executable, "-m", "mutmut", "run", "--max-children", "1", *chosen]
    subprocess.run(words, check=True, env=_environment(), stdout=sys.stderr)


def _environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(WORK), "OMP_NUM_THREADS": "1", **more}


def outcomes(chosen: Sequence[str]) -> dict[str, str]:
    """Read what mutmut found of each chosen mutant."""
    from mutmut.stats import status_by_exit_code

    codes = {}
    for file in WORK.rglob("*.meta"):
        codes.update(json.loads(file.read_text("utf-8"))["exit_code_by_key"])
    return {name: status_by_exit_code[codes[name]] for name in chosen}


def file_of(name: str) -> Path:
    """Give the module that a mutant changes."""
    return Path(*name.rpartition(".")[0].split(".")).with_suffix(".py")


def tried_alone(name: str, state: str) -> str:
    """Run the tests of a mutant in a process that has cached nothing.

    Those are the tests that reach its function, as mutmut recorded them, the tests
    that mirror its module, and its doctests.
    """
    stats = json.loads((WORK / "mutmut-stats.json").read_text("utf-8"))
    function = name.rpartition("__mutmut_")[0]
    tests = stats["tests_by_mangled_function_name"].get(function, [])
    module = file_of(name)
    mirror = Path("tests", *module.parts[1:-1], f"test_{module.name}")
    for file in {mirror, *(Path(test.partition("::")[0]) for test in tests)}:
        if (ROOT / file).is_file():
            shutil.copy(ROOT / file, WORK / file)  # with the tests that came since
    tests += [str(mirror)] if (WORK / mirror).is_file() else []
    words = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0"]
    words += ["-p", "no:cacheprovider", "-k", "not __mutmut_"]
    try:
        done = subprocess.run(
            [*words, *tests, str(module)],
            cwd=WORK,
            env=_environment(MUTANT_UNDER_TEST=name),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "timeout"
    if done.returncode in (0, 5):
        return state
    return "killed"


def interval(share: float, number: int) -> tuple[float, float]:
    """Give Wilson's 95 % interval of a share."""
    z = 1.96
    middle = share + z * z / (2 * number)
    half = z * math.sqrt(share * (1 - share) / number + z * z / (4 * number**2))
    whole = 1 + z * z / number
    return (middle - half) / whole, (middle + half) / whole


def row(name: str, total: int, states: Sequence[str]) -> str:
    """One row of a table: a module or several."""
    found = Counter(states)
    killed = len(states) - sum(found[state] for state in UNNOTICED)
    cells = [
        name,
        f"{total:,}",
        str(len(states)),
        str(killed - found["timeout"]),
        str(found["timeout"]),
        str(found["survived"]),
        str(found["no tests"]),
    ]
    if states:
        share = killed / len(states)
        low, high = interval(share, len(states))
        cells += [f"{share:.1%}", f"{low:.1%} to {high:.1%}"]
    return f"| {' | '.join(cells)} |"


def part_of(file: str) -> str:
    """Name the part of the package that a module counts to."""
    folder = Path(file).parent.name
    return folder if folder in ("features", "readers") else "scoring"


def page(
    given: argparse.Namespace, names: Mapping[str, list[str]], states: Mapping[str, str]
) -> str:
    """Write tables of parts and modules, and what was read of the survivors."""
    drawn = {file: [states[n] for n in of if n in states] for file, of in names.items()}
    lines = [
        "# Changes of the code that the tests notice\n",
        f"Made by `python benchmarks/mutation.py --number {given.number} --seed "
        f"{given.seed}` on {time.strftime('%Y-%m-%d')}.\n",
        "mutmut changes one thing in a function at a time: a comparison, a number, a "
        "text, an argument, a value that is assigned. Each change is noticed where a "
        "test fails or hangs. Drawn is a random sample, each module with its share, so "
        "that the share of all stands for all mutants; intervals are Wilson's at 95 %. "
        "Tests of the command line, of reports and of training do not take part, so "
        "the whole suite notices more, not less.\n",
        *_table("part", _by_part(names, drawn)),
        "",
        *_table("module", [(f, len(names[f]), drawn[f]) for f in names if drawn[f]]),
        "\n## Survivors\n",
        *_survivors(states),
    ]
    return "\n".join([*lines, ""])


def _by_part(
    names: Mapping[str, list[str]], drawn: Mapping[str, list[str]]
) -> list[tuple[str, int, list[str]]]:
    rows = []
    for part in ("features", "scoring", "readers", "all"):
        files = [file for file in names if part in ("all", part_of(file))]
        total = sum(len(names[file]) for file in files)
        rows.append((part, total, [one for file in files for one in drawn[file]]))
    return rows


def _table(first: str, rows: Sequence[tuple[str, int, list[str]]]) -> list[str]:
    heads = "mutants | drawn | killed | timeouts | survived | no tests | noticed"
    return [
        f"| {first} | {heads} | 95 % interval |",
        "|" + "---|" * 9,
        *(row(name, total, states) for name, total, states in rows),
    ]


def _survivors(states: Mapping[str, str]) -> list[str]:
    """List the survivors: those read, by the reason that no test can notice them."""
    read: dict[str, str] = json.loads(READ.read_text("utf-8")) if READ.is_file() else {}
    left = sorted(name for name, state in states.items() if state in UNNOTICED)
    kinds = Counter(read.get(name, "not read yet") for name in left)
    lines = [f"- {count} {kind}" for kind, count in kinds.most_common()]
    lines += ["", "| survivor | read as |", "|---|---|"]
    return lines + [f"| `{name}` | {read.get(name, '')} |" for name in left]


if __name__ == "__main__":
    main()
