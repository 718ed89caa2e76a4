"""What a reader does with a report, in a real browser."""

import re

import pytest

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def test_it_opens_offline_draws_its_charts_and_complains_of_nothing(visit, report_file):
    page = visit()
    assert page.asked == [report_file.as_uri()]
    assert page.complaints == []
    charts = page.locator("[data-chart]")
    assert page.locator("[data-chart] svg").count() == charts.count() == 6
    assert page.locator("#list li").count() == 14


def search(page, words, n):
    page.get_by_role("searchbox").fill(words)
    page.locator("#count", has_text=f"{n} of 14").wait_for()


def test_hostile_text_stays_text_and_marks_stand_at_their_words(visit):
    page = visit()
    search(page, "onclick", 1)
    page.locator("#list button").click()
    turns = page.locator("#turns .text")
    turns.nth(1).filter(has_text="Oh no").wait_for()
    assert '<b onclick="window.hit=1">Oh no</b>' in turns.nth(1).inner_text()
    assert "</script><script>window.hit = 1</script>" in turns.nth(2).inner_text()
    assert "{{ 7 * 7 }}" in turns.nth(2).inner_text()
    assert page.evaluate("window.hit === undefined")
    assert page.locator("img, [onclick], [onerror]").count() == 0
    assert page.locator("h3", has_text="<script>").count() >= 2
    assert page.asked[1:] == page.complaints == []
    marks = page.locator("#turns li").nth(1).locator(".cue").all_inner_texts()
    assert "I'm so sorry it came broken again" in marks  # an emoji stands before it


def test_filters_and_search_narrow_the_list_and_find_the_turn(visit):
    page = visit()
    count = page.locator("#count")
    page.select_option("#filter-agent", "Bastian")
    assert count.inner_text() == "3 of 14 conversations"
    page.select_option("#filter-show", "missed")
    for about in page.locator("#list button").all_inner_texts():
        assert "Bastian" in about
        assert "missed" in about
    page.locator("#filters button[type=reset]").click()
    search(page, "Folding BED", 1)
    page.locator("#list button").click()
    found = page.locator(".turn.found")
    assert "folding bed" in found.inner_text()
    assert page.evaluate("document.activeElement.classList.contains('found')")
    search(page, "no such words", 0)
    assert page.locator("#list li").count() == 0


def test_the_list_is_sorted_as_asked(visit):
    page = visit()
    page.select_option("#filter-order", "high")
    means = [float(one) for one in page.locator("#list .number").all_inner_texts()]
    assert means == sorted(means, reverse=True)
    page.get_by_role("button", name="agent").first.click()
    page.get_by_role("button", name="mean empathy").first.click()
    cells = page.locator("#groups tbody").nth(1).locator("td:nth-child(2)")
    found = [float(one) for one in cells.all_inner_texts()]
    assert found == sorted(found, reverse=True)


def test_the_reason_of_a_cue_shows_by_pointer_and_by_keyboard(visit):
    page = visit(at="#c0.2")
    tip = page.locator("#tip")
    cue = page.locator(".turn.found .cue", has_text="I'm so sorry")
    cue.hover()
    assert "Apology, specific" in tip.inner_text()
    assert "names what it is for" in tip.inner_text()
    page.keyboard.press("Escape")
    assert tip.is_hidden()
    page.mouse.move(0, 0)
    page.locator(".turn.found").focus()
    page.keyboard.press("Tab")
    assert "Acknowledgement" in tip.inner_text()
    page.keyboard.press("Escape")  # it may cover what is clicked next
    page.locator(".turn.found summary").click()
    why = page.locator(".turn.found details").inner_text()
    assert "Probability of each level" in why
    assert "apology.specific" in why
    page.get_by_label("Apology", exact=True).uncheck()
    assert "off" in cue.get_attribute("class")


def test_a_missed_opportunity_leads_to_its_turn(visit):
    page = visit()
    first = page.locator("#missed .moment").first
    told = re.search(r"conversation (\S+), turn (\d+)", first.inner_text())
    first.get_by_role("link").click()
    page.locator("#conversation-title", has_text=told[1]).wait_for()
    assert page.locator(".turn.found").get_attribute("id") == f"turn-{told[2]}"


def test_it_can_be_used_by_keyboard_alone(visit):
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("#list button").nth(2).focus()
    page.keyboard.press("Enter")
    page.locator("#conversation-title", has_text="B-103").wait_for()
    page.locator("#next").focus()
    page.keyboard.press("Enter")
    page.locator("#conversation-title", has_text="B-104").wait_for()


def test_on_a_phone_nothing_is_wider_than_the_screen(visit):
    page = visit(**PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator("#list button").first.tap()
    assert page.locator("#list").is_hidden()
    page.locator("#turns .cue").first.tap()
    box = page.locator("#tip").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.get_by_role("button", name="Back to the list").tap()
    assert page.locator("#list").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_axe_finds_nothing_serious_in_light_and_dark(visit):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = visit(at="#c0.2", color_scheme="light", reduced_motion="reduce")
    for opened in ("figure details", "#groups details", ".person", ".found details"):
        page.evaluate(f"document.querySelector('{opened}').open = true")
    assert _serious(axe, page) == []
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_role("button", name="Dark colours").click()
    assert page.evaluate(paper) != light
    parts = [["#overview"], ["#missed .moment"], ["#panes"]]
    assert _serious(axe, page, parts, runOnly=["color-contrast"]) == []


def _serious(axe, page, parts=None, **options):
    found = axe.Axe().run(page, parts, options).response["violations"]
    return [
        (one["id"], one["nodes"][0]["html"][:200])
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]


def test_paper_gets_everything_but_what_is_pressed(visit):
    page = visit(color_scheme="dark")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(255, 255, 255)"
    )
    assert page.locator("nav").is_hidden()
    assert page.locator("#conversations").is_hidden()  # none was chosen
    people = page.locator(".person .inside")
    assert all(person.is_visible() for person in people.all())
