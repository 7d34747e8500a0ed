/** What puzzles in GateLab can be about; `GateLab.quantities` computes the same in Python. */

import { compared } from "../../desk/compared.js";

/**
 * @param {string[]} classes what quantities call them, background first
 * @param {ArrayLike<number>} label
 * @param {Pick<import("./model.js").View, "segmentation" | "before">} view
 * @param {import("../../gates/edit.js").Edits} edits
 * @returns {import("../../desk/goal.js").Numbers}
 */
export function quantities(classes, label, view, edits) {
  const votes = classes.map(() => new Array(classes.length).fill(0));
  for (let p = 0; p < label.length; p++) votes[label[p]][view.segmentation[p]]++;
  /** @type {import("../../desk/goal.js").Numbers} */
  const shares = {};
  for (const [k, row] of votes.entries()) {
    const all = row.reduce((sum, n) => sum + n, 0);
    if (k === 0 || all === 0) continue;
    for (const [j, n] of row.entries()) {
      shares[`${classes[k]} read as ${classes[j]}`] = n / all;
    }
  }
  return { ...compared(classes.length, view, label, edits), ...shares };
}
