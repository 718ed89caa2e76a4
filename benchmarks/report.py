"""Size of a report of 100,000 turns, and how soon a browser can use it.

    python benchmarks/report.py

scores ``data/samples/furniture.csv`` once, makes 100,000 turns of it (other names,
dates and a few words in each text), writes their report, opens it in Chromium, and
writes ``benchmarks/results/report.md``.
"""

from __future__ import annotations

import csv
import itertools
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from empathy_score import report, score_files

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "data" / "samples" / "furniture.csv"
RESULT = ROOT / "benchmarks" / "results" / "report.md"
N_TURNS, N_AGENTS, N_VISITS = 100_000, 200, 5
WORDS = ("please", "now", "order", "again", "today", "there", "delivery", "morning")

# CPU time of the page's main thread beside the clock: a busy machine moves only one.
READY = """new Promise((done) => {
  const look = () => document.querySelector('#list button')
    ? done(performance.now()) : setTimeout(look, 5);
  look();
})"""
DRAWN = """new Promise((done) => {
  const look = () => document.documentElement.dataset.drawn
    ? done(performance.now()) : setTimeout(look, 5);
  look();
})"""


def many_turns(scored: Path, out: Path) -> None:
    """Write the scored sample again and again under other names."""
    with scored.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(itertools.islice(changed(rows), N_TURNS))


def changed(rows: list[dict[str, str]]) -> Iterator[Mapping[str, str]]:
    """Give the rows without an end, each round with other names, days and words."""
    chance = random.Random(0)
    for number in itertools.count():
        agents: dict[str, str] = {}
        later = timedelta(days=chance.randrange(300))
        for row in rows:
            name = f"{row['conversation_id']}-{number:04}"
            agent = agents.setdefault(name, f"Agent {chance.randrange(N_AGENTS):03}")
            day = datetime.fromisoformat(row["created_at"].replace("Z", "+00:00"))
            words = " ".join(chance.choices(WORDS, k=6))
            yield {
                **row,
                "conversation_id": name,
                "agent": agent,
                "created_at": (day + later).isoformat(),
                "text": f"{row['text']} {words}",
            }


def visit(browser: Browser, file: Path) -> dict[str, float]:
    """Open the page, search it, open what was found: seconds of each."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(file.as_uri(), wait_until="commit")
    found = {"list to choose from": page.evaluate(READY) / 1000}
    found["all charts drawn"] = page.evaluate(DRAWN) / 1000
    metrics = session.send("Performance.getMetrics")["metrics"]
    cpu = {metric["name"]: metric["value"] for metric in metrics}
    found["the same, CPU time of the page"] = cpu["TaskDuration"]
    start = time.perf_counter()
    page.locator("#find").fill("folding bed")
    page.locator("#count", has_text=" of ").wait_for()
    found["search (0.12 s of it waits for more letters)"] = time.perf_counter() - start
    start = time.perf_counter()
    page.locator("#list button").first.click()
    page.locator(".turn.found").wait_for()
    found["open the turn that was found"] = time.perf_counter() - start
    page.close()
    return found


def main() -> int:
    """Make the report and measure it."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("Chromium is not installed", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        score_files([SAMPLE], folder / "scored.csv")
        many_turns(folder / "scored.csv", folder / "many.csv")
        start, cpu = time.perf_counter(), time.process_time()
        file = report(folder / "many.csv", folder / "report.html")
        made = {
            "clock": time.perf_counter() - start,
            "CPU": time.process_time() - cpu,
        }
        megabytes = file.stat().st_size / 1e6
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        visits = [visit(browser, file) for _ in range(N_VISITS)]
        browser.close()
    lines = [
        "# The report of 100,000 turns",
        "",
        "Written by `python benchmarks/report.py`.",
        "",
        f"{N_TURNS:,} turns, {N_AGENTS} agents: the file has {megabytes:.1f} MB, and "
        f"was made in {made['clock']:.0f} s ({made['CPU']:.0f} s of CPU time).",
        "",
        f"In headless Chromium, from the start of loading, {N_VISITS} visits:",
        "",
        "| until | median seconds | fastest | slowest |",
        "|---|---|---|---|",
    ]
    for step in visits[0]:
        times = [one[step] for one in visits]
        lines.append(
            f"| {step} | {median(times):.2f} | {min(times):.2f} | {max(times):.2f} |"
        )
    RESULT.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
