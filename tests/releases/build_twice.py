"""Build wheel and sdist twice, and see that both are the same to the byte.

    python tests/releases/build_twice.py dist

copies the files that git knows to two folders with other names and times, builds both
and leaves the first build in ``dist``. Exit code 1 where the two differ.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def git(*words: str) -> str:
    """Ask git about the checkout."""
    return subprocess.run(
        ("git", "-C", str(ROOT), *words), capture_output=True, text=True, check=True
    ).stdout


def build(folder: Path, time: int, epoch: str) -> dict[str, str]:
    """Copy the tree, give each file this time, build: the hash of each artefact."""
    for name in git("ls-files", "-z").rstrip("\0").split("\0"):
        to = folder / name
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, to)
        os.utime(to, (time, time))
    environment = {**os.environ, "SOURCE_DATE_EPOCH": epoch}
    command = (sys.executable, "-m", "build", "--outdir", "dist", ".")
    subprocess.run(
        command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL
    )
    found = sorted((folder / "dist").iterdir())
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in found}


def main() -> int:
    """Build twice and compare."""
    out = Path(sys.argv[1]).resolve()
    epoch = git("log", "-1", "--format=%ct").strip()
    with tempfile.TemporaryDirectory() as name:
        first = build(Path(name, "first"), 1_000_000_000, epoch)
        second = build(Path(name, "second", "deeper"), 1_700_000_000, epoch)
        out.mkdir(parents=True, exist_ok=True)
        for file in first:
            shutil.copy(Path(name, "first", "dist", file), out)
    for file, digest in first.items():
        print(f"{digest}  {file}")
    if first != second:
        print(f"the second build differs: {second}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
