"""The site builds strictly, with everything it needs in itself."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

ROOT = Path(__file__).parents[2]
LOADED = {
    "script": "src",
    "link": "href",
    "img": "src",
    "source": "src",
    "iframe": "src",
    "embed": "src",
    "object": "data",
}
"""What a browser fetches without being asked, and where the address stands."""
ELSEWHERE = re.compile(r"\s*(?:[a-z]+:)?//", re.IGNORECASE)


pytestmark = pytest.mark.skipif(
    sys.version_info < (3, 11),
    reason="the last mkdocstrings for Python 3.10 needs older highlighting",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(folder)]
    closed = "http://127.0.0.1:9"  # whoever asks the network is refused
    done = subprocess.run(
        words,
        cwd=ROOT,
        env={**os.environ, "http_proxy": closed, "https_proxy": closed},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site):
    return {
        file.relative_to(site).as_posix(): LexborHTMLParser(file.read_text("utf-8"))
        for file in site.rglob("*.html")
    }


def test_no_page_loads_anything_from_elsewhere(pages):
    for name, page in pages.items():
        for tag, attribute in LOADED.items():
            for node in page.css(f"{tag}[{attribute}]"):
                address = node.attributes[attribute] or ""
                assert not ELSEWHERE.match(address), f"{name}: <{tag}> loads {address}"


def test_no_style_loads_anything_from_elsewhere(site):
    for file in site.rglob("*.css"):
        for address in re.findall(r"url\(['\"]?([^'\")]+)", file.read_text("utf-8")):
            assert not ELSEWHERE.match(address), f"{file.name}: {address}"
        assert "@import" not in file.read_text("utf-8")


def test_no_page_has_what_the_theme_fetches_scripts_for(pages):
    for name, page in pages.items():  # diagrams and counts of a repository's stars
        assert not page.css(".mermaid, [data-md-component=source]"), name


def test_cards_and_measurements_are_pages(pages):
    card = pages["models/customer-service.html"]
    assert "weighted_kappa" in card.body.text()
    assert card.css("img[src='calibration.svg']")
    assert "dev.csv" in pages["measurements/quality.html"].body.text()


def test_measured_differences_stand_where_use_is_limited(pages):
    page = pages["responsible-use.html"]
    first_cells = [row.css_first("td") for row in page.css("tr")]
    shown = {cell.text() for cell in first_cells if cell is not None}
    assert {"dialect", "second_language"} <= shown


def test_the_public_names_are_documented(pages):
    import empathy_score

    api = [page for name, page in pages.items() if name.startswith("api/")]
    ids = {node.attributes["id"] for page in api for node in page.css("[id]")}
    homes = {name: getattr(empathy_score, name) for name in empathy_score.__all__}
    missing = [
        name
        for name, one in homes.items()
        if not {f"empathy_score.{name}", f"{one.__module__}.{name}"} & ids
    ]
    assert missing == []


def test_cross_references_of_docstrings_become_code_or_links(pages):
    for name, page in pages.items():
        if name.startswith("api/"):
            assert not re.search(r":(?:class|func|meth|mod|data):", page.body.text())
