/**
 * Everything a reader can change in the playground, as one plain object: what undo steps through,
 * what a link carries, what the kernel sees. scse/widgets/playground.schema.json says what form it
 * has; here is checked whether what it names is there.
 */

import { formProblem, problem as editsProblem, strokesProblem } from "../../gates/check.js";
import { playground as hasForm } from "../../gates/valid.js";
import * as WORDS from "../../words/playground.js";

/** @typedef {import("../../gates/strokes.js").Stroke} Stroke */
/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {"contrast" | "noise" | "rotation"} Slider */
/**
 * @typedef {object} State
 * @property {string} source "example:0", "ground:2", "blank" or "own"
 * @property {Stroke[]} strokes drawn on the picture
 * @property {number} contrast @property {number} noise @property {number} rotation of tasks that
 *   have these sliders
 * @property {string} network which one is looked into
 * @property {string} block
 * @property {import("../../gates/edit.js").Edits} edits
 * @property {boolean} compare
 */

/** What a source names: "example:2" is number 2 of the examples. @param {string} source */
export function pictureOf(source) {
  const [kind, number] = source.split(":");
  return { kind, index: Number(number) };
}

/**
 * What is wrong with the changed parts of a state, or undefined. Says it for a person who was
 * handed a broken link.
 * @param {unknown} state @param {Manifest} manifest @returns {string | undefined}
 */
export function problem(state, manifest) {
  const { start, examples, networks, reference, size } = manifest;
  const unknown = Object.keys(state ?? {}).find((key) => !Object.hasOwn(start, key));
  if (unknown !== undefined) return WORDS.unknownPart(unknown);
  const malformed = formProblem(hasForm, state);
  if (malformed) return malformed;
  const whole = { ...start, .../** @type {Partial<State>} */ (state) };
  const { source, strokes, network, block, edits } = whole;
  if (!sources(manifest).includes(source)) return WORDS.noImage(source);
  if (!Object.hasOwn(networks, network)) return WORDS.noNetwork(network);
  const { blocks } = networks[reference];
  if (!Object.hasOwn(blocks, block)) return WORDS.noBlock(block);
  return (
    strokesProblem(strokes, size) ??
    slidersProblem(whole, manifest) ??
    editsProblem(edits, blocks, examples.length)
  );
}

/** All that can be chosen. @param {Manifest} manifest */
const sources = ({ examples, grounds, draw }) => [
  ...examples.map((_, i) => `example:${i}`),
  ...grounds.map((_, i) => `ground:${i}`),
  ...(draw ? ["blank"] : []),
  "own",
];

/** @param {State} state @param {Manifest} manifest */
function slidersProblem(state, { sliders }) {
  for (const [name, { min, max }] of Object.entries(sliders)) {
    const value = state[/** @type {Slider} */ (name)];
    if (!(value >= min && value <= max)) return WORDS.outOfRange({ name, value, min, max });
  }
  return undefined;
}
