/** Small drawings of gates and scores against an axis, and reading one gate off them. */

import { fixed, h, svg } from "../ground/dom.js";

/**
 * A plot with y from 0 to 1. Shapes are drawn in a box of 100×100 that is stretched to the element;
 * lines keep their width. Round marks lie over it as HTML, they would be stretched too.
 * @param {string} name of the y axis
 * @param {string} [label] for screen readers, where nothing else says what is drawn
 * @param {string[]} [marks] at 1, ½ and 0, where y stands for something else
 */
export function plot(name, label, marks = ["1", "0.5", "0"]) {
  const drawing = svg("svg", {
    viewBox: "0 0 100 100",
    preserveAspectRatio: "none",
    ...(label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" }),
  });
  drawing.append(...[0, 50, 100].map((y) => line(0, y, 100, y, "scse-axis")));
  const area = h("div", { class: "scse-area" }, drawing);
  const ticks = marks.map((text) => h("span", { text }));
  ticks[1].append(h("br"), name);
  const element = h(
    "div",
    { class: "scse-plot" },
    h("div", { class: "scse-yaxis", "aria-hidden": true }, ...ticks),
    area,
  );
  return {
    element,
    drawing,
    area,
    /** What y = 1 of the drawing stands for, if not for 1. @param {number} top */
    scale(top) {
      ticks[0].textContent = fixed(top, top === 1 ? 0 : 2);
      ticks[1].firstChild?.replaceWith(fixed(top / 2, top === 1 ? 1 : 2));
    },
  };
}

/**
 * @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2
 * @param {string} [name] class
 */
export function line(x1, y1, x2, y2, name) {
  return svg("line", { x1, y1, x2, y2, class: name, "vector-effect": "non-scaling-stroke" });
}

/** @param {string} name class */
export const polyline = (name) =>
  svg("polyline", { class: name, "vector-effect": "non-scaling-stroke" });

/**
 * @param {ArrayLike<number>} values 0..1, evenly spaced over the width
 */
export const points = (values) =>
  Array.from(values, (v, i) => `${(100 * i) / (values.length - 1)},${100 - 100 * v}`).join(" ");

/**
 * Make an element a place to read one of `count` items off: by pointing, or by arrow keys, with
 * Shift eight at a time.
 * @param {HTMLElement} element
 * @param {object} options
 * @param {string} options.label for screen readers
 * @param {string} options.name data-name
 * @param {number} options.count
 * @param {(x: number, y: number) => number} options.locate the item at a place, 0..1 from top left
 * @param {(at: number) => string} options.describe what is there, for screen readers
 * @param {(at: number) => void} options.onMove
 * @param {() => void} [options.onLeave]
 * @param {boolean} [options.down] the items go down, and so do ↓ and the numbers' order
 */
export function readable(
  element,
  { label, name, count, locate, describe, onMove, onLeave, down = false },
) {
  element.classList.add("scse-readable");
  for (const [key, value] of Object.entries({
    role: "slider",
    tabindex: "0",
    "data-name": name,
    "aria-label": label,
    "aria-valuemin": "1",
    "aria-valuemax": String(count),
    ...(down ? { "aria-orientation": "vertical" } : {}),
  })) {
    element.setAttribute(key, value);
  }
  let at = 0;
  function refresh() {
    element.setAttribute("aria-valuenow", String(at + 1));
    element.setAttribute("aria-valuetext", describe(at));
  }
  /** @param {number} next */
  function move(next) {
    at = Math.max(0, Math.min(count - 1, next));
    refresh();
    onMove(at);
  }
  /** @param {PointerEvent} event */
  function follow(event) {
    const box = element.getBoundingClientRect();
    move(locate((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height));
  }
  /** @param {Event} event */
  function leave(event) {
    const touch = event instanceof PointerEvent && event.pointerType === "touch";
    // A lifted finger leaves too, but its owner has yet to read the number.
    if (!touch && !element.matches(":focus-visible")) onLeave?.();
  }
  element.addEventListener("pointermove", follow);
  element.addEventListener("pointerdown", follow);
  element.addEventListener("pointerleave", leave);
  element.addEventListener("blur", leave);
  element.addEventListener("focus", () => element.matches(":focus-visible") && move(at));
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const far = event.shiftKey ? 8 : 1;
    const up = down ? -far : far;
    /** @type {Record<string, number | undefined>} */
    const places = {
      ArrowRight: at + far,
      ArrowUp: at + up,
      ArrowLeft: at - far,
      ArrowDown: at - up,
      Home: 0,
      End: count - 1,
    };
    const next = places[event.key];
    if (next === undefined) return;
    event.preventDefault();
    move(next);
  });
  refresh();
  return { at: () => at, refresh };
}
