"""Write ``THIRD_PARTY.md``: what the package needs, of whom, under which licence.

    python docs/third_party.py

reads the dependencies and extras of ``pyproject.toml`` and asks the installed packages
for their licences, so run it where all extras are installed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
NOTICES = ROOT / "THIRD_PARTY.md"
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_NOT_SHIPPED = ("dev", "docs")
_LONGEST = 80  # some packages give the whole licence where its name belongs


def requirements() -> Iterator[tuple[str, str, str]]:
    """Give name, requirement and extra ("" for the core) of all that users install."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    parts = {"": project["dependencies"], **extras}
    for extra, listed in parts.items():
        if extra not in _NOT_SHIPPED:
            for requirement in listed:
                found = _NAME.match(requirement)
                assert found is not None, requirement
                yield found.group(), requirement, extra


def licence(name: str) -> str:
    """Give the licence that an installed package names."""
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return "not installed where this was written"
    stated = about.get("License-Expression") or about.get("License") or ""
    if 0 < len(stated) <= _LONGEST and "\n" not in stated:
        return stated
    named = [
        one.rpartition(" :: ")[2]
        for one in about.get_all("Classifier") or []
        if one.startswith("License :: ")
    ]
    return ", ".join(one for one in named if one != "OSI Approved") or "not stated"


def notices() -> str:
    """Write the whole text."""
    lines = [
        "# Third-party notices\n",
        "Made by `python docs/third_party.py` from `pyproject.toml` and the installed "
        "packages. None of them is part of this package; pip installs them. Their own "
        "dependencies stand in their own notices.\n",
        "| package | requirement | extra | licence |",
        "|---|---|---|---|",
    ]
    for name, requirement, extra in requirements():
        plain = requirement.replace("|", "\\|")
        lines.append(f"| {name} | `{plain}` | {extra or 'core'} | {licence(name)} |")
    lines += [
        "",
        "A report holds the JavaScript of Vega, Vega-Lite and Vega-Embed "
        "(BSD-3-Clause, University of Washington Interactive Data Lab and "
        "contributors), as vl-convert-python brings it.",
        "",
        "`models/interruption` was trained on labels of the ICSI Meeting Recorder "
        "Dialog Act corpus; its card says how. The other models were trained on this "
        "project's own texts.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    NOTICES.write_text(notices(), encoding="utf-8")
