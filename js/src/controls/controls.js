/** Things a reader moves: by pointer, touch and keyboard alike. */

import { fixed, h } from "../ground/dom.js";
import * as WORDS from "../words/controls.js";

/**
 * A number on the page that is also readable by programs: <output data-name data-value>.
 * @param {string} name @param {(value: number) => string} [format]
 * @param {Record<string, unknown>} [attributes]
 */
export function readout(name, format = (value) => fixed(value), attributes = {}) {
  // <output> is a live region by default: a dragged bar would talk without end.
  const element = h("output", { "data-name": name, "aria-live": "off", ...attributes });
  return {
    element,
    /** @param {number} value */
    set(value) {
      const text = format(value);
      if (element.textContent !== text) element.textContent = text;
      element.setAttribute("data-value", String(value));
    },
  };
}

/**
 * @typedef {object} BarOptions
 * @property {string} label for screen readers
 * @property {string} name data-name of the slider
 * @property {(value: number) => void} onInput
 * @property {number} [min] @property {number} [max]
 * @property {number} [step] of the arrow keys
 * @property {boolean} [snap] only multiples of `step`
 * @property {"channel" | "space" | "plain"} [kind] its colour
 * @property {boolean} [vertical]
 * @property {(value: number) => string} [format]
 */

/**
 * A draggable bar. Arrow keys move it by a step, with Shift by a fifth of it, PageUp and PageDown
 * by four, Home and End to its ends; Delete or a double click puts it back to its tick.
 * @param {BarOptions} options
 */
export function bar({
  label,
  name,
  onInput,
  min = 0,
  max = 1,
  step = 0.05,
  snap = false,
  kind = "channel",
  vertical = false,
  format = (value) => fixed(value),
}) {
  const fill = h("div", { class: "scse-fill" });
  const tick = h("div", { class: "scse-tick", hidden: true });
  const grip = h("div", { class: "scse-grip" });
  const element = h(
    "div",
    {
      class: `scse-slider scse-${kind} ${vertical ? "scse-vertical" : "scse-horizontal"}`,
      role: "slider",
      tabindex: 0,
      "data-name": name,
      "aria-label": label,
      "aria-orientation": vertical ? "vertical" : "horizontal",
      "aria-valuemin": min,
      "aria-valuemax": max,
    },
    h("div", { class: "scse-track" }, fill, tick, grip),
  );
  let value = min;
  /** @type {number | undefined} */
  let home;
  let disabled = false;

  /** @param {number} v */
  const percent = (v) => `${(100 * (Math.min(max, Math.max(min, v)) - min)) / (max - min)}%`;

  /** @param {number} next */
  function propose(next) {
    if (disabled) return;
    if (snap) next = min + Math.round((next - min) / step) * step;
    next = Math.min(max, Math.max(min, Number(next.toFixed(6))));
    if (next === value) return;
    value = next; // a key that comes before the figure has drawn this counts from here
    onInput(next);
  }

  let before = min;
  /** @type {PointerEvent | undefined} */
  let resting; // a finger that may yet scroll the page: until it moves along the bar, or lifts
  /** @param {PointerEvent} event */
  function follow(event) {
    const box = /** @type {HTMLElement} */ (element.firstElementChild).getBoundingClientRect();
    const along = vertical
      ? (box.bottom - event.clientY) / box.height
      : (event.clientX - box.left) / box.width;
    propose(min + along * (max - min));
  }
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    before = value;
    resting = event.pointerType === "touch" ? event : undefined;
    if (!resting) follow(event);
  });
  element.addEventListener("pointermove", (event) => {
    if (!element.hasPointerCapture(event.pointerId)) return;
    if (resting) {
      const [across, up] = [event.clientX - resting.clientX, event.clientY - resting.clientY].map(
        Math.abs,
      );
      if (vertical ? up <= across : across <= up) return;
    }
    resting = undefined;
    follow(event);
  });
  element.addEventListener("pointerup", (event) => {
    if (resting) follow(event);
    resting = undefined;
  });
  element.addEventListener("pointercancel", () => {
    if (!resting) propose(before);
    resting = undefined;
  });
  element.addEventListener("dblclick", () => home !== undefined && propose(home));
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const small = event.shiftKey && !snap ? step / 5 : step;
    /** @type {Record<string, number | undefined>} */
    const moves = {
      ArrowUp: value + small,
      ArrowRight: value + small,
      ArrowDown: value - small,
      ArrowLeft: value - small,
      PageUp: value + 4 * step,
      PageDown: value - 4 * step,
      Home: min,
      End: max,
      Delete: home,
      Backspace: home,
    };
    const next = moves[event.key];
    if (next === undefined) return;
    event.preventDefault();
    propose(next);
  });

  return {
    element,
    /** @param {number} next */
    set(next) {
      value = next;
      element.style.setProperty("--at", percent(next));
      element.setAttribute("aria-valuenow", String(next));
      element.setAttribute("aria-valuetext", format(next));
    },
    /** @param {number} most */
    limit(most) {
      max = most;
      element.setAttribute("aria-valuemax", String(max));
    },
    /** Where the bar is on its own. @param {number | undefined} at */
    setHome(at) {
      home = at;
      tick.hidden = at === undefined;
      if (at !== undefined) element.style.setProperty("--home", percent(at));
    },
    /** @param {boolean} off */
    disable(off) {
      disabled = off;
      element.setAttribute("aria-disabled", String(off));
    },
  };
}

