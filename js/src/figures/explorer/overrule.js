/** From what the reader did to a branch to the change that an engine makes. */

/** @typedef {import("../../engine/contract.js").Change} Change */
/** @typedef {"channel" | "spatial"} Branch */
/** @typedef {"own" | "off" | "mean" | "invert" | "input"} Mode */

/**
 * @typedef {object} Rule what goes for one branch of a block
 * @property {Mode} mode
 * @property {number} [input] whose gates, where mode is "input"
 * @property {Record<string, number>} [set] channel -> gate, by hand
 */
/** @typedef {Record<string, {channel?: Rule, spatial?: Rule}>} Overrule */

export const MODES = ["own", "off", "mean", "invert", "input"];

/** A block that runs twice is overruled in both of its runs. @param {string} name */
export const place = (name) => name.replace(/#\d+$/, "");

/** @param {Rule | undefined} rule */
export const meddles = (rule) =>
  rule !== undefined && (rule.mode !== "own" || Object.keys(rule.set ?? {}).length > 0);

/** @param {ArrayLike<number>} values */
export function mean(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return values.length ? sum / values.length : 0;
}

/**
 * @param {Rule | undefined} rule
 * @param {object} known
 * @param {ArrayLike<number>} known.own the branch's own gates
 * @param {number} known.off the gate of a branch that is off
 * @param {(input: number) => ArrayLike<number> | undefined} known.other gates of another input
 * @returns {Change | undefined} nothing where the rule changes nothing
 */
export function changeOf(rule, { own, off, other }) {
  if (!rule || !meddles(rule)) return undefined;
  /** @type {number | Float32Array} */
  let keep = 0;
  /** @type {number | Float32Array} */
  let value = 0;
  const given = rule.mode === "input" ? other(rule.input ?? 0) : undefined;
  if (rule.mode === "off") value = off;
  else if (rule.mode === "mean") value = mean(own);
  else if (rule.mode === "invert") [keep, value] = [-1, 1];
  else if (given) value = Float32Array.from(given);
  else keep = 1;
  const set = Object.entries(rule.set ?? {});
  if (set.length) {
    const filled = (/** @type {number | Float32Array} */ v) =>
      typeof v === "number" ? new Float32Array(own.length).fill(v) : v;
    keep = filled(keep);
    value = filled(value);
    for (const [k, v] of set) {
      keep[Number(k)] = 0;
      value[Number(k)] = v;
    }
  }
  return { keep, value };
}

/** The gates that go on: keep · own + value. @param {ArrayLike<number>} own @param {Change} [change] */
export function used(own, change) {
  if (!change) return Float64Array.from(own);
  const { keep, value } = change;
  const at = (/** @type {number | Float32Array} */ v, /** @type {number} */ i) =>
    typeof v === "number" ? v : v[i];
  return Float64Array.from(own, (gate, i) => at(keep, i) * gate + at(value, i));
}

/**
 * The same with one branch of one block anew, free of what changes nothing.
 * @param {Overrule} overrule @param {string} block @param {Branch} branch @param {Rule} rule
 * @returns {Overrule}
 */
export function withRule(overrule, block, branch, rule) {
  const name = place(block);
  const branches = { ...overrule[name], [branch]: rule };
  if (!meddles(rule)) delete branches[branch];
  const next = { ...overrule, [name]: branches };
  if (!Object.keys(branches).length) delete next[name];
  return next;
}

/**
 * Says what is wrong with an `overrule` that came from a kernel.
 * @param {any} value @param {string[]} names of the blocks @returns {string | undefined}
 */
export function problem(value, names) {
  if (!value || typeof value !== "object") return "must be an object";
  const known = new Set(names.map(place));
  for (const [name, branches] of Object.entries(value)) {
    if (!known.has(name)) return `names a block ${JSON.stringify(name)} that is not there`;
    for (const [branch, rule] of Object.entries(branches ?? {})) {
      if (branch !== "channel" && branch !== "spatial") return "has branches channel and spatial";
      if (!MODES.includes(rule?.mode)) return `has the modes ${MODES.join(", ")}`;
    }
  }
  return undefined;
}
