/** What a channel's map is drawn as: U as it comes, or Û as the gates leave it. */

import { range } from "../draw/paint.js";
import { resample } from "../ground/plane.js";

/** @typedef {import("../ground/plane.js").Plane} Plane */
/** @typedef {import("../gates/rules.js").Rule} Rule */
/** @typedef {Plane & {low: number, high: number}} Drawn with the ends of its colour scale */

/** U between its own ends, 0 always among them. @param {Plane} map @returns {Drawn} */
export function asItComes(map) {
  const [low, high] = range(map.data);
  return { ...map, low: Math.min(0, low), high };
}

/**
 * Û between the ends that it can reach with gates of at most 1: a bar that moves changes the
 * picture, not its scale.
 * @param {Plane} map @param {Rule} rule
 * @param {number} c gate of the channel, NaN where the rule needs none
 * @param {Plane | undefined} mask on any grid
 * @returns {Drawn}
 */
export function afterGates(map, rule, c, mask) {
  const { data, height, width } = map;
  const s = mask && resample(mask, height, width);
  const [low, high] = range(data);
  const out = new Float64Array(data.length); // filled in a loop: it is drawn while a hand moves
  for (let p = 0; p < out.length; p++) out[p] = rule.apply(data[p], c, s ? s[p] : NaN);
  // The square of a negative value is none.
  const floor = Math.min(0, rule.gain(Math.min(0, low)));
  return { data: out, height, width, low: floor, high: Math.max(0, rule.gain(Math.max(0, high))) };
}
