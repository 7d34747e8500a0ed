/** Wiring: what follows from the means, and from a choice of how logits become gates. */

import { excite, sigmoid, softmax } from "../../ground/maths.js";

/**
 * What scse/widgets/wiring.py describes.
 * @typedef {object} Manifest
 * @property {{title: string, credit: string}[]} samples @property {string} block
 * @property {[number, number]} size height and width of the pictures
 * @property {import("../../desk/figure.js").Class[]} classes
 * @property {number[]} temperatures
 * @property {number[]} on of each hidden unit: in how many images it is on
 * @property {number} over how many images that is
 * @property {string[]} terms that it shows, see book/_ext/terms.py
 */
/** @typedef {"sigmoid" | "softmax" | "softmax-same-sum" | "sigmoid-sum-1"} Kind */
/** @typedef {import("../../ground/maths.js").Numbers} Numbers */

/** @type {Kind[]} in the order in which segmentations are stored */
export const KINDS = ["sigmoid", "softmax", "softmax-same-sum", "sigmoid-sum-1"];

/** @param {Numbers} values */
export const sum = (values) => Array.from(values).reduce((a, b) => a + b, 0);

/**
 * Gates of logits, and the curve that they lie on.
 * @param {Numbers} logits @param {Kind} kind @param {number} temperature
 */
export function gatesOf(logits, kind, temperature) {
  const scaled = Float64Array.from(logits, (t) => t / temperature);
  const open = scaled.map(sigmoid);
  const total = sum(open);
  const shared = softmax(scaled);
  const most = Math.max(...scaled);
  // Of a softmax: what every power is divided by, so that one logit alone says its gate.
  const divisor = sum(scaled.map((t) => Math.exp(t - most)));
  /** @param {number} t */
  const power = (t) => Math.exp(t / temperature - most) / divisor;
  return {
    sigmoid: { gates: open, curve: (/** @type {number} */ t) => sigmoid(t / temperature) },
    softmax: { gates: shared, curve: power },
    "softmax-same-sum": {
      gates: shared.map((c) => c * total),
      curve: (/** @type {number} */ t) => power(t) * total,
    },
    "sigmoid-sum-1": {
      gates: open.map((c) => c / total),
      curve: (/** @type {number} */ t) => sigmoid(t / temperature) / total,
    },
  }[kind];
}

/** How steep a sigmoid of temperature T is at a logit. @param {number} t @param {number} temperature */
export function slope(t, temperature) {
  const open = sigmoid(t / temperature);
  return (open * (1 - open)) / temperature;
}

/**
 * Everything between the means and the gates.
 * @param {import("../../ground/maths.js").Linear} fc1 @param {import("../../ground/maths.js").Linear} fc2
 * @param {Numbers} z @param {Kind} kind @param {number} temperature
 */
export function wired(fc1, fc2, z, kind, temperature) {
  const { before, hidden, logits, gates: own } = excite(fc1, fc2, z);
  return { before, hidden, logits, own, ...gatesOf(logits, kind, temperature) };
}

/**
 * What puzzles can be about.
 * @param {{hidden: Numbers, gates: Numbers}} seen @param {number} dice @param {number} temperature
 */
export function quantities({ hidden, gates }, dice, temperature) {
  return {
    Dice: dice,
    "gates above ½": Array.from(gates).filter((c) => c > 0.5).length,
    "sum of the gates": sum(gates),
    "largest gate": Math.max(...Array.from(gates)),
    "hidden units on": Array.from(hidden).filter((v) => v > 0).length,
    temperature,
  };
}

/**
 * How often a unit is on.
 * @param {number} count @param {number} over @returns {"always" | "sometimes" | "never"}
 */
export const habit = (count, over) =>
  count === 0 ? "never" : count === over ? "always" : "sometimes";
