/** What GateLab says beside its pictures. */

import { h } from "../../ground/dom.js";
import * as WORDS from "../../words/gate_lab.js";

/** @typedef {import("../../gates/rules.js").Rule} Rule */
/** @typedef {import("./modes.js").Mode} Mode */

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

/** Û = … with the two branches in their colours. @param {Rule} rule */
export function formula(rule) {
  const element = h("span", { class: "scse-formula" });
  /** @type {Record<Mode, string>} */
  const right = {
    none: "U",
    cse: rule.alone.channel ?? rule.formula,
    sse: rule.alone.spatial ?? rule.formula,
    scse: rule.formula,
  };
  return {
    element,
    /** @param {Mode} mode */
    set(mode) {
      const parts = right[mode].split(/([cs]·U)/).map((part) => {
        const colour = { c·U: "scse-c", s·U: "scse-s" }[part];
        return colour ? h("b", { class: colour, text: part }) : part;
      });
      element.replaceChildren("Û = ", ...parts);
    },
  };
}

/**
 * The line below the bars.
 * @param {{channelOn: boolean, zeros: boolean, keepsMap: boolean}} state zeros: is a gate 0?
 *   keepsMap: does the mask let a map through whose gate is 0?
 */
export function noteOf({ channelOn, zeros, keepsMap }) {
  if (!channelOn) {
    return WORDS.channelOff;
  }
  if (zeros && keepsMap) {
    return WORDS.atZero;
  }
  return WORDS.bars;
}
