"""The chapter on pitfalls in the built site: runs left out and counted, by all who can do it."""

import pytest
from site_tools import figure, named, number, serious_violations, settle
from test_pitfalls import chapter


def opened(open_page, **options):
    return figure(open_page("pitfalls.html", **options), "picks")


def check(picks, **state):
    """All its numbers, in the state that it should be in."""
    settle(picks.page)
    now = chapter().evaluate(state)
    for name in ("difference", "least", "greatest", "ahead", "pairs"):
        assert number(picks, name) == pytest.approx(now[name], abs=1e-9), name
    for variant in now["means"]:
        assert number(picks, f"runs-{variant}") == now["counts"][variant]
        assert number(picks, f"mean-{variant}") == pytest.approx(now["means"][variant], abs=1e-9)


def test_by_pointer_and_keyboard(open_page):
    picks = opened(open_page)
    check(picks)
    runs = chapter().manifest["runs"]
    (first, second, *_) = [
        i for i, run in enumerate(runs) if (run["task"], run["variant"]) == ("digits", "cSE")
    ]
    dot = named(picks, f"run-{first}")
    assert dot.get_attribute("aria-pressed") == "true"
    assert dot.get_attribute("aria-label") == "cSE, seed 0: 0.381"
    dot.click()
    check(picks, out=[first])
    assert dot.get_attribute("aria-pressed") == "false"
    named(picks, f"run-{second}").press("Enter")
    check(picks, out=[first, second])
    dot.press("Space")
    check(picks, out=[second])
    named(picks, "undo").click()
    check(picks, out=[first, second])
    states = chapter().manifest["states"]
    for way, state in (("favour", "in-favour"), ("against", "against")):
        named(picks, f"way-{way}").click()
        check(picks, **states[f"one-of-each-{state}"]["set"])
    assert "“none” is ahead" in picks.inner_text()
    overlap = picks.get_by_text("but the runs overlap", exact=True)
    assert overlap.is_visible()
    named(picks, "way-all").click()
    named(picks, "over").select_option("scSE")
    assert overlap.is_hidden(), "the worst run of scSE is above the best without blocks"
    named(picks, "over").select_option("cSE")
    named(picks, "under").select_option("cSE")  # the other one's variant: they swap
    check(picks, over="none", under="cSE")
    picks.locator("input[name=task][value=brain]").check()
    check(picks, over="none", under="cSE", task="brain")
    assert not dot.is_visible()


def test_the_puzzles_of_the_exercise(open_page):
    picks = opened(open_page)
    for puzzle in chapter().manifest["puzzles"]:
        slug = puzzle["name"].lower().replace(" ", "-")
        picks.page.locator(f"a[href='#do:{slug}']").first.press("Enter")
        settle(picks.page)
        for i in puzzle["solution"]["out"]:
            named(picks, f"run-{i}").press("Enter")
        picks.locator(".scse-guide[data-solved]:visible").wait_for()


def test_a_phone_has_room_for_all_dots(open_page):
    picks = opened(open_page, width=320)
    assert picks.page.evaluate("document.documentElement.scrollWidth") == 320
    for task in ("digits", "brain"):
        picks.locator(f"input[name=task][value={task}]").check()
        settle(picks.page)
        boxes = [dot.bounding_box() for dot in picks.locator(".scse-dot:visible").all()]
        assert len(boxes) == sum(run["task"] == task for run in chapter().manifest["runs"])
        assert all(box["width"] >= 24 and box["height"] >= 24 for box in boxes)
        for i, a in enumerate(boxes):
            for b in boxes[:i]:
                apart = max(abs(a["x"] - b["x"]), abs(a["y"] - b["y"]))
                assert apart >= 19, "no dot lies upon another"
    assert serious_violations(picks.page) == []
