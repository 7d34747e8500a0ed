/** Parts that several widgets show: a titled panel, a colour bar, the classes with their Dice. */

import { readout } from "../controls/controls.js";
import { count, fixed, h } from "../ground/dom.js";
import { canvas, gradient } from "../draw/paint.js";
import * as WORDS from "../words/scores.js";
import * as COMMON from "../words/common.js";

/** @typedef {{name: string, colour: string}} Class */

/**
 * @param {string | Node} title @param {Node} body @param {...Node} below
 */
export const panel = (title, body, ...below) =>
  h(
    "div",
    { class: "scse-panel" },
    h("div", { class: "scse-title" }, title),
    body,
    h("div", { class: "scse-below" }, ...below),
  );

/**
 * An answer once more and small, in sight while bars far below it are pulled.
 * @param {HTMLCanvasElement} answer
 */
export function miniature(answer) {
  const copy = canvas(answer.width, answer.height);
  copy.classList.add("scse-fine");
  const words = h("span");
  return {
    element: h("div", { class: "scse-now", "aria-hidden": true }, copy, words),
    /** @param {string} text */
    set(text) {
      copy.getContext("2d")?.drawImage(answer, 0, 0);
      words.textContent = text;
    },
  };
}

/**
 * The colours of a map with the numbers at their ends.
 * @param {import("../draw/paint.js").Scale} scale @param {string} name
 * @param {(value: number) => string} [format]
 */
export function colourBar(scale, name, format) {
  const low = readout(`${name}-low`, format);
  const high = readout(`${name}-high`, format);
  const ramp = h("span", { class: "scse-ramp", "aria-hidden": true });
  ramp.style.backgroundImage = gradient(scale);
  return {
    element: h("div", { class: "scse-colours" }, low.element, ramp, high.element),
    /** @param {number} from @param {number} to */
    set(from, to) {
      low.set(from);
      high.set(to);
    },
  };
}

/**
 * The classes with the Dice of each.
 * @param {Class[]} classes background first
 * @param {string} [suffix] of the names of the numbers, where there are several lists
 */
export function classList(classes, suffix = "") {
  const rows = classes.slice(1).map(({ name, colour }, i) => {
    const score = readout(`dice-of-${i + 1}${suffix}`);
    const swatch = h("span", { class: "scse-swatch", "aria-hidden": true });
    swatch.style.background = colour;
    const element = h("li", {}, swatch, h("span", { text: name }), score.element);
    return { element, score };
  });
  return {
    element: h(
      "ul",
      { class: "scse-classes", "aria-label": WORDS.ofClasses },
      ...rows.map((row) => row.element),
    ),
    /** @param {ArrayLike<number>} dice with background; NaN where a class is in neither map */
    set(dice) {
      rows.forEach(({ element, score }, i) => {
        score.set(dice[i + 1]);
        element.classList.toggle("scse-absent", Number.isNaN(dice[i + 1]));
      });
    },
  };
}

/**
 * Dice, large, with its distance from the network's own.
 * @param {string} [suffix] of the names of the numbers, where there are several
 */
export function scoreboard(suffix = "") {
  const dice = readout(`dice${suffix}`);
  const changed = readout(`changed${suffix}`, (v) => count(v));
  const loss = h("span", { class: "scse-loss" });
  const total = h("span");
  const sentence = WORDS.changed({ changed: changed.element, total });
  const changes = h("div", { class: "scse-changes" }, ...sentence);
  return {
    element: h(
      "div",
      { class: "scse-score" },
      h("div", { class: "scse-dice" }, h("span", { text: COMMON.dice }), dice.element, loss),
      changes,
    ),
    /** @param {number} score @param {number} own @param {number} pixels @param {number} of */
    set(score, own, pixels, of) {
      dice.set(score);
      changed.set(pixels);
      total.textContent = count(of);
      const difference = Number((score - own).toFixed(2));
      loss.textContent = difference
        ? (difference < 0 ? "▼ " : "▲ ") + fixed(Math.abs(difference))
        : "";
      loss.classList.toggle("scse-worse", difference < 0);
      changes.classList.toggle("scse-any", pixels > 0);
    },
  };
}
