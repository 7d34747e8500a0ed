/** Choosing the base of an edit: what all entries of a gate become, in words. */

import { select } from "../controls/select.js";
import { fixed } from "../ground/dom.js";
import * as WORDS from "../words/bases.js";

/** @typedef {import("../gates/edit.js").Edit} Edit */
/** @typedef {import("../gates/rules.js").Branch} Branch */
/** @typedef {{value: string, label: string, hidden?: boolean}} Option */

/** @type {Partial<Record<import("../gates/edit.js").Base, number>>} */
const CONSTANTS = { zero: 0, one: 1 };

/**
 * What a list has for an edit's base: "zero", or "from:2". A constant that is the neutral one is
 * listed as "neutral".
 * @param {Edit} edit @param {number} [neutral] what an absent branch is
 */
export function valueIn({ base, from }, neutral) {
  if (base === "from") return `from:${from}`;
  return neutral !== undefined && CONSTANTS[base] === neutral ? "neutral" : base;
}

/** The way back. @param {string} value @returns {Edit} */
export function editFrom(value) {
  const [base, from] = value.split(":");
  const edit = { base: /** @type {import("../gates/edit.js").Base} */ (base) };
  return from === undefined ? edit : { ...edit, from: Number(from) };
}

/**
 * The bases that can be chosen for a gate.
 * @param {object} options
 * @param {Branch} [options.branch] both if left out
 * @param {number | undefined} options.neutral what an absent branch is, where that is known
 * @param {{from: number, title: string}[]} options.inputs those whose gates can be had
 * @param {string} [options.mean] what `mean` is the mean of, where there is such a mean
 * @param {boolean} [options.flat] offer the mean over the entries
 * @returns {Option[]}
 */
export function bases({ branch, neutral, inputs, mean, flat = false }) {
  const letter = WORDS.letters[branch ?? ""];
  return [
    { value: "own", label: WORDS.own },
    ...(mean ? [{ value: "mean", label: WORDS.mean(mean) }] : []),
    ...(flat ? [{ value: "flat", label: WORDS.flat }] : []),
    ...inputs.map(({ from, title }) => ({ value: `from:${from}`, label: WORDS.from(title) })),
    ...(neutral === undefined ? [] : [{ value: "neutral", label: WORDS.off(fixed(neutral, 0)) }]),
    // What the rule calls off already is not offered twice.
    ...(neutral === 0 ? [] : [{ value: "zero", label: WORDS.zero }]),
    ...(neutral === 1 ? [] : [{ value: "one", label: WORDS.one }]),
    { value: "invert", label: WORDS.invert(letter) },
  ];
}

/**
 * A list of bases, whose options may change.
 * @param {{label: string, name: string, hidden?: boolean, onInput: (edit: Edit) => void}} config
 *   hidden: the label is for screen readers only
 */
export function baseSelect({ onInput, ...config }) {
  const list = select({ ...config, options: [], onInput: (value) => onInput(editFrom(value)) });
  let offered = "";
  return {
    ...list,
    /** @param {Option[]} options */
    offer(options) {
      const key = JSON.stringify(options);
      if (key !== offered) list.offer(options);
      offered = key;
    },
    /**
     * @param {Edit | undefined} edit undefined for the value ""
     * @param {number} [neutral] what an absent branch is
     */
    set: (edit, neutral) => list.set(edit ? valueIn(edit, neutral) : ""),
  };
}
