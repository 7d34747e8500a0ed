/** A goal: conditions on numbers that a figure computes. scse/widgets/_guides.py has the same signs. */

import { fixed } from "../ground/dom.js";
import * as WORDS from "../words/goal.js";

/**
 * @typedef {object} Condition as scse/widgets/_guides.py has it
 * @property {string} quantity as the figure knows it @property {string} label as a reader does
 * @property {string} sign @property {number} value
 */
/** @typedef {Record<string, number>} Numbers */

/** @type {Record<string, {holds: (a: number, b: number) => boolean, words: string}>} */
const SIGNS = {
  ">=": { holds: (a, b) => a >= b, words: WORDS.atLeast },
  "<=": { holds: (a, b) => a <= b, words: WORDS.atMost },
};

/** @param {number} value @param {number} [digits] */
const shown = (value, digits = 2) =>
  Number.isInteger(value) ? String(value) : fixed(value, digits);

/**
 * Each condition: does it hold, and how it stands in words.
 * @param {Condition[]} goal @param {Numbers | undefined} numbers undefined while they are not known
 */
export const judge = (goal, numbers) =>
  goal.map(({ quantity, label, sign, value }) => {
    const now = numbers?.[quantity] ?? NaN;
    const { holds, words } = SIGNS[sign];
    const met = holds(now, value);
    // 0.897 must not seem to be 0.90.
    const seems = holds(Number(now.toFixed(2)), value) === met;
    const text = shown(now, seems ? 2 : 4);
    return {
      met,
      now,
      words: WORDS.stands({ quantity: label, now: text, sign: words, value: shown(value) }),
    };
  });

/** @param {number} n */
export const moves = (n) => WORDS.moves(n);
