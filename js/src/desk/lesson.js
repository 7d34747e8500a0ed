/**
 * A figure for a class: with fewer controls, without its answers, with a goal above it, alone on the
 * screen. The page's address says so, `?hide=gatelab.bars,gatelab.scores&alone=gatelab&goal=…`; a
 * panel in the figure makes such an address. What it hides is still there: it is no lock.
 */

import { button, closable } from "../controls/controls.js";
import { h } from "../ground/dom.js";
import { sharing } from "./share.js";
import * as WORDS from "../words/lesson.js";

const ALONE = "scse-alone"; // of the page, and of the figure that is

/** @typedef {{hide: string[], alone: boolean, goal: string}} Lesson of one figure */

/**
 * What an address says about one figure: entries are "figure.part", a goal "figure.text".
 * @param {string} search @param {string} key of the figure
 * @returns {Lesson}
 */
export function lessonOf(search, key) {
  const asked = new URLSearchParams(search);
  const ours = (/** @type {string} */ entry) => entry.startsWith(`${key}.`);
  const entries = asked.getAll("hide").flatMap((list) => list.split(","));
  const goal = asked.getAll("goal").find(ours);
  return {
    hide: entries.filter(ours).map((entry) => entry.slice(key.length + 1)),
    alone: asked.get("alone") === key,
    goal: goal?.slice(key.length + 1) ?? "",
  };
}

/** The figures that an address speaks of. @param {string} search */
export function spokenOf(search) {
  const asked = new URLSearchParams(search);
  const entries = [
    ...asked.getAll("hide").flatMap((list) => list.split(",")),
    ...asked.getAll("goal"),
  ];
  const keys = entries.filter(Boolean).map((entry) => entry.split(".")[0]);
  const alone = asked.get("alone");
  return [...new Set(alone ? [...keys, alone] : keys)];
}

/**
 * An address that says it, and what it said about other figures.
 * @param {string} href @param {string} key @param {Lesson} lesson
 */
export function lessonHref(href, key, { hide, alone, goal }) {
  const url = new URL(href);
  const asked = url.searchParams;
  const others = (/** @type {string} */ entry) => entry !== "" && !entry.startsWith(`${key}.`);
  const kept = asked
    .getAll("hide")
    .flatMap((list) => list.split(","))
    .filter(others);
  const goals = asked.getAll("goal").filter(others);
  const hidden = [...kept, ...hide.map((part) => `${key}.${part}`)];
  asked.delete("hide");
  asked.delete("goal");
  if (hidden.length) asked.set("hide", hidden.join(","));
  for (const each of goal ? [...goals, `${key}.${goal}`] : goals) asked.append("goal", each);
  if (alone) asked.set("alone", key);
  else if (asked.get("alone") === key) asked.delete("alone");
  return url.href;
}

/** All but one element and what it is in, out of reach. @param {HTMLElement} element @param {boolean} out */
function others(element, out) {
  for (let inner = element; inner !== document.body; ) {
    const parent = inner.parentElement;
    if (!parent) return;
    for (const child of parent.children) {
      if (child !== inner && child instanceof HTMLElement) child.inert = out;
    }
    inner = parent;
  }
}

/** The figure alone on the screen. @param {HTMLElement} figure @param {() => void} onEnd */
function projector(figure, onEnd) {
  const end = button(WORDS.whole, "alone-end", () => {
    set(false);
    onEnd();
  });
  const element = h("p", { class: "scse-whole", hidden: true }, end);
  /** @param {boolean} on */
  function set(on) {
    if (on === !element.hidden) return;
    element.hidden = !on;
    figure.classList.toggle(ALONE, on);
    document.documentElement.classList.toggle(ALONE, on);
    others(figure, on);
  }
  return { element, set };
}

