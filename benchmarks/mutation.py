"""Change the code a little, many times, and count how often a test notices.

    python benchmarks/mutation.py --number 400 --seed 7

takes a random sample of the mutants that mutmut makes of features, scoring and readers
(``[tool.mutmut]`` in pyproject.toml names the modules), each module with its share,
runs the tests that belong to the module with each, and writes
``benchmarks/results/mutation.md``. mutmut's own run begins with all tests, twice, in
one process; here the tests mirror the package, and a module's are enough. Survivors
are tried again with more tests (``TESTS``), and with the doctests of their module.

    python benchmarks/mutation.py --number 400 --seed 7 --again

goes on with a run that was cut off, and tries the survivors of the last one again,
after tests were added. With ``--every 2`` every second of the mutants drawn is tried.

``benchmarks/mutation_survivors.json`` says of each survivor that was read why no test
can notice it; the others are printed. What mutmut made lies in ``mutants/``.
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "mutants"
PAGE = ROOT / "benchmarks" / "results" / "mutation.md"
READ = ROOT / "benchmarks" / "mutation_survivors.json"
STATES = ROOT / "build" / "mutation.json"
LATER = "killed later"  # by tests that came after it had survived
WITHOUT = ("-n", "0", "-p", "no:cacheprovider", "-p", "no:randomly")
HEAVY = ("pytest", "empathy_score", "duckdb", "polars", "pandas")
SECONDS = 300  # for one survivor's second try
EXPORTS = "tests/readers/test_formats.py tests/readers/test_odd_pieces.py"
TABLES = "tests/readers/test_table.py tests/readers/test_exported_tables.py"
SCORES = "tests/test_scoring.py tests/test_invariants.py"
TAKING = ("by_marks", "by_times", "listening", "observed", "taking")
TESTS = {
    "readers": EXPORTS,
    "features": "tests/features/test_reading.py tests/features/test_entries.py "
    "tests/features/test_declarations.py tests/features/test_strategies.py "
    f"tests/features/test_repetition.py {SCORES}",
    "scoring": SCORES,
    "classifier.py": "",
    "conformal.py": "",
    "domain.py": "",
    "frames.py": "",
    "features/transformer.py": "",
    "joined_scores.py": "tests/test_writers.py",
    "later_turns.py": SCORES,
    "lexicon/matching.py": "tests/lexicon/test_scope.py tests/lexicon/test_literals.py "
    "tests/lexicon/test_robustness.py tests/test_cues.py",
    "model.py": f"tests/test_explanation.py {SCORES}",
    "native_columns.py": "tests/test_frames.py",
    "readers/caption_speakers.py": f"tests/readers/test_captions.py {EXPORTS}",
    "readers/captions.py": f"tests/readers/test_captions.py {EXPORTS}",
    "readers/csv_rows.py": TABLES,
    "readers/databases.py": "tests/readers/test_sql_query.py",
    "readers/documents.py": f"{EXPORTS} tests/readers/test_exported_text.py",
    "readers/encodings.py": f"tests/readers/test_sources.py {TABLES}",
    "readers/extras.py": f"tests/readers/test_excel.py {EXPORTS}",
    "readers/fields.py": f"{EXPORTS} tests/readers/test_zendesk.py "
    "tests/readers/test_genesys.py tests/readers/test_transcribe.py",
    "readers/html_nesting.py": "tests/readers/test_html_text.py",
    "readers/intake.py": f"tests/readers/test_recognition.py {TABLES} "
    "tests/readers/test_sources.py",
    "readers/json_entries.py": "tests/readers/test_convokit.py",
    "readers/json_rows.py": TABLES,
    "readers/loading.py": TABLES,
    "readers/packed.py": "tests/readers/test_sources.py",
    "readers/parts.py": f"{TABLES} tests/readers/test_excel.py "
    "tests/readers/test_recognition.py",
    "readers/pieces.py": EXPORTS,
    "readers/recognition.py": f"{EXPORTS} {TABLES}",
    "readers/rejects.py": f"{TABLES} tests/readers/test_hostile.py",
    "readers/sources.py": "",
    "readers/spoken.py": f"{EXPORTS} tests/readers/test_whisper.py "
    "tests/readers/test_deepgram.py tests/readers/test_assemblyai.py",
    "readers/sql.py": f"{TABLES} tests/readers/test_sql_query.py",
    "readers/sql_query.py": "",
    "readers/stored.py": "tests/test_conversations.py",
    "readers/table.py": "tests/readers/test_exported_tables.py",
    "readers/turn_batches.py": TABLES,
    "readers/turn_rows.py": f"tests/readers/test_exported_text.py {EXPORTS} {TABLES}",
    "sentence_levels.py": "",
    "utterance_table.py": "",
    **dict.fromkeys(
        (f"turn_taking/{name}.py" for name in TAKING),
        f"tests/turn_taking/test_taking.py tests/turn_taking/test_marks.py {SCORES}",
    ),
}
"""Tests of a module beside those that mirror it, else of the part it belongs to."""


def main() -> None:
    """Sample, run, try survivors again, write the page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--number", type=int, default=400)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--every", type=int, default=1, help="every n-th drawn one")
    options.add_argument("--again", action="store_true", help="survivors only")
    given = options.parse_args()
    os.chdir(ROOT)
    names = made()
    chosen = sample(names, given.number, given.seed)[:: given.every]
    make_tree(names)
    known = json.loads(STATES.read_text("utf-8")) if given.again else {}
    states = {name: known[name] for name in chosen if name in known}
    tried([one for one in chosen if one not in states], mirror_of, states)
    tried([one for one in chosen if states[one] == "survived"], tests_of, states)
    for name in [one for one in chosen if states[one] == "survived"]:
        if doctest_notices(name):
            states[name] = "killed"
            print("killed by a doctest", name, flush=True)
    for name, before in known.items():
        if before == LATER or (before, states.get(name)) == ("survived", "killed"):
            states[name] = LATER
    STATES.write_text(json.dumps(states, indent=1), encoding="utf-8")
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
    drawn_ones = [mixed[int(first + step * place)] for place in range(number)]
    order = ("readers", "features", "scoring")
    return sorted(drawn_ones, key=lambda name: order.index(part_of(file_of(name))))


