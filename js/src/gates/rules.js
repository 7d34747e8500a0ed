/**
 * The ways in which a block applies its gates to a map U: a row each, the same as in
 * scse/rules.py, which says more. test/golden.json holds the two together.
 */

/** @typedef {"channel" | "spatial"} Branch */
/** @typedef {Partial<Record<Branch, number>>} PerBranch */
/**
 * @typedef {object} Rule
 * @property {(u: number, c: number, s: number) => number} apply Û of one activation
 * @property {Branch[]} branches
 * @property {PerBranch} neutral what a gate is where its branch is absent
 * @property {PerBranch | null} identity gates with which Û = U
 * @property {(top: number) => number} gain the most that a U of `top` can become
 * @property {string} formula Û, with c·U and s·U for the two branches
 * @property {Partial<Record<Branch, string>>} alone Û where only that branch is there
 */

/** @type {Branch[]} */
export const BRANCHES = ["channel", "spatial"];

/** @param {number} value @returns {PerBranch} */
const both = (value) => ({ channel: value, spatial: value });
const terms = { channel: "c·U", spatial: "s·U" };
const once = (/** @type {number} */ top) => top;
const twice = (/** @type {number} */ top) => 2 * top;

/** @type {Record<string, Rule>} */
export const RULES = {
  cse: {
    apply: (u, c) => u * c,
    branches: ["channel"],
    neutral: { channel: 1 },
    identity: { channel: 1 },
    gain: once,
    formula: "c·U",
    alone: {},
  },
  sse: {
    apply: (u, _, s) => u * s,
    branches: ["spatial"],
    neutral: { spatial: 1 },
    identity: { spatial: 1 },
    gain: once,
    formula: "s·U",
    alone: {},
  },
  "1+cse": {
    apply: (u, c) => u + u * c,
    branches: ["channel"],
    neutral: { channel: 0 },
    identity: { channel: 0 },
    gain: twice,
    formula: "U + c·U",
    alone: {},
  },
  "1+sse": {
    apply: (u, _, s) => u + u * s,
    branches: ["spatial"],
    neutral: { spatial: 0 },
    identity: { spatial: 0 },
    gain: twice,
    formula: "U + s·U",
    alone: {},
  },
  add: {
    apply: (u, c, s) => u * (c + s),
    branches: BRANCHES,
    neutral: both(0),
    identity: { channel: 1, spatial: 0 },
    gain: twice,
    formula: "c·U + s·U",
    alone: terms,
  },
  max: {
    apply: (u, c, s) => Math.max(u * c, u * s),
    branches: BRANCHES,
    neutral: both(0),
    identity: { channel: 1, spatial: 0 },
    gain: once,
    formula: "max(c·U, s·U)",
    alone: terms,
  },
  mul: {
    apply: (u, c, s) => u * c * (u * s),
    branches: BRANCHES,
    neutral: both(1),
    identity: null,
    gain: (top) => top * top,
    formula: "c·U × s·U",
    alone: { channel: "c·U × U", spatial: "s·U × U" },
  },
  concat: {
    apply() {
      throw new Error("concat mixes the channels: a map of its Û does not come from one map of U");
    },
    branches: BRANCHES,
    neutral: both(0),
    identity: null,
    gain: once,
    formula: "W [c·U, s·U]",
    alone: { channel: "W [c·U, 0]", spatial: "W [0, s·U]" },
  },
  cbam: {
    apply: (u, c, s) => u * c * s,
    branches: BRANCHES,
    neutral: both(1),
    identity: both(1),
    gain: once,
    formula: "s·(c·U)",
    alone: terms,
  },
};

/** The row of that name; throws where there is none. @param {string} name */
export function ruleOf(name) {
  if (!Object.hasOwn(RULES, name)) {
    throw new Error(`no rule "${name}"; there are ${Object.keys(RULES).join(", ")}`);
  }
  return RULES[name];
}

/**
 * Û of one map, written into `out`.
 * @param {Rule} rule @param {ArrayLike<number>} maps U, channel after channel
 * @param {number} channel @param {number} c its gate
 * @param {ArrayLike<number>} s at each position of `out`
 * @param {Float64Array} out
 */
export function recalibrateChannel(rule, maps, channel, c, s, out) {
  const start = channel * out.length;
  for (let p = 0; p < out.length; p++) out[p] = rule.apply(maps[start + p], c, s[p]);
  return out;
}

/**
 * Û of the whole block.
 * @param {Rule} rule @param {ArrayLike<number>} maps
 * @param {ArrayLike<number>} c @param {ArrayLike<number>} s
 */
export function recalibrate(rule, maps, c, s) {
  const size = maps.length / c.length;
  const all = new Float64Array(maps.length);
  for (let k = 0; k < c.length; k++) {
    recalibrateChannel(rule, maps, k, c[k], s, all.subarray(k * size, (k + 1) * size));
  }
  return all;
}

/**
 * A map of Û = W_m [c·U, s·U], where the block has a layer of its own for the join ("concat").
 * @param {import("../ground/maths.js").Linear} layer W_m, so many rows as Û has maps
 * @param {ArrayLike<number>} maps U, channel after channel @param {number} channel of Û
 * @param {ArrayLike<number>} c @param {ArrayLike<number>} s at each position of `out`
 * @param {Float64Array} out
 */
export function mergeChannel({ weight, bias }, maps, channel, c, s, out) {
  const [row, size] = [weight[channel], out.length];
  out.fill(bias[channel]);
  for (let j = 0; j < c.length; j++) {
    for (let p = 0; p < size; p++) {
      out[p] += (row[j] * c[j] + row[c.length + j] * s[p]) * maps[j * size + p];
    }
  }
  return out;
}
