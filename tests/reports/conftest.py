"""One report and one browser for all tests of the page."""

import csv
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "data" / "samples" / "furniture.csv"

SCRIPT = "</script><script>window.hit = 1</script><!-- {{ 7 * 7 }}"
IMAGE = "<img src=x onerror='window.hit = 1'> & it's \u2028 broken again 😡"
REPLY = '😀 <b onclick="window.hit=1">Oh no</b>, I\'m so sorry it came broken again.'
SECRET = "jo.smith@example.org or +44 20 7946 0018: I'm so sorry it broke twice."
HOSTILE = [
    ["</title><script>window.hit = 1</script>", 0, IMAGE, "customer"],
    ["</title><script>window.hit = 1</script>", 1, REPLY, "agent"],
    ["</title><script>window.hit = 1</script>", 2, SCRIPT, "customer"],
    ["</title><script>window.hit = 1</script>", 3, "Order number?", "agent"],
    ["</title><script>window.hit = 1</script>", 4, SECRET, "agent"],
]
HOSTILE_AGENT = '"><script>window.hit = 1</script>'


@pytest.fixture(scope="session")
def scored_sample(tmp_path_factory):
    """The sample of a furniture shop and a hostile conversation, scored."""
    from empathy_score import score_files

    folder = tmp_path_factory.mktemp("scored")
    with SAMPLE.open(encoding="utf-8", newline="") as lines:
        head, *rows = csv.reader(lines)
    rows = rows[:87]  # thirteen conversations
    for conversation, turn, text, role in HOSTILE:
        row = [conversation, turn, "Orders", "chat", HOSTILE_AGENT, role]
        rows.append([*row, "2026-03-06T09:00:00Z", text, 3])
    made = folder / "sample.csv"
    with made.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    out = folder / "scored.csv"
    score_files([made], out)
    return out


@pytest.fixture(scope="session")
def report_file(scored_sample, tmp_path_factory):
    from empathy_score import report

    out = tmp_path_factory.mktemp("report") / "report.html"
    return report(scored_sample, out, outcome="satisfaction")


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("Chromium is not installed; Debian's package is chromium")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, report_file):
    """Open the report; what it asked for and complained of is kept."""
    contexts = []

    def visit(file=report_file, at="", **how):
        context = browser.new_context(offline=True, **how)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda said: page.complaints.append(said.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(f"{file.as_uri()}{at}")
        page.wait_for_selector("html[data-drawn]", state="attached")
        return page

    yield visit
    for context in contexts:
        context.close()
