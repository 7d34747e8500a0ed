/** What edits did to a segmentation, for puzzles; scse/widgets/_answers.py says the same in Python. */

import { counts } from "../gates/edit.js";
import { differences, meanDice } from "../ground/maths.js";

/**
 * @param {number} classes
 * @param {{segmentation: ArrayLike<number>, before?: ArrayLike<number>}} view `before`: without the
 *   edits, if that differs
 * @param {ArrayLike<number> | undefined} label where it is known
 * @param {import("../gates/edit.js").Edits} edits
 * @returns {import("./goal.js").Numbers}
 */
export function compared(classes, { segmentation, before = segmentation }, label, edits) {
  /** @type {import("./goal.js").Numbers} */
  const scores = {};
  if (label) {
    scores.Dice = meanDice(segmentation, label, classes);
    scores["Dice lost"] = meanDice(before, label, classes) - scores.Dice;
  }
  return { ...scores, "pixels changed": differences(segmentation, before), ...counts(edits) };
}