def make_tree(names: Mapping[str, Sequence[str]]) -> None:
    """Lay a copy of the repository into ``mutants/``, with all mutants in its modules.

    Each function of such a module runs the mutant that ``MUTANT_UNDER_TEST`` names.
    """
    from mutmut.mutation.file_mutation import mutate_file_contents

    shutil.rmtree(WORK, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z"], check=True, capture_output=True, text=True
    ).stdout
    for file in filter(None, listed.split("\0")):
        (WORK / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, WORK / file)
    for file in names:
        text = Path(file).read_text(encoding="utf-8")
        changed = mutate_file_contents(file, text).code
        (WORK / file).write_text(changed, encoding="utf-8")


def file_of(name: str) -> str:
    """Give the module that a mutant changes."""
    return name.rpartition(".")[0].replace(".", "/") + ".py"


def tests_of(file: str) -> list[str]:
    """Name the tests of a module: those that mirror it, and those that TESTS adds."""
    inside = Path(*Path(file).parts[1:])
    mirror = Path("tests", inside.parent, f"test_{inside.name}").as_posix()
    found = [mirror, *TESTS.get(inside.as_posix(), TESTS[part_of(file)]).split()]
    return [test for test in dict.fromkeys(found) if (ROOT / test).is_file()]


def mirror_of(file: str) -> list[str]:
    """Name the first of a module's tests, which notice most."""
    return tests_of(file)[:1]


