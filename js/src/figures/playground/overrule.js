/** From what the reader did to the gates to what an engine is asked. */

import { draw } from "./compose.js";

/** @typedef {import("../../engine/contract.js").Change} Change */
/** @typedef {import("./state.js").GateState} GateState */
/** @typedef {import("./state.js").Branch} Branch */

/**
 * @param {GateState} change
 * @param {{channels: number, positions: number[]}} site
 * @param {Branch} branch
 * @param {(base: string) => ArrayLike<number> | undefined} gateOf the gate called "mean" or "example:2"
 * @returns {Change}
 */
export function toChange(
  { base, set = {}, strokes = [] },
  { channels, positions },
  branch,
  gateOf,
) {
  const [height, width] = positions;
  const size = branch === "channel" ? channels : height * width;
  const [keep, value] = /** @type {Record<string, [number, number]>} */ ({
    own: [1, 0],
    off: [0, 0],
    one: [0, 1],
    invert: [-1, 1],
  })[base] ?? [0, 0];
  const keeps = new Float32Array(size).fill(keep);
  const given = base === "mean" || base.startsWith("example:") ? gateOf(base) : undefined;
  const values = given ? Float32Array.from(given) : new Float32Array(size).fill(value);
  if (branch === "channel") {
    for (const [k, v] of Object.entries(set)) {
      keeps[Number(k)] = 0;
      values[Number(k)] = v;
    }
  }
  for (const stroke of branch === "spatial" ? strokes : []) {
    draw(stroke, width, height, (p, opacity) => {
      if (opacity < 0.5) return; // a position is painted or not
      keeps[p] = 0;
      values[p] = stroke.value;
    });
  }
  return { keep: keeps, value: values };
}

/** Does the change change anything? @param {GateState | undefined} change */
export const changes = (change) =>
  change !== undefined &&
  (change.base !== "own" ||
    Object.keys(change.set ?? {}).length > 0 ||
    (change.strokes ?? []).length > 0);

/** The gate that goes on. @param {ArrayLike<number>} own @param {Change | undefined} change */
export function used(own, change) {
  if (!change) return Float32Array.from(own);
  const { keep, value } = change;
  const at = (/** @type {number | Float32Array} */ v, /** @type {number} */ i) =>
    typeof v === "number" ? v : v[i];
  return Float32Array.from(own, (gate, i) => at(keep, i) * gate + at(value, i));
}
