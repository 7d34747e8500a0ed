/** Small drawings of gates and scores against an axis, in SVG. */

import { h, svg } from "./dom.js";

/**
 * A plot with y from 0 to 1. Shapes are drawn in a box of 100×100 that is stretched to the element;
 * lines keep their width. Marks of text lie over it as HTML.
 * @param {string} label for screen readers @param {string} name of the y axis
 */
export function plot(label, name) {
  const drawing = svg("svg", {
    viewBox: "0 0 100 100",
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": label,
  });
  const grid = [0, 0.5, 1].map((y) => line(0, 100 - 100 * y, 100, 100 - 100 * y, "scse-axis"));
  drawing.append(...grid);
  const element = h(
    "div",
    { class: "scse-plot" },
    h("div", { class: "scse-yaxis", "aria-hidden": true }, ...["1", "0.5", "0"].map((text) => h("span", { text }))),
    h("div", { class: "scse-area" }, drawing),
  );
  element.prepend(h("div", { class: "scse-yname", "aria-hidden": true, text: name }));
  return { element, drawing, area: /** @type {HTMLElement} */ (element.lastElementChild) };
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
