/**
 * Everything a reader can change in the playground, as one plain object: what undo steps through,
 * what a link carries, what the kernel sees.
 */

/** @typedef {import("./compose.js").Stroke} Stroke */
/**
 * @typedef {object} GateState what is done to one gate
 * @property {string} base "own", "off", "one", "mean", "invert", or "example:3": whose gate it is
 * @property {Record<string, number>} [set] single channels: index -> gate
 * @property {Stroke[]} [strokes] painted on the mask, in its positions
 */
/** @typedef {"channel" | "spatial"} Branch */
/**
 * @typedef {object} State
 * @property {string} source "example:0", "ground:2", "blank" or "own"
 * @property {Stroke[]} strokes drawn on the picture
 * @property {number} contrast @property {number} noise @property {number} rotation
 * @property {string} network which one is looked into
 * @property {string} block
 * @property {Record<string, Partial<Record<Branch, GateState>>>} gates block -> branch -> change
 * @property {boolean} compare
 */

export const BASES = ["own", "mean", "off", "one", "invert"];
const has = Object.hasOwn; // "toString" in {} is true
import { MOST_POINTS } from "../../gates/strokes.js";
const MOST_STROKES = 200;
const MOST_IN_ALL = 20000; // points: more would take long to draw

/**
 * What is wrong with a state, or undefined. Says it for a person who was handed a broken link.
 * @param {any} state @param {any} manifest @returns {string | undefined}
 */
export function problem(state, manifest) {
  const { start, examples, grounds, networks, sliders } = manifest;
  if (!isObject(state)) return "is not an object";
  for (const key of Object.keys(state)) if (!has(start, key)) return `has an unknown part "${key}"`;
  const { source, strokes, network, block, gates, compare } = { ...start, ...state };
  const known = (/** @type {any} */ n, /** @type {number} */ count) =>
    Number.isInteger(n) && n >= 0 && n < count;
  if (typeof source !== "string") return "names no picture";
  const [kind, number] = source.split(":");
  const sources = /** @type {Record<string, boolean>} */ ({
    example: known(Number(number), examples.length),
    ground: known(Number(number), grounds.length),
    blank: number === undefined && manifest.draw,
    own: number === undefined,
  });
  if (!has(sources, kind) || !sources[kind]) return `names a picture that is not here: ${source}`;
  const bad = strokesProblem(strokes, manifest.size);
  if (bad) return `has ${bad}`;
  for (const [key, { min, max }] of Object.entries(sliders)) {
    const value = state[key] ?? start[key];
    if (!(typeof value === "number" && value >= min && value <= max)) {
      return `has ${key} ${value}; it goes from ${min} to ${max}`;
    }
  }
  if (!has(networks, network)) return `names a network that is not here: ${network}`;
  const sites = networks[manifest.reference].blocks;
  if (!has(sites, block)) return `names a block that is not here: ${block}`;
  if (typeof compare !== "boolean") return "has compare that is neither true nor false";
  if (!isObject(gates)) return "has gates that cannot be read";
  for (const [name, branches] of Object.entries(gates)) {
    if (!has(sites, name)) return `changes a block that is not here: ${name}`;
    if (!isObject(branches)) return `has gates of ${name} that cannot be read`;
    for (const [branch, change] of Object.entries(branches)) {
      if (branch !== "channel" && branch !== "spatial")
        return `changes a gate that is not here: ${branch}`;
      const wrong = gateProblem(change, sites[name], examples.length);
      if (wrong) return `has ${branch} gates of ${name} that ${wrong}`;
    }
  }
  return undefined;
}

/** @param {any} change @param {{channels: number, positions: number[]}} site @param {number} examples */
function gateProblem(change, { channels, positions }, examples) {
  const { base, set = {}, strokes = [] } = change ?? {};
  if (typeof base !== "string" || !isObject(set)) return "cannot be read";
  const example = /^example:(\d+)$/.exec(base);
  if (!BASES.includes(base) && !(example && Number(example[1]) < examples)) {
    return `come from nowhere: ${base}`;
  }
  for (const [k, v] of Object.entries(set)) {
    const there = /^\d+$/.test(k) && Number(k) < channels;
    if (!there || !(typeof v === "number" && v >= 0 && v <= 1)) {
      return `are set to ${v} in channel ${Number(k) + 1}`;
    }
  }
  const bad = strokesProblem(strokes, Math.max(...positions));
  return bad && `have ${bad}`;
}

/** @param {any} v */
const isObject = (v) => typeof v === "object" && v !== null && !Array.isArray(v);

/** @param {any} strokes @param {number} size @returns {string | undefined} */
function strokesProblem(strokes, size) {
  const inside = (/** @type {any} */ v) => typeof v === "number" && v >= -size && v <= 2 * size;
  if (!Array.isArray(strokes)) return "strokes that cannot be read";
  if (strokes.length > MOST_STROKES) return `more than ${MOST_STROKES} strokes`;
  const readable = strokes.every(
    (s) =>
      Array.isArray(s?.points) &&
      s.points.length >= 2 &&
      s.points.length % 2 === 0 &&
      s.points.length <= 2 * MOST_POINTS &&
      s.points.every(inside) &&
      s.width > 0 &&
      s.width <= Math.max(1, size / 4) &&
      s.value >= 0 &&
      s.value <= 1,
  );
  if (!readable) return "strokes that cannot be read";
  const points = strokes.reduce((sum, s) => sum + s.points.length / 2, 0);
  return points > MOST_IN_ALL ? `strokes of more than ${MOST_IN_ALL} points` : undefined;
}
