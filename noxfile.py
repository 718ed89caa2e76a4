"""What is run before a release, each session in an environment of its own.

    pip install nox uv          # without uv each case installs for minutes
    nox -s matrix matrix_page   # the same scores with every supported version
    nox -s wheel                # reproducible builds, installed alone, timed
    nox -s audit citation       # known vulnerabilities; CITATION.cff
    nox -s coverage             # every test, counted; fails under 95 % of branches
    nox -s mutation             # a sample of small changes; do tests notice them?

Interpreters that are not installed are skipped, and said to be.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import time
from pathlib import Path

import nox

nox.options.default_venv_backend = "uv|venv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["matrix", "matrix_page"]

HERE = Path(__file__).resolve().parent
RELEASES = HERE / "tests" / "releases"
PYTHONS = ("3.10", "3.11", "3.12", "3.13")
OLD, NEW = "oldest", "newest"
RECORDS = HERE / "build" / "matrix"

# The first spaCy 3.8 with a wheel for each Python.
OLDEST_SPACY = {"3.10": "3.8.0", "3.11": "3.8.0", "3.12": "3.8.0", "3.13": "3.8.7"}
OLDEST_SKLEARN = "1.6.0"
# Python, spaCy, scikit-learn; with both of the oldest on the oldest Python, every
# other dependency is the oldest that pyproject.toml allows.
CASES = (
    ("3.10", OLD, OLD),
    ("3.10", NEW, NEW),
    ("3.11", OLD, NEW),
    ("3.12", NEW, OLD),
    ("3.13", OLD, OLD),
    ("3.13", NEW, NEW),
)


def oldest_dependencies() -> list[str]:
    """Pin each dependency of the core to the first version that is allowed."""
    text = (HERE / "pyproject.toml").read_text(encoding="utf-8")
    core = text.split("\ndependencies = [", 1)[1].split("\n]", 1)[0]
    found = re.findall(r'^ *"([\w-]+)>=([\w.]+)', core, flags=re.MULTILINE)
    return [f"{name}=={first}" for name, first in found if name != "spacy"]


def pins(python: str, spacy: str, sklearn: str) -> list[str]:
    """Name the versions to install beside the wheel; what is left out is the newest."""
    found = []
    if spacy == OLD:
        found.append(f"spacy=={OLDEST_SPACY[python]}")
        if OLDEST_SPACY[python] == "3.8.0":  # its thinc is built for NumPy 1
            found += ["thinc>=8.2.5", "numpy<2"]
    if sklearn == OLD:
        found.append(f"scikit-learn=={OLDEST_SKLEARN}")
    if python == PYTHONS[0] and (spacy, sklearn) == (OLD, OLD):
        return [*found[:2], *oldest_dependencies()]
    return found


def build(session: nox.Session) -> Path:
    """Build the wheel once for all sessions of a run; or take one that is named."""
    for named in session.posargs:
        if named.endswith(".whl"):
            return Path(named).resolve()
    wheels = Path(session.cache_dir) / f"wheel-{os.getpid()}"
    if not wheels.is_dir():
        session.install("build")
        session.run(
            *("python", "-m", "build", "--wheel", "--outdir", str(wheels), str(HERE)),
            silent=True,
        )
    return next(wheels.glob("*.whl"))


@nox.session
@nox.parametrize("python,spacy,sklearn", CASES, ids=["-".join(case) for case in CASES])
def matrix(session: nox.Session, spacy: str, sklearn: str) -> None:
    """Install the wheel with old and new versions; compare scores, try commands.

    After ``--`` may stand a wheel that is built already, and ``scores``, to compare
    scores alone, as ``.ci/run`` does.
    """
    python = str(session.python)
    case = f"{python}-{spacy}-{sklearn}"
    RECORDS.mkdir(parents=True, exist_ok=True)
    record = RECORDS / f"{case}.json"
    told: dict[str, object] = {"scores": "failed", "commands": "not tried"}
    record.write_text(json.dumps(told), encoding="utf-8")
    wheel = build(session)
    began = time.monotonic()
    session.install(
        "--only-binary=:all:", str(wheel), *pins(python, spacy, sklearn), silent=True
    )
    seconds = time.monotonic() - began
    session.chdir(session.create_tmp())  # away from the checkout: the wheel is tried
    said = session.run(
        *("python", str(RELEASES / "reference_scores.py"), "--compare"),
        silent=True,
        stderr=sys.stderr,  # what is captured is the answer alone
        success_codes=[0, 1],
        env={"PYTHONPATH": ""},
    )
    found = json.loads(str(said).strip().splitlines()[-1])
    told.update(found, seconds=seconds, scores="same" if found["same"] else "differ")
    record.write_text(json.dumps(told), encoding="utf-8")
    if not found["same"]:
        other = found["other"][:3]
        session.error(f"{case}: scores differ: by {found['largest']}, {other}")
    session.log(f"{case}: the same scores, to {found['largest']:.0e}")
    if "scores" in session.posargs:
        return
    record.write_text(json.dumps({**told, "commands": "failed"}), encoding="utf-8")
    session.install("pytest", silent=True)
    Path("pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    session.run(
        *("pytest", "-q", "-c", "pytest.ini", "--import-mode=importlib"),
        *("-p", "no:cacheprovider", "--noconftest", "--rootdir", "."),
        str(RELEASES / "installed_commands.py"),
        env={"PYTHONPATH": ""},
    )
    record.write_text(json.dumps({**told, "commands": "passed"}), encoding="utf-8")


@nox.session(python=False)
def matrix_page(session: nox.Session) -> None:
    """Write the results of the matrix to benchmarks/results/matrix.md."""
    lines = [
        "# The same scores with every supported version\n",
        f"Made by `nox -s matrix matrix_page` on {time.strftime('%Y-%m-%d')}.\n",
        "In each environment the wheel is installed alone with the versions named, "
        "scores the conversations of `tests/releases` and runs a few commands. Scores "
        "may differ from `reference_scores.jsonl` by 1e-6; labels, positions of cues "
        "and levels may not differ. Seconds are those of `uv` where it is installed, "
        "on a machine with other work; `wheel.md` has those of `pip`.\n",
        "| case (Python, spaCy, scikit-learn) | Python | spaCy | scikit-learn | numpy "
        "| scipy | DuckDB | largest difference | scores | commands | seconds to "
        "install |",
        "|" + "---|" * 11,
    ]
    for case in CASES:
        record = RECORDS / f"{'-'.join(case)}.json"
        lines.append(row(", ".join(case), record))
    (HERE / "benchmarks" / "results" / "matrix.md").write_text(
        "\n".join([*lines, ""]), encoding="utf-8"
    )
    session.log("benchmarks/results/matrix.md")


def row(case: str, record: Path) -> str:
    """One case as a row; without a record it was not run."""
    if not record.is_file():
        return f"| {case} |" + " |" * 7 + " not run | | |"
    found = json.loads(record.read_text(encoding="utf-8"))
    names = ("python", "spacy", "scikit-learn", "numpy", "scipy", "duckdb")
    cells = [case, *(found.get(name, "") for name in names)]
    cells.append(f"{found['largest']:.1e}" if "largest" in found else "")
    cells += [found["scores"], found["commands"]]
    cells.append(f"{found['seconds']:.0f}" if "seconds" in found else "")
    return f"| {' | '.join(cells)} |"


@nox.session
def wheel(session: nox.Session) -> None:
    """Build twice, compare; install the wheel in a clean environment, timed."""
    session.install("build")
    out = HERE / "dist"
    shutil.rmtree(out, ignore_errors=True)
    said = session.run(
        *("python", str(RELEASES / "build_twice.py"), str(out)),
        silent=True,
        stderr=sys.stderr,
    )
    clean = Path(session.create_tmp()).resolve() / "clean"
    session.run("python", "-m", "venv", "--clear", str(clean))
    built = next(out.glob("*.whl"))
    began, busy = time.monotonic(), os.times()
    session.run(str(clean / "bin" / "pip"), "install", "-q", str(built), external=True)
    seconds, now = time.monotonic() - began, os.times()
    busy_seconds = sum(now[2:4]) - sum(busy[2:4])
    session.log(f"installed in {seconds:.0f} s")
    session.chdir(session.create_tmp())
    session.run(
        *(str(clean / "bin" / "empathy-score"), "explain", "So sorry it broke!"),
        external=True,
    )
    size = sum(file.stat().st_size for file in clean.rglob("*") if file.is_file()) / 1e6
    lines = [
        "# The wheel and the sdist\n",
        f"Made by `nox -s wheel` on {time.strftime('%Y-%m-%d')}.\n",
        "Built twice, in folders of other names and with files of other times, both "
        "are the same to the byte (`tests/releases/build_twice.py` fails otherwise):\n",
        "| file | bytes | SHA-256 |",
        "|---|---|---|",
        *(
            f"| {file} | {(out / file).stat().st_size:,} | `{digest}` |"
            for digest, file in (line.split() for line in str(said).splitlines())
        ),
        "",
        f"`pip install` of the wheel in a clean environment took {seconds:.0f} s on a "
        f"machine of {os.cpu_count()} cores, whose load was {os.getloadavg()[1]:.1f}, "
        f"downloads among them, and {busy_seconds:.0f} s of processor time; it then "
        f"holds {size:.0f} MB, and "
        "`empathy-score explain` runs.",
    ]
    (HERE / "benchmarks" / "results" / "wheel.md").write_text(
        "\n".join([*lines, ""]), encoding="utf-8"
    )


@nox.session
def audit(session: nox.Session) -> None:
    """Ask for known vulnerabilities of what an installation brings.

    That is PyPI's own service, or with ``-- -s osv`` another; a mirror of packages has
    neither. What could not be asked about fails, and is not taken for clean.
    """
    session.install(str(build(session)) + "[plots,formats,spark,sql,report,impact]")
    freeze = Path(session.create_tmp()) / "installed.txt"
    session.install("pip")
    said = session.run(
        *("python", "-m", "pip", "freeze", "--all", "--exclude", "empathy-score"),
        silent=True,
        stderr=sys.stderr,
    )
    freeze.write_text(str(said), encoding="utf-8")
    session.install("pip-audit")
    session.run(
        *("pip-audit", "--strict", "--progress-spinner=off", "--disable-pip"),
        *("--no-deps", "-r", str(freeze), *session.posargs),
    )


@nox.session
def citation(session: nox.Session) -> None:
    """Check CITATION.cff against its schema."""
    session.install("cffconvert", "setuptools<81")
    session.run("cffconvert", "--validate", "-i", str(HERE / "CITATION.cff"))


@nox.session
def coverage(session: nox.Session) -> None:
    """Run every test, count the branches taken, fail under 95 %."""
    session.install("-e", ".[dev,spark]")
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", "-q", *session.posargs)
    session.run("coverage", "combine", "-q")
    session.run("python", "benchmarks/branches.py", "--missing")


@nox.session
def mutation(session: nox.Session) -> None:
    """Run a random sample of mutants of features, scoring and readers."""
    session.install("-e", ".[dev]", "mutmut>=3.8")
    session.run("python", "benchmarks/mutation.py", *session.posargs)
