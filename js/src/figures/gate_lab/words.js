/** What GateLab says beside its pictures. */

import { h } from "../../ground/dom.js";

/** @typedef {import("../../ground/maths.js").Mode} Mode */

/**
 * What the true classes are mostly taken for where that is wrong: "9 → 3".
 * @param {ArrayLike<number>} label @param {ArrayLike<number>} segmentation
 * @param {{name: string}[]} classes
 */
export function misread(label, segmentation, classes) {
  const votes = classes.map(() => new Array(classes.length).fill(0));
  for (let p = 0; p < label.length; p++) votes[label[p]][segmentation[p]]++;
  return votes.flatMap((row, k) => {
    const most = row.indexOf(Math.max(...row));
    return k && row[most] && most !== k ? [`${classes[k].name} → ${classes[most].name}`] : [];
  });
}

/** Û = … with the two branches in their colours. @param {string} combine */
export function formula(combine) {
  const c = () => h("b", { class: "scse-c", text: "c·U" });
  const s = () => h("b", { class: "scse-s", text: "s·U" });
  const both = {
    add: () => [c(), " + ", s()],
    max: () => ["max(", c(), ", ", s(), ")"],
    mul: () => [c(), " × ", s()],
  }[/** @type {"add" | "max" | "mul"} */ (combine)];
  const element = h("span", { class: "scse-formula" });
  return {
    element,
    /** @param {Mode} mode */
    set(mode) {
      const right = { none: () => ["U"], cse: () => [c()], sse: () => [s()], scse: both }[mode];
      element.replaceChildren("Û = ", ...right());
    },
  };
}
