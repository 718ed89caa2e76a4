"""Photograph the report of the sample data.

    python docs/screenshots.py

writes the images of ``docs/images``. Needs Chromium and Playwright.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from empathy_score import report, score_files

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent / "data" / "samples" / "furniture.csv"
IMAGES = HERE / "images"
COLOURS = 256  # enough for the page; an image stays under 100 kB


def top(_: Page) -> None:
    """Stay at the top of the page."""


def at(place: str) -> Callable[[Page], None]:
    """Go to a part of the page."""

    def go(page: Page) -> None:
        page.locator(place).evaluate("part => part.scrollIntoView({block: 'start'})")

    return go


def cue_shown(page: Page) -> None:
    """Open a conversation and hold the pointer over a cue."""
    page.get_by_role("searchbox").fill("late father")
    page.locator("#count", has_text="1 of").wait_for()
    page.locator("#list button").first.click()
    page.locator("#panes").evaluate("part => part.scrollIntoView({block: 'start'})")
    page.locator(".cue", has_text="sorry for your loss").hover()


def coaching_open(page: Page) -> None:
    """Open the coaching of one agent."""
    page.locator(".person summary", has_text="Bastian").click()
    page.locator(".person[open]").evaluate(
        "part => part.scrollIntoView({block: 'start'})"
    )


DESKTOP, PHONE = (1280, 900), (390, 844)
SHOTS = {
    "report-desktop": (DESKTOP, "light", top),
    "report-dark": (DESKTOP, "dark", top),
    "report-agents": (DESKTOP, "light", at("#groups")),
    "report-missed": (DESKTOP, "light", at("#missed")),
    "report-coaching": (DESKTOP, "light", coaching_open),
    "report-conversation": (DESKTOP, "light", cue_shown),
    "report-impact": (DESKTOP, "light", at("#impact")),
    "report-phone": (PHONE, "light", top),
    "report-phone-conversation": (PHONE, "dark", cue_shown),
}


def photograph(browser: Browser, file: Path) -> None:
    """Take each picture."""
    for name, ((width, height), scheme, prepare) in SHOTS.items():
        page = browser.new_page(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        page.goto(file.as_uri())
        page.wait_for_selector("html[data-drawn]", state="attached")
        prepare(page)
        picture = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
        fewer = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        fewer.save(IMAGES / f"{name}.png", optimize=True)
        page.close()


def main() -> int:
    """Score the sample, write its report, photograph it."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("Chromium is not installed", file=sys.stderr)
        return 2
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        scored = Path(name, "scored.csv")
        score_files([SAMPLE], scored)
        file = report(
            scored,
            Path(name, "report.html"),
            outcome="satisfaction",
            title="Empathy at Lindgarth Home, a made-up shop",
        )
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        photograph(browser, file)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
