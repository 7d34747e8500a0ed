/** What a training run looked like at its snapshots: gates, masks, answers, and how far they came. */

/**
 * What scse/widgets/gates_learn.py describes.
 * @typedef {object} Manifest
 * @property {string[]} pictures
 * @property {Block[]} blocks
 * @property {import("../../desk/figure.js").Class[]} classes
 * @property {number[]} seeds
 * @property {number[]} steps of the moments
 * @property {number[][]} loss of each seed at each moment
 * @property {number[][]} dice
 * @property {[number, number]} size of a mask
 * @property {[number, number]} answer its height and width
 * @property {[number, number]} picture its height and width
 * @property {number} levels of a mask
 * @property {string[]} terms that it shows, see book/_ext/terms.py
 */
/**
 * A block by name.
 * @typedef {object} Block
 * @property {string} name @property {number} first where its gates begin among all
 * @property {number} channels @property {number} mask which is its, −1 for none
 */
/** @typedef {"gates" | "moved" | "apart"} Show */
/** @typedef {{moment: number, block: string, picture: number, show: Show}} State */
/** @typedef {Record<string, Uint8Array | Float64Array>} Arrays */

/** @param {Manifest} manifest @param {string} name */
export const blockOf = ({ blocks }, name) =>
  /** @type {Block} */ (blocks.find((block) => block.name === name));

/** @param {ArrayLike<number>} values */
const mean = (values) => Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;

/**
 * The gates of a block: seed → picture → moment → channel.
 * @param {Manifest} manifest @param {Arrays} arrays @param {Block} block
 */
function gatesOf({ seeds, pictures, blocks, steps }, { gates }, { first, channels }) {
  const all = blocks.reduce((sum, block) => sum + block.channels, 0);
  return seeds.map((_, s) =>
    pictures.map((_, p) =>
      steps.map((_, m) => {
        const start = ((m * seeds.length + s) * pictures.length + p) * all + first;
        return Float64Array.from(gates.subarray(start, start + channels), (code) => code / 255);
      }),
    ),
  );
}

/**
 * What depends on the block alone: of each seed at each moment the mean distance of the gates from
 * those at the start, between the pictures, and the part of the whole way.
 * @param {Manifest} manifest @param {Arrays} arrays @param {string} name
 */
export function course(manifest, arrays, name) {
  const gates = gatesOf(manifest, arrays, blockOf(manifest, name));
  return gates.map((run) => {
    const last = run.length - 1;
    /** @param {Float64Array} a @param {Float64Array} b */
    const distance = (a, b) => mean(a.map((v, k) => Math.abs(v - b[k])));
    const moved = manifest.steps.map((_, m) => mean(run.map((of) => distance(of[m], of[0]))));
    const apart = manifest.steps.map((_, m) => distance(run[last][m], run[0][m]));
    const end = Math.max(moved[moved.length - 1], 1e-9);
    return { run, moved, apart, way: moved.map((v) => v / end) };
  });
}

/** @typedef {ReturnType<typeof course>} Course */

/**
 * What the rows show of a seed, (channels, moments).
 * @param {Course[number]} of @param {number} picture @param {Show} show
 */
export function rowsOf({ run }, picture, show) {
  const shown = run[picture];
  const channels = shown[0].length;
  const moments = shown.length;
  return Float64Array.from({ length: channels * moments }, (_, i) => {
    const [k, m] = [Math.floor(i / moments), i % moments];
    if (show === "gates") return shown[m][k];
    return show === "moved" ? shown[m][k] - shown[0][k] : run[run.length - 1][m][k] - run[0][m][k];
  });
}

/**
 * A piece of an array of planes: moment, seed, picture, and what follows.
 * @param {Manifest} manifest @param {Uint8Array | Float64Array} array @param {State} state
 * @param {number} seed @param {number} length of what follows
 */
function planesAt({ seeds, pictures }, array, { moment, picture }, seed, length) {
  const start = ((moment * seeds.length + seed) * pictures.length + picture) * length;
  return array.subarray(start, start + length);
}

/** The mask of a block, undefined where it has none. @param {Manifest} manifest @param {Arrays} arrays @param {State} state @param {number} seed */
export function maskOf(manifest, { masks }, state, seed) {
  const { mask } = blockOf(manifest, state.block);
  if (mask < 0) return undefined;
  const size = manifest.size[0] * manifest.size[1];
  const count = manifest.blocks.filter((block) => block.mask >= 0).length;
  const all = planesAt(manifest, masks, state, seed, count * size);
  return Float64Array.from(
    all.subarray(mask * size, (mask + 1) * size),
    (code) => code / (manifest.levels - 1),
  );
}

/** The class at each place. @param {Manifest} manifest @param {Arrays} arrays @param {State} state @param {number} seed */
export function answerOf(manifest, { answers }, state, seed) {
  return planesAt(manifest, answers, state, seed, manifest.answer[0] * manifest.answer[1]);
}

/** The picture at as many places as an answer has. @param {Manifest} manifest @param {Arrays} arrays @param {number} which */
export function pictureOf({ picture: [height, width], answer: [rows, columns] }, arrays, which) {
  return Uint8Array.from({ length: rows * columns }, (_, i) => {
    const y = Math.floor(((Math.floor(i / columns) + 0.5) * height) / rows);
    const x = Math.floor((((i % columns) + 0.5) * width) / columns);
    return arrays.images[(which * height + y) * width + x];
  });
}

/**
 * What puzzles can be about.
 * @param {Manifest} manifest @param {Course} seen @param {number} moment
 * @returns {import("../../desk/goal.js").Numbers}
 */
export function quantities({ steps, dice }, seen, moment) {
  const ways = seen.map(({ way }) => way[moment]);
  const apart = seen.map((of) => of.apart[moment]);
  return {
    step: steps[moment],
    "lowest Dice": Math.min(...dice.map((run) => run[moment])),
    "shortest way of the gates": Math.min(...ways),
    "longest way of the gates": Math.max(...ways),
    "least apart": Math.min(...apart),
    "most apart": Math.max(...apart),
  };
}
