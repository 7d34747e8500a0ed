/**
 * What is done to a gate, as one value: a base, then entries set by hand, then paint on a mask.
 * scse/edits.py says what each base means and reads the same values; test/golden.json holds the
 * two together, scse/edits.schema.json says what form they have.
 *
 * An engine is asked for `keep · own + value` (see engine/contract.js): `changeOf` is the one place
 * where an edit becomes that.
 */

import { draw } from "./strokes.js";

/** @typedef {import("../engine/contract.js").Change} Change */
/** @typedef {import("./rules.js").Branch} Branch */
/** @typedef {import("./strokes.js").Stroke} Stroke */
/** @typedef {"own" | "neutral" | "zero" | "one" | "flat" | "mean" | "invert" | "from"} Base */
/**
 * @typedef {object} Edit
 * @property {Base} base what all entries become
 * @property {number} [from] whose gate it is, with the base "from"
 * @property {Record<string, number>} [set] entry -> number
 * @property {Stroke[]} [strokes] in positions of the mask
 */
/** @typedef {Partial<Record<Branch, Edit>>} BlockEdits */
/** @typedef {Record<string, BlockEdits>} Edits block -> branch -> edit */

/** @type {Edit} */
export const OWN = { base: "own" };

/** A block that runs again, "name#2", is edited in all of its runs. @param {string} name */
export const pathOf = (name) => name.replace(/#\d+$/, "");

/** Does it change anything? @param {Edit | undefined} edit */
export const changes = (edit) =>
  edit !== undefined &&
  (edit.base !== "own" ||
    Object.keys(edit.set ?? {}).length > 0 ||
    (edit.strokes ?? []).length > 0);

/** How much was done; scse/widgets/_answers.py counts in the same way. @param {Edits} edits */
export function counts(edits) {
  /** @param {Branch} branch */
  const changed = (branch) => {
    const all = Object.values(edits).map((branches) => branches[branch]);
    return all.filter((edit) => edit !== undefined).filter(changes);
  };
  const channel = changed("channel");
  return {
    "blocks with other channel gates": channel.length,
    "masks changed": changed("spatial").length,
    "bars moved": channel.reduce((sum, { set = {} }) => sum + Object.keys(set).length, 0),
  };
}

/** @param {Edits} edits @param {string} block @param {Branch} branch */
export const editOf = (edits, block, branch) => edits[pathOf(block)]?.[branch] ?? OWN;

/**
 * The same with one edit anew, free of what changes nothing.
 * @param {Edits} edits @param {string} block @param {Branch} branch @param {Edit} edit
 * @returns {Edits}
 */
export function withEdit(edits, block, branch, edit) {
  const path = pathOf(block);
  const branches = { ...edits[path], [branch]: edit };
  if (!changes(edit)) delete branches[branch];
  const next = { ...edits, [path]: branches };
  if (!Object.keys(branches).length) delete next[path];
  return next;
}

/**
 * The same edit with one entry set; one that is put back to `home` is the network's again.
 * @param {Edit} edit @param {number} entry @param {number} value @param {number} [home]
 * @returns {Edit}
 */
export function withEntry(edit, entry, value, home) {
  /** @type {Record<string, number>} */
  const set = { ...edit.set, [entry]: value };
  const back = edit.base === "own" && home !== undefined && Math.abs(value - home) < 1e-6;
  if (back) delete set[entry];
  return { ...edit, set };
}

/** @param {ArrayLike<number>} values */
function mean(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return values.length ? sum / values.length : 0;
}

/**
 * @typedef {object} Known of a gate, to edit it
 * @property {number} size its entries
 * @property {number[]} [positions] height and width of a mask
 * @property {number | undefined} neutral by its block's rule, where that is known
 * @property {() => ArrayLike<number>} own what the network computes, asked for where it is needed
 * @property {(edit: Edit) => ArrayLike<number> | undefined} lend the gate for the bases "mean" and
 *   "from"; undefined until it is there
 */

/** What a base makes of the own gate. @type {Record<Base, (edit: Edit, known: Known) => Change>} */
const BASES = {
  own: () => ({ keep: 1, value: 0 }),
  neutral(_, { neutral }) {
    if (neutral === undefined) throw new Error("What an absent branch is, is not known here.");
    return { keep: 0, value: neutral };
  },
  zero: () => ({ keep: 0, value: 0 }),
  one: () => ({ keep: 0, value: 1 }),
  flat: (_, { own }) => ({ keep: 0, value: mean(own()) }),
  mean: lent,
  invert: () => ({ keep: -1, value: 1 }),
  from: lent,
};

/** @param {Edit} edit @param {Known} known @returns {Change} */
function lent(edit, { lend }) {
  const gate = lend(edit);
  return gate ? { keep: 0, value: Float32Array.from(gate) } : { keep: 1, value: 0 };
}

/**
 * What an engine is asked for; nothing where the edit changes nothing.
 * @param {Edit | undefined} edit @param {Known} known @returns {Change | undefined}
 */
export function changeOf(edit, known) {
  if (!edit || !changes(edit)) return undefined;
  const { keep, value } = BASES[edit.base](edit, known);
  const entries = Object.entries(edit.set ?? {});
  const strokes = edit.strokes ?? [];
  if (!entries.length && !strokes.length) return { keep, value };
  const filled = (/** @type {number | Float32Array} */ v) =>
    typeof v === "number" ? new Float32Array(known.size).fill(v) : v;
  const [keeps, values] = [filled(keep), filled(value)];
  const put = (/** @type {number} */ entry, /** @type {number} */ v) => {
    keeps[entry] = 0;
    values[entry] = v;
  };
  for (const [entry, v] of entries) put(Number(entry), v);
  const [height, width] = known.positions ?? [0, 0];
  for (const stroke of strokes) {
    // A position is painted or not.
    draw(stroke, width, height, (p, opacity) => opacity >= 0.5 && put(p, stroke.value));
  }
  return { keep: keeps, value: values };
}

/** The gate that goes on: keep · own + value. @param {ArrayLike<number>} own @param {Change} [change] */
export function used(own, change) {
  if (!change) return Float64Array.from(own);
  const { keep, value } = change;
  const at = (/** @type {number | Float32Array} */ v, /** @type {number} */ i) =>
    typeof v === "number" ? v : v[i];
  return Float64Array.from(own, (gate, i) => at(keep, i) * gate + at(value, i));
}
