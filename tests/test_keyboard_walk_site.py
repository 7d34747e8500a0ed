"""Every figure of the book by keyboard alone: Tab through all of it, then one control of each kind.

A page is opened once. First Tab walks through a figure, and the page notes where the focus comes
by: it must come to each control, once, in the order in which they are seen, with a ring around it,
in sight. Then one control of each kind is used: of 64 bars that differ by their number, the first.
A click is caught before it does anything, so that what a button does costs no time here: the tests
of the figures look at that. What opens is opened, and closed by Escape. Last, Tab has to come to
the controls that are there only after a use.
"""

import pytest
from site_tools import CHAPTERS, settle

# What the page is asked. `stops` are the controls that Tab has to reach: of the radio buttons of a
# form that have one name, the chosen one or else the first.
LOOK = """() => {
  const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";
  const figures = () => [...document.querySelectorAll(".widget-host .scse")];
  const seen = (one) =>
    one.checkVisibility({ visibilityProperty: true }) && !one.closest("[inert]");
  const stops = (figure) => [...figure.querySelectorAll(FOCUSABLE)].filter((one) => {
    if (one.tabIndex < 0 || one.disabled || !seen(one)) return false;
    if (one.type !== "radio") return true;
    const group = [...figure.querySelectorAll("input[type=radio]")].filter(
      (other) => other.name === one.name && other.form === one.form && !other.disabled);
    return one === (group.find((other) => other.checked) ?? group[0]);
  });
  const called = (one) => [one.tagName.toLowerCase(), one.dataset.name ?? one.name,
    (one.ariaLabel ?? one.textContent ?? "").trim().slice(0, 50)].filter(Boolean).join(" ");
  const role = (one) => one.getAttribute("role") ?? one.type ?? one.tagName.toLowerCase();
  const like = (one) => [role(one), (one.dataset.name ?? one.name).replace(/\\d+/g, "#")].join(" ");
  const kind = (one) => [like(one), one.className].join(" ");
  // What is seen of a control: a radio button is inside its label.
  const body = (one) => one.closest("label") ?? one;
  const place = (one) => {
    const box = body(one).getBoundingClientRect();
    return [box.left + scrollX, box.top + scrollY, box.right + scrollX, box.bottom + scrollY];
  };
  const ringed = (one) => {
    const style = getComputedStyle(one);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 &&
      !/, 0\\)$|transparent/.test(style.outlineColor);
  };
  // Some part of it is neither out of the window nor under something else.
  const inSight = (one) => {
    const box = body(one).getBoundingClientRect();
    return [0.1, 0.5, 0.9].some((x) => [0.1, 0.5, 0.9].some((y) => {
      const top = document.elementFromPoint(box.left + x * box.width, box.top + y * box.height);
      return top && (body(one).contains(top) || top.contains(body(one)));
    }));
  };
  const walk = [];
  const met = new WeakSet();
  let last; // that had the focus
  document.addEventListener("focusin", ({ target }) => {
    walk.push({ target, before: last, ring: ringed(target) || ringed(body(target)) });
    met.add(target);
    last = target;
  });
  // With the next key: what has the focus has been brought into sight by now, and a way past many
  // bars is seen while it has it.
  function arrive() {
    const step = walk.at(-1);
    if (!step || step.target !== document.activeElement) return;
    step.sight = inSight(step.target);
    const { before, target } = step;
    if (before && body(before).offsetWidth !== 1) step.places = [before, target].map(place);
  }
  document.addEventListener("keydown", arrive, true);
  const keys = { figures, stops, called, role, like, kind, ringed, walk, met, arrive };
  Object.assign(globalThis, { keys });
}"""

ENTER = """index => {
  const figure = keys.figures()[index];
  figure.tabIndex = -1;
  figure.focus();
  keys.walk.length = 0;
  return keys.stops(figure).length;
}"""

# What was found on the way through figure `index`: one line for each fault.
FAULTS = """index => {
  const CONTROLS = "button, input, select, textarea, [role=slider], [role=application]";
  keys.arrive();
  const figure = keys.figures()[index];
  const way = keys.walk.filter(({ target }) => figure.contains(target));
  const wanted = keys.stops(figure);
  const came = way.map(({ target }) => target);
  // Dots of a plot come in the order of their names, wherever they lie.
  const group = (one) => one.matches(".scse-dot") && one.closest("[role=group]");
  const inOneGroup = (a, b) => group(a) && group(a) === group(b);
  // In a column that is one stop, arrow keys go on. A field for a file is behind its button.
  const known = new Set([...wanted.map(keys.like), "file file"]);
  const left = [...figure.querySelectorAll(CONTROLS)].filter((one) =>
    one.tabIndex < 0 && !one.disabled && one.checkVisibility() && !known.has(keys.like(one)));
  const faults = left.map((one) => `no Tab stop, and none of its kind: ${keys.called(one)}`);
  faults.push(...wanted.filter((one) => !came.includes(one))
    .map((one) => `Tab misses ${keys.called(one)}`));
  way.forEach(({ target, ring, sight, places }, i) => {
    const name = keys.called(target);
    if (came.indexOf(target) < i) faults.push(`Tab comes twice to ${name}`);
    if (!ring) faults.push(`no ring around ${name}`);
    if (!sight) faults.push(`out of sight: ${name}`);
    if (!i || !places || inOneGroup(target, came[i - 1])) return;
    const [[left0, top0, right0, bottom0], [left, top, right, bottom]] = places;
    const [above, sameRow] = [bottom <= top0 + 1, top < bottom0 - 1 && bottom > top0 + 1];
    if ((above && left < right0 - 1) || (sameRow && right <= left0 + 1))
      faults.push(`${name} comes after ${keys.called(came[i - 1])}, and is before it for the eye`);
  });
  if (figure.contains(document.activeElement)) faults.push("Tab does not get out");
  return faults;
}"""

