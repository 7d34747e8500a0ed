/** Which picture a state stands for, what is true of it, and what was stored about it. */

import { standardise, write } from "./compose.js";
import { pictureOf } from "./state.js";
import { taskOf } from "./tasks.js";

/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {import("./state.js").Slider} Slider */
/** @typedef {import("./state.js").State} State */
/** @typedef {import("../../engine/contract.js").Answer} Answer */
/** @typedef {import("../../engine/contract.js").Tensor} Tensor */
/** @typedef {import("../../widget.js").Arrays} Arrays */
/**
 * @typedef {object} Picture
 * @property {string} key the same for the same picture
 * @property {Uint8Array} bytes
 * @property {Tensor} input of the network
 * @property {Uint8Array | undefined} label what is true, where that is known
 */
/** @typedef {Answer & {segmentation?: Uint8Array}} Seen an engine's answer, or a stored one */

/** The parts of a state that make its picture. @param {Manifest} manifest */
const pictureParts = ({ sliders }) =>
  /** @type {(keyof State)[]} */ (["source", "strokes", ...Object.keys(sliders)]);

/** @param {Manifest} manifest @param {Arrays} arrays */
export function scene(manifest, arrays) {
  const { size, start } = manifest;
  const { ground, bytes: toBytes, label: labelOf } = taskOf(manifest.task);
  const pixels = size * size;
  const given = {
    size,
    blank: manifest.blank,
    plane: (/** @type {string} */ name, /** @type {number} */ i) =>
      arrays[name].subarray(i * pixels, (i + 1) * pixels),
    own: /** @type {Float64Array | undefined} */ (undefined),
  };
  let title = "";
  let uploads = 0;

  /** @param {State} state */
  const bytesOf = (state) => toBytes(write(ground(state, given), state.strokes, size));
  /** @param {Uint8Array} bytes @returns {Tensor} */
  const inputOf = (bytes) => ({ shape: [1, size, size], data: standardise(bytes) });

  /** @type {Picture | undefined} */
  let last;
  return {
    /** @param {State} state @returns {Picture} */
    picture(state) {
      const key = JSON.stringify([uploads, ...pictureParts(manifest).map((part) => state[part])]);
      if (last?.key === key) return last;
      const bytes = bytesOf(state);
      const known = pictureOf(state.source).kind === "example" && state.strokes.length === 0;
      const label = known ? labelOf(state, given) : undefined;
      last = { key, bytes, input: inputOf(bytes), label };
      return last;
    },
    /** The picture of example i as it is at the start, as a network gets it. @param {number} i */
    example: (i) => inputOf(bytesOf({ ...start, source: `example:${i}` })),
    /** The reader's own. @param {string} name @param {Float64Array} picture */
    adopt(name, picture) {
      given.own = picture;
      title = name;
      uploads += 1;
    },
    /** Its name, undefined until there is one. */
    own: () => (given.own ? title : undefined),
  };
}

/**
 * What the reference network said to an untouched example; undefined for any other state.
 * Its masks are rounded, its maps averaged to fewer positions and there for the first only.
 * @param {Manifest} manifest @param {Arrays} arrays @param {State} state
 * @returns {Seen | undefined}
 */
export function stored(manifest, arrays, state) {
  const { start, size, networks, reference } = manifest;
  const parts = /** @type {(keyof State)[]} */ (["edits", "network", ...pictureParts(manifest)]);
  const touched = parts.some(
    (part) => part !== "source" && JSON.stringify(state[part]) !== JSON.stringify(start[part]),
  );
  const { kind, index } = pictureOf(state.source);
  if (touched || kind !== "example") return undefined;
  const blocks = Object.entries(networks[reference].blocks);
  const gates = blocks.reduce((sum, [, { channels }]) => sum + channels, 0); // of one example
  let offset = index * gates;
  /** @type {Answer["blocks"]} */
  const answers = {};
  for (const [name, { channels, positions }] of blocks) {
    const [height, width] = positions;
    const area = height * width;
    const mask = arrays[`mask-${name}`].subarray(index * area, (index + 1) * area);
    const maps = arrays[`maps-${name}`];
    const side = Math.round(Math.sqrt(maps.length / channels));
    answers[name] = {
      channel: Float32Array.from(arrays.gates.subarray(offset, offset + channels)),
      spatial: { shape: [height, width], data: Float32Array.from(mask) },
      maps:
        index === 0 ? { shape: [channels, side, side], data: Float32Array.from(maps) } : undefined,
    };
    offset += channels;
  }
  const area = size * size;
  const segmentation = Uint8Array.from(
    arrays.segmentations.subarray(index * area, (index + 1) * area),
  );
  return {
    output: { shape: [0], data: new Float32Array() },
    blocks: answers,
    ms: NaN,
    segmentation,
  };
}