/** The panel. @param {Record<string, string>} parts @param {() => void} onChange */
function panel(parts, onChange) {
  const boxes = Object.entries(parts).map(([name, words]) => {
    const box = h("input", { type: "checkbox", value: name, "data-name": `hide-${name}` });
    box.addEventListener("change", onChange);
    return { box, label: h("label", {}, box, ` ${words}`) };
  });
  const alone = h("input", { type: "checkbox", "data-name": "alone" });
  const goal = h("input", { type: "text", "data-name": "goal-text", maxlength: 200 });
  goal.addEventListener("input", onChange);
  return {
    boxes,
    alone,
    goal,
    elements: [
      h("p", {
        text: WORDS.help,
      }),
      h(
        "fieldset",
        {},
        h("legend", { text: WORDS.hide }),
        h("div", { class: "scse-ticks" }, ...boxes.map(({ label }) => label)),
      ),
      h("label", { class: "scse-goalfield" }, ...WORDS.goalField(goal)),
      h("label", {}, ...WORDS.alone(alone)),
    ],
  };
}

/**
 * @param {object} options
 * @param {string} options.key of the figure in the address
 * @param {ReturnType<typeof import("./parts.js").parts>} options.parts
 * @param {HTMLElement} options.figure
 * @param {() => Promise<string>} options.href of what the figure shows
 * @param {(text: string) => void} options.complain
 * @param {AbortSignal} options.signal
 */
export function lesson({ key, parts, figure, href, complain, signal }) {
  const said = lessonOf(location.search, key);
  const words = h("span");
  const goalLine = h(
    "p",
    { class: "scse-goal", "data-name": "goal", hidden: true },
    h("b", { text: WORDS.goal }),
    words,
  );
  const form = panel(parts.names, apply);
  const share = sharing({
    label: WORDS.copy,
    name: "lesson-copy",
    field: "lesson-link",
    href: async () => lessonHref(await href(), key, now()),
  });
  const element = h(
    "section",
    { class: "scse-lesson", hidden: true, "aria-label": WORDS.title, "data-name": "lesson" },
    ...form.elements,
    h("div", { class: "scse-steps" }, share.element, share.field),
  );
  const opener = button(WORDS.open, "lesson-open", () => open(element.hidden));
  /** @param {boolean} on */
  function open(on) {
    element.hidden = !on;
    opener.setAttribute("aria-expanded", String(on));
    if (on) element.scrollIntoView({ block: "nearest" });
  }
  open(false);
  for (const each of [opener, element]) {
    closable(each, () => {
      if (element.hidden) return false;
      open(false);
      opener.focus();
    });
  }
  const alone = projector(figure, () => {
    form.alone.checked = false;
    history.replaceState(history.state, "", lessonHref(location.href, key, now()));
    figure.scrollIntoView({ block: "start" });
    figure.focus({ preventScroll: true });
  });

  /** @returns {Lesson} */
  function now() {
    return {
      hide: form.boxes.filter(({ box }) => box.checked).map(({ box }) => box.value),
      alone: form.alone.checked,
      goal: form.goal.value.trim(),
    };
  }
  function apply() {
    const { hide, goal } = now();
    parts.hide(new Set(hide));
    words.textContent = goal;
    goalLine.hidden = goal === "";
    share.forget();
  }
  for (const { box } of form.boxes) box.checked = said.hide.includes(box.value);
  form.alone.checked = said.alone;
  form.goal.value = said.goal;

  /** @type {string[]} */
  const told = [];
  /** @param {string} text */
  function tell(text) {
    told.push(text);
    complain(told.join(" "));
  }
  /** Of a figure that is not on the page nobody else can speak. @param {Set<string>} keys of all figures */
  function strangers(keys) {
    const unknown = spokenOf(location.search).filter((name) => !keys.has(name));
    if (!unknown.length || document.querySelector("[data-figure]") !== figure) return;
    tell(WORDS.strangers(unknown.join(WORDS.between)));
  }
  return {
    opener,
    element,
    above: [alone.element, goalLine],
    /** Once the figure stands in the page. */
    begin() {
      figure.setAttribute("data-figure", key);
      apply();
      alone.set(said.alone);
      const unknown = said.hide.filter((part) => !Object.hasOwn(parts.names, part));
      if (unknown.length) {
        tell(
          WORDS.noParts({
            unknown: unknown.join(WORDS.between),
            parts: Object.keys(parts.names).join(", "),
          }),
        );
      }
      const all = () =>
        strangers(
          new Set(
            Array.from(document.querySelectorAll("[data-figure]"), (each) =>
              String(each.getAttribute("data-figure")),
            ),
          ),
        );
      document.addEventListener("scse-mounted", all, { signal });
    },
  };
}
