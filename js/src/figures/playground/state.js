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
const MOST_STROKES = 200;
export const MOST_POINTS = 2000; // of a stroke
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

/** The parts of a state that differ from the start. @param {any} state @param {any} start */
export function difference(state, start) {
  return Object.fromEntries(
    Object.entries(state).filter(([key, v]) => JSON.stringify(v) !== JSON.stringify(start[key])),
  );
}

/** @param {Uint8Array<ArrayBuffer>} bytes @param {CompressionStream | DecompressionStream} how */
const through = async (bytes, how) =>
  new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(how)).arrayBuffer());

/** A state as letters, digits, - and _. @param {object} value */
export async function encode(value) {
  const text = new TextEncoder().encode(JSON.stringify(value));
  const packed = await through(text, new CompressionStream("deflate-raw"));
  return btoa(String.fromCharCode(...packed))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/** The way back. Rejects with an Error where the letters mean nothing. @param {string} letters */
export async function decode(letters) {
  try {
    const packed = atob(letters.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(packed, (c) => c.charCodeAt(0));
    const text = await through(bytes, new DecompressionStream("deflate-raw"));
    return JSON.parse(new TextDecoder().decode(text));
  } catch {
    throw new Error("The link to this figure is damaged, so it starts afresh.");
  }
}

/**
 * Undo and redo. Steps of one drag are one: `record` with the same `tag` within a moment replaces.
 * A tag that ends in "!" belongs to one gesture alone, however long the hand rests.
 * @template T @param {T} first
 */
export function history(first) {
  /** @type {T[]} */
  let past = [];
  /** @type {T[]} */
  let future = [];
  let now = first;
  let last = { tag: "", at: 0 };
  return {
    get now() {
      return now;
    },
    canUndo: () => past.length > 0,
    canRedo: () => future.length > 0,
    /** @param {T} state @param {string} tag @param {number} at in ms */
    record(state, tag, at) {
      const near = at - last.at < 800 || tag.endsWith("!");
      const same = tag !== "" && tag === last.tag && near;
      if (!same) past = [...past, now].slice(-200);
      last = { tag, at };
      future = [];
      now = state;
    },
    undo() {
      const before = past.at(-1);
      if (before === undefined) return now;
      past = past.slice(0, -1);
      future = [now, ...future];
      last = { tag: "", at: 0 };
      return (now = before);
    },
    redo() {
      const [next, ...rest] = future;
      if (next === undefined) return now;
      future = rest;
      past = [...past, now];
      last = { tag: "", at: 0 };
      return (now = next);
    },
  };
}
