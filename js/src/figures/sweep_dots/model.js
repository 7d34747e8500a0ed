/** What is lost and what is known, of a state; scse/widgets/sweep_dots.py says the same. */

/**
 * Networks of one task.
 * @typedef {object} Group
 * @property {string} name
 * @property {string[]} networks
 * @property {string[]} ways what each way is called here
 * @property {string} read what is read off the gates
 * @property {number} chance the accuracy of who guesses
 * @property {number} end of the axis of losses
 */
/**
 * What scse/widgets/sweep_dots.py describes.
 * @typedef {object} Manifest
 * @property {Group[]} groups
 * @property {Record<string, string>} titles what groups and networks are called
 * @property {string[]} blocks the last is "all"
 * @property {string[]} ways
 * @property {string} control one of the ways
 * @property {number} known accuracy from which on a gate counts as readable
 * @property {number} costly loss from which on it is spoken of
 * @property {string[]} terms that it shows, see book/_ext/terms.py
 */
/**
 * @typedef {{group: string, branch: string, how: string, restored: boolean, network: string}} State
 */
/**
 * lost: (networks, blocks, branches, ways, 2); known: (networks, blocks, branches).
 * @typedef {Record<string, ArrayLike<number>>} Arrays
 */

export const BRANCHES = ["channel", "spatial"];

/** @param {number[]} values */
const there = (values) => values.filter((value) => !Number.isNaN(value));
/** @param {number[]} values */
const most = (values) => (there(values).length ? Math.max(...there(values)) : NaN);
/** @param {number[]} values */
function mean(values) {
  const own = there(values);
  return own.length ? own.reduce((sum, value) => sum + value, 0) / own.length : NaN;
}

/** @param {Manifest} manifest @param {string} name */
export const groupOf = ({ groups }, name) =>
  /** @type {Group} */ (groups.find((group) => group.name === name));

/** The number of the first network of a group. @param {Manifest} manifest @param {string} name */
function firstOf({ groups }, name) {
  let first = 0;
  for (const group of groups) {
    if (group.name === name) break;
    first += group.networks.length;
  }
  return first;
}

/** @param {Manifest} manifest @param {Arrays} arrays @param {State} state */
export function evaluate(manifest, { lost, known }, { group, branch, how, restored, network }) {
  const { blocks, ways } = manifest;
  const [part, way, ring] = [
    BRANCHES.indexOf(branch),
    ways.indexOf(how),
    ways.indexOf(manifest.control),
  ];
  /** @param {number} n @param {number} b @param {number} w */
  const lossOf = (n, b, w) =>
    lost[(((n * blocks.length + b) * 2 + part) * ways.length + w) * 2 + Number(restored)];
  const free = (/** @type {number} */ n, /** @type {number} */ b) =>
    lost[(((n * blocks.length + b) * 2 + part) * ways.length + way) * 2];
  const first = firstOf(manifest, group);
  const own = groupOf(manifest, group)
    .networks.map((name, i) => ({ name, n: first + i }))
    .filter(({ n }) => blocks.some((_, b) => !Number.isNaN(free(n, b))));
  const names = own.map(({ name }) => name);
  /** @param {(n: number, b: number) => number} value */
  const table = (value) => blocks.map((_, b) => own.map(({ n }) => value(n, b)));
  const losses = table((n, b) => lossOf(n, b, way));
  const control = table((n, b) => lossOf(n, b, ring));
  const read = table((n, b) => known[(n * blocks.length + b) * 2 + part]);
  const chosen = names.indexOf(network);
  const shown = chosen < 0 ? names.map((_, i) => i) : [chosen];
  const pairs = blocks
    .slice(0, -1)
    .flatMap((_, b) => shown.map((i) => [read[b][i], losses[b][i]]))
    .filter(([, loss]) => !Number.isNaN(loss));
  /** @param {number[]} pair */
  const readable = ([share]) => share >= manifest.known;
  /** @param {number[]} pair */
  const costly = ([, loss]) => loss >= manifest.costly;
  return {
    networks: names,
    lost: losses,
    control,
    known: read,
    shown: shown.map((i) => names[i]),
    most: losses.map((row) => most(shown.map((i) => row[i]))),
    read: read.map((row) => mean(shown.map((i) => row[i]))),
    blocks: pairs.length,
    readable: pairs.filter(readable).length,
    costly: pairs.filter(costly).length,
    both: pairs.filter((pair) => readable(pair) && costly(pair)).length,
    all: most(shown.map((i) => losses[blocks.length - 1][i])),
  };
}

/**
 * What puzzles can be about.
 * @param {Pick<ReturnType<typeof evaluate>, "shown" | "readable" | "costly" | "most" | "all">} seen
 * @param {Manifest} manifest @param {State} state
 * @returns {import("../../desk/goal.js").Numbers}
 */
export const quantities = (seen, { ways }, { how }) => ({
  "number of the way": ways.indexOf(how) + 1,
  "networks shown": seen.shown.length,
  "readable blocks": seen.readable,
  "costly blocks": seen.costly,
  "lost, one block": most(seen.most.slice(0, -1)),
  "lost, all blocks": seen.all,
});