/**
 * One choice of a few, as a row of buttons (native radio inputs; the form keeps their names apart).
 * @param {{label: string | Node, name: string, hidden?: boolean, onInput: (value: string) => void,
 *          options: {value: string, label: string | Node, title?: string}[]}} config
 */
export function choice({ label, name, options, onInput, hidden = false }) {
  /** @type {Map<string, HTMLInputElement>} */
  const inputs = new Map();
  const labels = options.map((option) => {
    const input = h("input", { type: "radio", name, value: option.value });
    input.addEventListener("change", () => onInput(option.value));
    inputs.set(option.value, input);
    return h("label", { title: option.title }, input, h("span", {}, option.label));
  });
  const element = h(
    "form",
    {
      class: "scse-choice",
      "data-name": name,
      onsubmit: (/** @type {Event} */ e) => e.preventDefault(),
    },
    h(
      "fieldset",
      {},
      h("legend", { class: hidden ? "scse-unseen" : undefined }, label),
      h("div", { class: "scse-options" }, ...labels),
    ),
  );
  return {
    element,
    /** @param {string} value */
    set(value) {
      for (const [key, input] of inputs) input.checked = key === value;
    },
  };
}

/** @param {string} label @param {string} name @param {() => void} onClick */
export function button(label, name, onClick) {
  return h("button", {
    type: "button",
    class: "scse-button",
    "data-name": name,
    onclick: onClick,
    text: label,
  });
}

/**
 * Escape closes something, and goes no further.
 * @param {HTMLElement} element where the key is heard
 * @param {() => void | false} close false where nothing was open
 */
export function closable(element, close) {
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || close() === false) return;
    event.stopPropagation();
  });
}

/**
 * Switches buttons on or off. One that goes off under the focus hands it to the first that is on.
 * @param {[HTMLButtonElement | HTMLSelectElement, boolean][]} controls
 */
export function enable(controls) {
  const left = controls.some(([element, on]) => !on && element.matches(":focus"));
  for (const [element, on] of controls) element.disabled = !on;
  if (left) controls.find(([, on]) => on)?.[0].focus();
}

const MANY = 12; // bars

/**
 * A way past many bars for the keyboard: a button before them, seen while it has the focus, and
 * the place after them that it leads to.
 */
export function bypass() {
  const end = h("span", { tabindex: -1, "data-name": "bars-end" });
  const start = h("button", {
    type: "button",
    class: "scse-button scse-bypass",
    "data-name": "bypass",
    hidden: true, // until it is known how many bars there are
    onclick: () => end.focus(),
  });
  return {
    start,
    end,
    /** @param {number} bars */
    set(bars) {
      start.hidden = bars <= MANY;
      start.textContent = WORDS.skipBars(bars);
    },
  };
}

/**
 * Text for screen readers, spoken when the reader has stopped moving things for a moment.
 */
export function announcer() {
  const element = h("div", { class: "scse-unseen", "aria-live": "polite", "data-name": "spoken" });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  let [event, result] = ["", ""];
  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      element.textContent = [event, result].filter(Boolean).join(" ");
      [event, result] = ["", ""];
    }, 700);
  }
  return {
    element,
    /** What is to be seen now. @param {string} text */
    say(text) {
      result = text;
      soon();
    },
    /** What has happened: spoken before what came of it. @param {string} text */
    announce(text) {
      event = text;
      soon();
    },
    stop: () => clearTimeout(waiting),
  };
}
