/** Whether edits that came from a link, a file or a kernel can be used here. */

import { edits as hasForm } from "./valid.js";
import * as WORDS from "../words/edits.js";

/** @typedef {import("./rules.js").Branch} Branch */
/**
 * @typedef {object} Site what there is to be edited in a block
 * @property {number} channels
 * @property {number[]} positions its spatial shape; empty where that is not known
 * @property {Branch[]} branches
 * @property {[number, number]} [range] of the gates; 0 to 1 if left out
 */

/**
 * What a compiled schema found wrong, for the reader of a message.
 * @param {import("./valid.js").Validate} validate @param {unknown} value
 * @returns {string | undefined}
 */
export function formProblem(validate, value) {
  if (validate(value)) return undefined;
  const { instancePath, message } = (validate.errors ?? [])[0];
  const path = instancePath.slice(1).replaceAll("/", ".");
  return path ? WORDS.formAt({ path, message }) : WORDS.form(message);
}

/**
 * What is wrong with edits, or undefined.
 * @param {unknown} edits
 * @param {Record<string, Site>} sites by the paths of the blocks
 * @param {number} inputs how many "from" may name
 * @param {{means: boolean}} [has] means: is there a mean of each gate?
 */
export function problem(edits, sites, inputs, { means } = { means: true }) {
  const wrong = formProblem(hasForm, edits);
  if (wrong) return wrong;
  const given = /** @type {import("./edit.js").Edits} */ (edits);
  for (const [block, branches] of Object.entries(given)) {
    if (!Object.hasOwn(sites, block)) return WORDS.block(block);
    for (const [branch, edit] of Object.entries(branches)) {
      if (edit.base === "mean" && !means) return WORDS.mean;
      const misfit = misfitOf(edit, /** @type {Branch} */ (branch), sites[block], inputs);
      if (misfit) return WORDS.gates({ branch, block, misfit });
    }
  }
  return undefined;
}

/**
 * @param {import("./edit.js").Edit} edit @param {Branch} branch @param {Site} site
 * @param {number} inputs
 */
function misfitOf({ base, from, set = {}, strokes = [] }, branch, site, inputs) {
  const { channels, positions, branches, range: [low, high] = [0, 1] } = site;
  if (!branches.includes(branch)) return WORDS.only(branches.join(WORDS.and));
  if ((base === "from") !== (from !== undefined)) return WORDS.from;
  if (from !== undefined && from >= inputs) return WORDS.noInput(from);
  const size = branch === "channel" ? channels : positions.reduce((a, b) => a * b, 1);
  const beyond = Object.keys(set).find((k) => Number(k) >= size);
  if (beyond !== undefined) return WORDS.noEntry(beyond);
  const outside = Object.values(set).find((v) => !(v >= low && v <= high));
  if (outside !== undefined) return WORDS.outside({ outside, low, high });
  if (!strokes.length) return undefined;
  if (branch === "channel" || positions.length !== 2) return WORDS.paint;
  return strokesProblem(strokes, Math.max(...positions));
}

const MOST_IN_ALL = 20000; // points: more would take long to draw

/** Beyond their form: where they lie. @param {import("./strokes.js").Stroke[]} strokes @param {number} size of the sheet */
export function strokesProblem(strokes, size) {
  const near = (/** @type {number} */ v) => v >= -size && v <= 2 * size;
  const fine = strokes.every(
    ({ points, width }) =>
      points.length % 2 === 0 && points.every(near) && width <= Math.max(1, size / 4),
  );
  if (!fine) return WORDS.strokes;
  const points = strokes.reduce((sum, s) => sum + s.points.length / 2, 0);
  return points > MOST_IN_ALL ? WORDS.manyStrokes(MOST_IN_ALL) : undefined;
}
