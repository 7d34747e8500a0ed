/** Making elements. */

import * as COMMON from "../words/common.js";

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, unknown>} [attributes] `class`, `text`, `onclick` …, else attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (name === "text") element.textContent = String(value);
    else if (name.startsWith("on"))
      element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children);
  return element;
}

/**
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...(Node | string)} children
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

/** @param {number} value @param {number} digits */
export function fixed(value, digits = 2) {
  if (Number.isNaN(value)) return "–";
  return value
    .toFixed(digits)
    .replace(/^-0(\.0*)?$/, "0$1")
    .replace("-", "−");
}

/** @param {number} value */
export const signed = (value, digits = 2) => (value < 0 ? "" : "+") + fixed(value, digits);

/** As the second term of a sum. @param {number} value */
export const added = (value) => `${value < 0 ? "−" : "+"} ${fixed(Math.abs(value))}`;

/** @param {number} n */
export const pixels = (n) => COMMON.pixels({ n, count: count(n) });

/** A count with thin spaces between thousands, where no line is broken. @param {number} n */
export const count = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f");

/** As 1.2·10⁻³, where numbers differ by powers of ten. @param {number} value @param {number} digits */
export function scientific(value, digits = 1) {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const [front, power] = value.toExponential(digits).split("e");
  const raised = Array.from(String(Number(power)), (d) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(d)]);
  return `${front.replace("-", "−")}·10${raised.join("")}`;
}
