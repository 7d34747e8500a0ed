/** One channel: its map above, or beside, its gate as a bar. */

import { bar, readout } from "../controls/controls.js";
import { canvas, paintMap } from "../draw/paint.js";
import { fixed, h } from "../ground/dom.js";
import * as WORDS from "../words/card.js";

/**
 * @typedef {object} Look how the cards of a figure look
 * @property {boolean} vertical its bars
 * @property {number} digits of the numbers below them
 * @property {boolean} [gaps] there may be words in the place of a map that is not there
 * @property {boolean} [remarks] a line of words below the number
 */
/**
 * @typedef {object} Shown
 * @property {number} channel @property {boolean} fixed the bar cannot be moved
 * @property {number} [gate] that goes on @property {number} [own] @property {number} [other]
 * @property {string} remark @property {string} absent in the place of a map that is not there
 * @property {import("./recalibrated.js").Drawn} [map]
 */

/**
 * As many pixels as a map has positions.
 * @param {HTMLCanvasElement} element @param {number} height @param {number} width
 * @param {number} [flattest] so many times as wide as high at most: a line stays visible
 */
export function fit(element, height, width, flattest = 4) {
  if (element.width === width && element.height === height) return;
  Object.assign(element, { width, height });
  element.style.aspectRatio = `${width} / ${Math.max(height, width / flattest)}`;
}

/**
 * @param {Look} look @param {[number, number]} range of the gate
 * @param {(channel: number, gate: number) => void} onGate
 */
export function card({ vertical, digits, gaps, remarks }, [min, max], onGate) {
  let channel = -1;
  const name = h("span", { class: "scse-name", "aria-hidden": true });
  const map = canvas(1, 1);
  const missing = gaps ? h("span", { class: "scse-nomap" }) : "";
  const thumb = h("div", { class: "scse-thumb" }, map, missing);
  const value = readout("gate", (v) => fixed(v, digits));
  const slider = bar({
    label: WORDS.gate,
    name: "bar",
    vertical,
    min,
    max,
    onInput: (v) => onGate(channel, v),
  });
  const dot = h("div", { class: "scse-dot", hidden: true });
  slider.element.firstElementChild?.append(dot);
  const remark = h("span", { class: "scse-remark" });
  const parts = remarks ? [remark] : [];
  const element = h(
    "div",
    { class: "scse-card" },
    name,
    thumb,
    slider.element,
    value.element,
    ...parts,
  );

  /** @param {number} k */
  function call(k) {
    if (k === channel) return;
    channel = k;
    name.textContent = String(k + 1);
    slider.element.setAttribute("aria-label", WORDS.gateOf(k + 1));
    slider.element.setAttribute("data-name", `bar-${k}`);
    value.element.setAttribute("data-name", `gate-${k}`);
    map.setAttribute("data-name", `map-${k}`);
  }

  return {
    element,
    slider: slider.element,
    /** @param {Shown} shown */
    set(shown) {
      call(shown.channel);
      const { gate, own, other, map: drawn } = shown;
      slider.element.hidden = value.element.hidden = gate === undefined;
      if (gate !== undefined) {
        value.set(gate);
        slider.set(gate);
        slider.setHome(own);
        slider.disable(shown.fixed);
        dot.hidden = other === undefined;
        dot.style.setProperty("--dot", `${(100 * ((other ?? 0) - min)) / (max - min)}%`);
      }
      remark.textContent = shown.remark;
      if (missing) {
        missing.hidden = drawn !== undefined;
        missing.textContent = shown.absent;
      }
      map.classList.toggle("scse-none", drawn === undefined);
      if (!drawn) return;
      fit(map, drawn.height, drawn.width);
      paintMap(map, drawn.data, drawn.low, drawn.high, "feature");
    },
  };
}