def tried(
    chosen: Sequence[str],
    tests_for: Callable[[str], list[str]],
    states: dict[str, str],
) -> None:
    """Try mutants, those with the same tests in one process after another.

    The process imports the tests and forks for each mutant, so that nothing is imported
    twice; the first fork runs the tests without a mutant. Nothing else runs before the
    forks: DuckDB's threads would not be in them, and what is cached would hide mutants.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for name in chosen:
        groups.setdefault(tuple(tests_for(file_of(name))), []).append(name)
    os.environ.update(_environment())
    sys.path.insert(0, str(WORK))
    for module in HEAVY:
        importlib.import_module(module)
    for tests, names in groups.items():
        into, out = os.pipe()
        if (child := os.fork()) == 0:
            os.close(into)
            _try_group(tests, names, out)
        os.close(out)
        with os.fdopen(into, encoding="utf-8") as lines:
            for line in lines:
                state, _, name = line.strip().partition(" ")
                states[name] = state
                print(state, name, flush=True)
        if os.waitpid(child, 0)[1]:
            sys.exit(f"the tests fail without a mutant: {' '.join(tests)}")
        STATES.parent.mkdir(parents=True, exist_ok=True)
        STATES.write_text(json.dumps(states, indent=1), encoding="utf-8")


def _try_group(tests: Sequence[str], names: Sequence[str], out: int) -> NoReturn:
    os.chdir(WORK)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    _run(["--collect-only", *tests])  # imports them
    began = time.monotonic()
    if _in_a_fork(tests, "", SECONDS) != "survived":
        os._exit(1)
    limit = 30 + 5 * (time.monotonic() - began)
    for name in names:
        os.write(out, f"{_in_a_fork(tests, name, limit)} {name}\n".encode())
    os._exit(0)


def _run(words: Sequence[str]) -> int:
    import pytest

    return int(pytest.main(["-x", "-q", *WITHOUT, *words]))


def _in_a_fork(tests: Sequence[str], name: str, limit: float) -> str:
    """Run the tests with a mutant; the fork is killed after ``limit`` seconds."""
    if (child := os.fork()) == 0:
        os.setpgid(0, 0)
        os.environ["MUTANT_UNDER_TEST"] = name
        os._exit(_run(tests))
    began = time.monotonic()
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return "survived" if status == 0 else "killed"
        if time.monotonic() - began > limit:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "timeout"
        time.sleep(0.02)


def _environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(WORK), "OMP_NUM_THREADS": "1", **more}


def doctest_notices(name: str) -> bool:
    """Tell whether the doctests of its module notice a survivor."""
    words = [sys.executable, "-m", "pytest", "-x", "-q", *WITHOUT, file_of(name)]
    done = subprocess.run(
        [*words, "-k", "not __mutmut_ or __mutmut_orig"],
        cwd=WORK,
        env=_environment(MUTANT_UNDER_TEST=name),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=SECONDS,
        check=False,
    )
    return done.returncode not in (0, 5)


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
    killed = found["killed"] + found["timeout"]
    counts = (total, len(states), killed, found[LATER], found["survived"])
    cells = [name, *(f"{count:,}" for count in counts)]
    if states:
        share = killed / len(states)
        low, high = interval(share, len(states))
        cells += [f"{share:.1%}", f"{low:.1%} to {high:.1%}"]
    else:
        cells += ["", ""]
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
        f"{given.seed} --every {given.every}` on {time.strftime('%Y-%m-%d')}.\n",
        "mutmut changes one thing in a function at a time: a comparison, a number, a "
        "text, an argument, a value that is assigned. Each change is noticed where a "
        "test fails or hangs. Drawn is a random sample, each module with its share, so "
        "that the share of all stands for all mutants; intervals are Wilson's at 95 %. "
        "*Killed later* are those that survived until tests were written for them; "
        "they do not count in the share, because other mutants have no such tests. "
        "Tests of the command line, of reports and of training do not take part, so "
        "the whole suite notices more, not less.\n",
        *_unfinished(names, states, given.number // given.every),
        *_table("part", _by_part(names, drawn)),
        "",
        *_table("module", [(f, len(names[f]), drawn[f]) for f in names if drawn[f]]),
        "\n## Survivors\n",
        *_survivors(states),
    ]
    return "\n".join([*lines, ""])


def _unfinished(
    names: Mapping[str, list[str]], states: Mapping[str, str], number: int
) -> Iterator[str]:
    """Say what of the sample was not tried, and of which parts."""
    if len(states) == number:
        return
    untried = sorted(
        {part_of(file) for file, of in names.items() if not set(of) & set(states)}
    )
    yield (
        f"**The run was cut off**: {len(states)} of {number} drawn were tried, module "
        "by module, so that the share stands for the modules below and not for all "
        f"({', '.join(untried)} have modules without any).\n"
    )


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
    heads = "mutants | tried | killed | killed later | survived | noticed"
    return [
        f"| {first} | {heads} | 95 % interval |",
        "|" + "---|" * 8,
        *(row(name, total, states) for name, total, states in rows),
    ]


def _survivors(states: Mapping[str, str]) -> list[str]:
    """List the survivors: those read, by the reason that no test can notice them."""
    read: dict[str, str] = json.loads(READ.read_text("utf-8")) if READ.is_file() else {}
    left = sorted(name for name, state in states.items() if state == "survived")
    kinds = Counter(read.get(name, "not read yet") for name in left)
    lines = [f"- {count} {kind}" for kind, count in kinds.most_common()]
    lines += ["", "| survivor | read as |", "|---|---|"]
    return lines + [f"| `{name}` | {read.get(name, '')} |" for name in left]


if __name__ == "__main__":
    main()
