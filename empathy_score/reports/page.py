"""One HTML file from a summary: it needs no network and no server."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

import empathy_score
from empathy_score.reports.cue_kinds import CueKinds, cue_families, kind_words
from empathy_score.reports.kept import ROLES
from empathy_score.reports.packages import required

_STYLES = ("report.css", "conversations.css")
_FIRST = ("page.js", "evidence.js", "conversations.js")  # need no Vega
_LAST = "charts.js"


def html_page(
    summary: Mapping[str, Any],
    conversations: Sequence[str],
    kinds: CueKinds,
    specs: Mapping[str, Any],
) -> str:
    """Write a report as HTML.

    Parameters
    ----------
    summary : mapping
        From :func:`~empathy_score.reports.summary.page_summary`. Its texts are escaped.
    conversations : sequence of str
        JSON of each conversation.
    kinds : CueKinds
        The numbers that stand in it.
    specs : mapping of str to dict
        Vega-Lite of each chart.

    Returns
    -------
    str
        A page that forbids itself to load anything: its Content-Security-Policy
        allows only scripts with the hashes of those in it, and no eval.
    """
    jinja2 = required("jinja2")
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("empathy_score.reports", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    safe = required("markupsafe").Markup  # what we wrote, and JSON that is escaped
    scripts = [*(_own(name) for name in _FIRST), _vega(), _own(_LAST)]
    page: str = environment.get_template("report.html.jinja").render(
        **summary,
        version=empathy_score.__version__,
        families=cue_families(),
        css=safe("\n".join(_own(name) for name in _STYLES)),
        scripts=[safe(script) for script in scripts],
        script_hashes=safe(" ".join(_source_hash(script) for script in scripts)),
        data=safe(_data(conversations, kinds, specs)),
    )
    return page


def _own(name: str) -> str:
    file = resources.files("empathy_score.reports") / "templates" / name
    return file.read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _vega() -> str:
    """Bundle Vega, Altair's Vega-Lite and Vega-Embed; no script tag ends inside."""
    major, minor, *_ = required("altair").SCHEMA_VERSION.removeprefix("v").split(".")
    bundle: str = required("vl_convert").javascript_bundle(
        "window.vegaEmbed = vegaEmbed;", vl_version=f"{major}.{minor}"
    )
    return bundle.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _source_hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _data(
    conversations: Sequence[str], kinds: CueKinds, specs: Mapping[str, Any]
) -> str:
    """Write what the scripts read; no text in it can end its element."""
    known = {
        "charts": specs,
        "roles": ROLES,
        "families": [family["name"] for family in cue_families()],
        "kinds": [kind_words(*kind) for kind in kinds.kinds],
        "patterns": list(kinds.patterns),
    }
    head = json.dumps(known, ensure_ascii=False, separators=(",", ":"))
    joined = f'{head[:-1]},"conversations":[{",".join(conversations)}]}}'
    for sign in "<>&\u2028\u2029":
        joined = joined.replace(sign, f"\\u{ord(sign):04x}")
    return joined
