/** What each rule makes of one map of a block, from the same two gates. */

import { mergeChannel, recalibrateChannel, ruleOf } from "../../gates/rules.js";
import { excite, project, sigmoid, squeeze } from "../../ground/maths.js";

/** @typedef {import("../../ground/maths.js").Linear} Linear */
/** @typedef {import("../../ground/maths.js").Numbers} Numbers */
/**
 * A block's own numbers.
 * @typedef {object} Block
 * @property {Linear} fc1 @property {Linear} fc2 of the channel branch
 * @property {Linear} project of the spatial branch @property {Linear} merge W_m
 */
/**
 * What a reader changes.
 * @typedef {object} Moved
 * @property {number} channel @property {number[]} gate of it, empty for the block's own
 * @property {number} shift of the mask's logits @property {number} size that the maps are times
 */

/** The rules, as scse/widgets/join.py lists them. */
export const JOINS = ["add", "max", "mul", "cbam", "concat"];

/** From where `max` takes a value; 0 … 2 on the scale "origin". */
export const ORIGIN = { channel: 0, tie: 1, mask: 2 };

/** @param {Numbers} values */
function rms(values) {
  let sum = 0;
  for (let p = 0; p < values.length; p++) sum += values[p] ** 2;
  return Math.sqrt(sum / values.length);
}

/** @param {Numbers} values */
export const mean = (values) => {
  let sum = 0;
  for (let p = 0; p < values.length; p++) sum += values[p];
  return sum / values.length;
};

/**
 * The gates that a block gives its maps.
 * @param {Block} block @param {Numbers} maps U, channel after channel
 */
export function gatesOf({ fc1, fc2, project: squeezing }, maps) {
  const c = excite(fc1, fc2, squeeze(maps, fc2.bias.length)).gates;
  return { c, q: project(maps, squeezing.weight[0], squeezing.bias[0]) };
}

/**
 * One map by all rules.
 * @param {Linear} merge @param {Numbers} maps U @param {ReturnType<typeof gatesOf>} own
 * @param {Moved} moved
 */
export function join(merge, maps, own, { channel, gate, shift, size: times }) {
  const size = own.q.length;
  const scaled = Float64Array.from(maps, (u) => u * times);
  const c = Float64Array.from(own.c);
  if (gate.length) c[channel] = gate[0];
  const s = own.q.map((q) => sigmoid(q + shift));
  const u = scaled.subarray(channel * size, (channel + 1) * size);
  const outputs = Object.fromEntries(
    JOINS.map((name) => {
      const out = new Float64Array(size);
      if (name === "concat") return [name, mergeChannel(merge, scaled, channel, c, s, out)];
      return [name, recalibrateChannel(ruleOf(name), scaled, channel, c[channel], s, out)];
    }),
  );
  const before = rms(u);
  const origin = Float64Array.from(u, (value, p) => {
    const [a, b] = [value * c[channel], value * s[p]];
    if (a === b) return ORIGIN.tie;
    return a > b ? ORIGIN.channel : ORIGIN.mask;
  });
  return {
    u,
    c: c[channel],
    s,
    outputs,
    ratios: Object.fromEntries(JOINS.map((name) => [name, rms(outputs[name]) / before])),
    origin,
  };
}

/**
 * What a rule multiplies each value by, undefined where it is no product of the value.
 * @param {string} name @param {Numbers} u @param {number} c @param {Numbers} s
 */
export function factor(name, u, c, s) {
  if (name === "concat") return undefined;
  const { apply, identity } = ruleOf(name);
  // At 0 the factor of a gate is that of its neighbours; what squares its map has none there but 0.
  return Float64Array.from(u, (value, p) =>
    value === 0 ? (identity ? apply(1, c, s[p]) : 0) : apply(value, c, s[p]) / value,
  );
}

/** How many values of `max` come from where. @param {Numbers} origin */
export function counted(origin) {
  const counts = { channel: 0, tie: 0, mask: 0 };
  for (const [name, code] of Object.entries(ORIGIN)) {
    for (let p = 0; p < origin.length; p++) {
      if (origin[p] === code) counts[/** @type {keyof typeof counts} */ (name)]++;
    }
  }
  return counts;
}

/**
 * What puzzles can be about.
 * @param {Pick<ReturnType<typeof join>, "ratios" | "origin" | "s">} joined
 * @returns {import("../../desk/goal.js").Numbers}
 */
export function quantities({ ratios, origin, s }) {
  const { channel, mask } = counted(origin);
  const untied = Math.max(1, channel + mask);
  return {
    ...Object.fromEntries(
      Object.entries(ratios).map(([name, ratio]) => [`${TITLES[name]} out/in`, ratio]),
    ),
    "from the gate": channel / untied,
    "from the mask": mask / untied,
    "mask mean": mean(s),
  };
}

/** What the rules are called. @type {Record<string, string>} */
export const TITLES = { add: "add", max: "max", mul: "mul", cbam: "CBAM", concat: "concat" };