# What was not there on the walk, and came of the use: Undo, Commit.
LATE = "index => keys.stops(keys.figures()[index]).filter((one) => !keys.met.has(one))"
BEFORE = """(one, index) => {
  const figure = keys.figures()[index];
  const all = keys.stops(figure);
  (all[all.indexOf(one) - 1] ?? figure).focus();
}"""
REACHED = "one => one === document.activeElement && keys.ringed(one)"

# The kinds of controls in figure `index`, and one of a kind: a figure may draw itself anew.
KINDS = """index => {
  const figure = keys.figures()[index];
  const opens = new Map();
  // What opens comes last: a puzzle sets its figure, and stays so.
  for (const one of keys.stops(figure)) {
    opens.set(keys.kind(one), one.hasAttribute("aria-expanded"));
  }
  return [...opens.keys()].sort((a, b) => opens.get(a) - opens.get(b));
}"""
ONE = """([index, kind]) =>
  keys.stops(keys.figures()[index]).find((one) => keys.kind(one) === kind)"""

STATE = """one => JSON.stringify([one.value, one.checked, one.ariaValueNow, one.ariaValueText])"""
CLICKS = """one => {
  globalThis.clicks = 0;
  const stop = (event) => {
    globalThis.clicks += 1;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  globalThis.unhear = () => removeEventListener("click", stop, true);
  addEventListener("click", stop, true);
}"""
GROUP = """one => document.activeElement !== one && document.activeElement.name === one.name &&
  document.activeElement.checked"""

PATIENCE = 5  # frames until a figure on a busy machine has drawn
SLIDER_KEYS = ("ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown")


def walk(page, index):
    """Tab through a figure until the focus is out of it; what went wrong, a line each."""
    settle(page)
    for _ in range(page.evaluate(ENTER, index) + 1):
        page.keyboard.press("Tab")
    settle(page)
    return page.evaluate(FAULTS, index)


def walk_to_late(page, index):
    """Tab to each control that the use of the figure has brought, from the one before it."""
    settle(page)
    faults = []
    for control in page.evaluate_handle(LATE, index).get_properties().values():
        control.evaluate(BEFORE, index)
        page.keyboard.press("Tab")
        if not control.evaluate(REACHED):
            faults.append(f"Tab does not come to {control.evaluate('keys.called')}, with a ring")
    return faults


def changed_by(page, control, keys, look):
    """Whether one of the keys changes what `look` sees."""
    before = control.evaluate(look)
    for key in keys:
        page.keyboard.press(key)
        for _ in range(PATIENCE):
            settle(page)
            if control.evaluate(look) != before:
                return True
    return False


def use(page, control):
    """Use a control by keys; say what does not work, or nothing."""
    role = control.evaluate("one => { one.focus(); return keys.role(one); }")
    if role == "select-one":
        for way, back in (("ArrowDown", "ArrowUp"), ("ArrowUp", "ArrowDown")):
            if changed_by(page, control, [way], STATE):
                page.keyboard.press(back)  # the others are to be used as they were
                return None
        return "arrows do not choose in"
    if role in ("slider", "range", "number"):
        return None if changed_by(page, control, SLIDER_KEYS, STATE) else "arrows do not change"
    if role == "application":  # a place to point at, or to draw on
        whole = "one => one.closest('.widget-host').innerHTML"
        return None if changed_by(page, control, SLIDER_KEYS, whole) else "arrows do not move in"
    if role == "radio":
        page.keyboard.press("ArrowRight")
        chosen = control.evaluate(GROUP)
        page.keyboard.press("ArrowLeft")
        return None if chosen else "arrows do not choose among"
    if role == "checkbox":
        ticked = changed_by(page, control, ["Space"], STATE)
        page.keyboard.press("Space")
        return None if ticked else "Space does not tick"
    if role in ("text", "file"):
        return None
    if control.get_attribute("aria-expanded") == "false":
        return open_and_close(page, control)
    control.evaluate(CLICKS)
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    clicks = page.evaluate("() => { unhear(); return clicks; }")
    return None if clicks == 2 else f"Enter and Space press {clicks} times, not twice,"


def open_and_close(page, opener):
    """Open by Enter, then by Space; close by Escape, from the button and from within."""
    for key in ("Enter", "Space"):
        page.keyboard.press(key)
        settle(page)
        if opener.get_attribute("aria-expanded") != "true":
            return f"{key} does not open"
        page.keyboard.press("Escape")
        settle(page)
        if opener.get_attribute("aria-expanded") != "false":
            return "Escape does not close what opens by"
        if not opener.evaluate("one => one === document.activeElement"):
            return "after Escape the focus does not come back to"
    return None


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_figure_by_keyboard_alone(open_page, name):
    page = open_page(f"{name}.html")
    if name != "playground":  # nowhere else has a network to run for this
        page.route("**/_static/engine/**", lambda route: None)
    page.evaluate(LOOK)
    faults = []
    figures = page.evaluate("keys.figures().length")
    assert figures == page.locator(".widget-host").count()
    for index in range(figures):
        found = walk(page, index)
        for kind in page.evaluate(KINDS, index):
            control = page.evaluate_handle(ONE, [index, kind]).as_element()
            said = use(page, control) if control else None
            if said:
                found.append(f"{said} {control.evaluate('keys.called')}")
        found += walk_to_late(page, index)
        title = page.evaluate("i => keys.figures()[i].lastElementChild.className", index)
        faults += [f"figure {index} ({title}): {fault}" for fault in found]
    assert not faults, "\n".join(faults)
