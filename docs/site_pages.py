"""What the site takes from elsewhere in the repository: cards, measurements, sections.

``mkdocs.yml`` names this file as a hook. Nothing is copied into ``docs``: model cards
and measurements are pages of the site as they lie in ``models`` and ``benchmarks``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
ELSEWHERE = {
    "models/training-conversations.md": "data/README.md",
    "models/calibration.svg": "models/customer-service/calibration.svg",
    "measurements/speed.svg": "benchmarks/results/speed.svg",
    **{
        f"models/{name}.md": f"models/{name}/README.md"
        for name in (
            "customer-service",
            "opportunity",
            "interruption",
            "speaker-roles",
            "cue-confidence",
        )
    },
    **{
        f"measurements/{name}.md": f"benchmarks/results/{name}.md"
        for name in (
            "quality",
            "cues",
            "designs",
            "epitome",
            "roles",
            "speed",
            "growth",
            "report",
            "impact",
            "missed_opportunities",
            "fuzz",
            "fuzz_guided",
            "adaptation",
            "matrix",
            "wheel",
            "coverage",
            "mutation",
        )
    },
}
"""Page of the site to file of the repository."""

_SECTION = re.compile(r"^<!-- section (\S+): (.+) -->$", re.MULTILINE)
_ROLE = re.compile(r":(?:class|func|meth|mod|data|attr|exc):<code>(.*?)</code>", re.S)
_OWN = "empathy_score."


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that lie elsewhere."""
    for page, source in ELSEWHERE.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put a section of another document in place of each ``section`` comment."""
    return _SECTION.sub(lambda found: section(found[1], found[2]), markdown)


def section(source: str, heading: str) -> str:
    """Cut one section out of a document, without its heading.

    Parameters
    ----------
    source : str
        File, relative to the root of the repository.
    heading : str
        Text of a heading of the second level.

    Returns
    -------
    str

    Raises
    ------
    PluginError
        If the document has no such heading; the build ends.
    """
    text = (ROOT / source).read_text(encoding="utf-8")
    _, found, after = text.partition(f"\n## {heading}\n")
    if not found:
        raise PluginError(f"{source} has no heading '## {heading}'")
    return after.split("\n## ")[0].strip()


def on_page_content(html: str, **_: Any) -> str:
    """Make links of the cross-references in docstrings.

    Docstrings write them as Sphinx does; what is documented on the site becomes a link,
    what is not stays code.
    """
    return _ROLE.sub(lambda found: _reference(found[1]), html)


def _reference(target: str) -> str:
    path = target.removeprefix("~").strip()
    shown = path.rpartition(".")[2] if target.startswith("~") else path
    code = f"<code>{shown}</code>"
    if not path.startswith(_OWN):
        return code
    return f'<autoref identifier="{path}" optional>{code}</autoref>'
