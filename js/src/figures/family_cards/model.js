/** Two members on the same maps: their fields, what these depend on, and what comes out. */

import { squeeze } from "../../ground/maths.js";
import { FIELDS, projections } from "./members.js";

/** @typedef {import("../../ground/maths.js").Numbers} Numbers */
/** @typedef {import("./members.js").Shape} Shape */
/**
 * @typedef {object} Weighted
 * @property {import("./members.js").Layers} drawn @property {import("./members.js").Layers} start
 */
/**
 * @typedef {object} Card
 * @property {string} name @property {string} title @property {string} squeezes
 * @property {string} gates @property {string} joins @property {string} starts
 * @property {number} parameters @property {number} macs @property {Weighted} layers
 */
/** @typedef {{left: string, right: string, channel: number, input: string, weights: string}} State */

export const SIDES = /** @type {const} */ (["left", "right"]);
const RANK = 1e-6; // what is left of a row, over the largest of all, that does not count

/** The order of shuffled positions, the same in Python. @param {number} size */
export function shuffled(size) {
  const order = Array.from({ length: size }, (_, p) => p);
  let state = 1;
  for (let i = size - 1; i > 0; i--) {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    const j = Math.floor((state * (i + 1)) / 2 ** 32);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/**
 * The maps that go in.
 * @param {Numbers} maps @param {Shape} shape @param {string} how
 */
export function changed(maps, shape, how) {
  const [channels, height, width] = shape;
  const size = height * width;
  if (how === "shuffled") {
    const order = shuffled(size);
    return Float64Array.from(maps, (_, i) => maps[i - (i % size) + order[i % size]]);
  }
  if (how === "own") return Float64Array.from(maps);
  const mean = squeeze(maps, channels);
  if (how === "means") return Float64Array.from(maps, (_, i) => mean[Math.floor(i / size)]);
  const { rows, columns } = projections(maps, shape);
  return Float64Array.from(maps, (_, i) => {
    const [k, p] = [Math.floor(i / size), i % size];
    return rows[k * height + Math.floor(p / width)] + columns[k * width + (p % width)] - mean[k];
  });
}

/**
 * Shares of the variance: by channel, by place, by both. Of a constant 0, 0 and 0.
 * @param {Numbers} field @param {number} channels
 */
export function shares(field, channels) {
  const size = field.length / channels;
  const rows = squeeze(field, channels);
  const mean = rows.reduce((sum, v) => sum + v, 0) / channels;
  const columns = new Float64Array(size);
  let total = 0;
  for (let i = 0; i < field.length; i++) {
    columns[i % size] += field[i] / channels;
    total += (field[i] - mean) ** 2 / field.length;
  }
  if (total < 1e-20) return [0, 0, 0];
  const [channel, place] = [rows, columns].map(
    (means) => means.reduce((sum, v) => sum + (v - mean) ** 2, 0) / means.length / total,
  );
  return [channel, place, Math.max(0, 1 - channel - place)];
}

/**
 * Rank of the field as a matrix: rows are taken away, the longest first, while any is left.
 * @param {Numbers} field @param {number} channels
 */
export function rank(field, channels) {
  const size = field.length / channels;
  const rows = Array.from({ length: channels }, (_, k) =>
    Float64Array.from({ length: size }, (_, p) => field[k * size + p]),
  );
  /** @param {Float64Array} a @param {Float64Array} b */
  const dot = (a, b) => {
    let sum = 0;
    for (let p = 0; p < size; p++) sum += a[p] * b[p];
    return sum;
  };
  let first = 0;
  for (let found = 0; found < channels; found++) {
    const lengths = rows.map((row) => Math.sqrt(dot(row, row)));
    const longest = lengths.indexOf(Math.max(...lengths));
    first ||= lengths[longest];
    if (!(lengths[longest] > RANK * first)) return found;
    const unit = rows[longest].map((v) => v / lengths[longest]);
    for (const row of rows) {
      const along = dot(row, unit);
      for (let p = 0; p < size; p++) row[p] -= along * unit[p];
    }
  }
  return channels;
}

/**
 * @param {Card[]} members @param {Numbers} maps @param {Shape} shape @param {State} state
 */
export function compare(members, maps, shape, state) {
  const size = shape[1] * shape[2];
  const input = changed(maps, shape, state.input);
  const [from, to] = [state.channel * size, (state.channel + 1) * size];
  const u = input.subarray(from, to);
  /** @param {string} name */
  const seen = (name) => {
    const card = /** @type {Card} */ (members.find((member) => member.name === name));
    const layers = card.layers[/** @type {"drawn" | "start"} */ (state.weights)];
    const field = FIELDS[name](input, shape, layers);
    const own = state.input === "own" ? field : FIELDS[name](maps, shape, layers);
    let moved = 0;
    for (let i = 0; i < field.length; i++) moved = Math.max(moved, Math.abs(field[i] - own[i]));
    const part = field.subarray(from, to);
    return {
      card,
      field,
      part,
      shares: shares(field, shape[0]),
      rank: rank(field, shape[0]),
      moved,
      adds: name === "gc",
      out: u.map((value, p) => (name === "gc" ? value + part[p] : value * part[p])),
    };
  };
  return { u, left: seen(state.left), right: seen(state.right) };
}

/**
 * What puzzles can be about.
 * @param {ReturnType<typeof compare>} now @returns {import("../../desk/goal.js").Numbers}
 */
export function quantities(now) {
  /** @type {Record<string, number>} */
  const found = {};
  for (const side of SIDES) {
    const of = now[side];
    for (const [i, name] of ["channel", "place", "both"].entries()) {
      found[`${side}: by ${name}, in %`] = 100 * of.shares[i];
    }
    found[`${side}: rank`] = of.rank;
    found[`${side}: moved`] = of.moved;
  }
  return found;
}

/**
 * All channels as tiles, four in a row; NaN between and after them.
 * @param {Numbers} field @param {Shape} shape
 */
export function montage(field, [channels, height, width]) {
  const across = 4 * (width + 1) - 1;
  const down = Math.ceil(channels / 4) * (height + 1) - 1;
  const values = new Float64Array(down * across).fill(NaN);
  for (let k = 0, i = 0; k < channels; k++) {
    const [top, left] = [Math.floor(k / 4) * (height + 1), (k % 4) * (width + 1)];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) values[(top + y) * across + left + x] = field[i++];
    }
  }
  return { values, height: down, width: across };
}
