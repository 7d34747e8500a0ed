/** Which picture a state stands for, what is true of it, and what was stored about it. */

import { contrast, dimmed, standardise, stretch, toBytes, turn, write } from "./compose.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("../../engine/contract.js").Answer} Answer */
/**
 * @typedef {object} Picture
 * @property {string} key the same for the same picture
 * @property {Uint8Array} bytes
 * @property {import("../../engine/contract.js").Tensor} input of the network
 * @property {Uint8Array | undefined} label what is true, where that is known
 */

/**
 * @param {any} manifest @param {Record<string, any>} arrays
 */
export function scene(manifest, arrays) {
  const { size, start, sliders, networks, reference } = manifest;
  const pixels = size * size;
  /** @param {string} name @param {number} i */
  const plane = (name, i) => arrays[name].subarray(i * pixels, (i + 1) * pixels);
  /** @type {{title: string, picture: Float64Array} | undefined} */
  let own;
  let uploads = 0;

  /** Of 0..1, before the pen. @param {State} state @returns {Float64Array} */
  function ground(state) {
    const [kind, number] = state.source.split(":");
    const i = Number(number);
    if (!manifest.draw) return scan(state, kind, i);
    if (kind === "own" && own) return dimmed(own.picture);
    if (kind === "ground") return dimmed(Float64Array.from(plane("grounds", i), (v) => v / 255));
    if (kind === "example") return Float64Array.from(plane("pictures", i), (v) => v / 255);
    return new Float64Array(pixels).fill(manifest.blank);
  }

  /** A slice in the chosen contrast. @param {State} state @param {string} kind @param {number} i */
  function scan({ contrast: inverted, noise, rotation }, kind, i) {
    const mine = kind === "own" && own ? own.picture : undefined;
    const t1 = mine ?? Float64Array.from(plane("t1", kind === "example" ? i : 0), (v) => v / 255);
    const inside = mine
      ? mine.map((v) => Number(v > 0.04)) // black around a head stays black
      : Float64Array.from(plane("inside", kind === "example" ? i : 0));
    const mask = turn(inside, size, rotation).map((v) => Number(v > 0.5));
    const bright = contrast(turn(t1, size, rotation), mask, inverted);
    return bright.map((v, p) => v + noise * arrays.noise[p]);
  }

  /** @type {Picture | undefined} */
  let last;
  return {
    /** @param {State} state @returns {Picture} */
    picture(state) {
      const parts = ["source", "strokes", ...Object.keys(sliders)];
      const key = JSON.stringify([
        uploads,
        ...parts.map((part) => /** @type {any} */ (state)[part]),
      ]);
      if (last?.key === key) return last;
      const [kind, number] = state.source.split(":");
      const sheet = write(ground(state), state.strokes, size);
      const bytes = manifest.draw ? toBytes(sheet) : stretch(sheet);
      const known = kind === "example" && state.strokes.length === 0;
      const label = known
        ? turn(plane("labels", Number(number)), size, state.rotation ?? 0, false)
        : undefined;
      last = { key, bytes, input: { shape: [1, size, size], data: standardise(bytes) }, label };
      return last;
    },
    /** The picture of example i as it is at the start. @param {number} i */
    example(i) {
      const bytes = manifest.draw ? plane("pictures", i) : stretch(scan(start, "example", i));
      return { shape: [1, size, size], data: standardise(bytes) };
    },
    /** The reader's own. @param {string} title @param {Float64Array} picture */
    adopt(title, picture) {
      own = { title, picture };
      uploads += 1;
    },
    own: () => own?.title,
    /**
     * What the reference network said to an untouched example; undefined for any other state.
     * Its masks are rounded, its maps averaged to fewer positions and there for the first only.
     * @param {State} state
     * @returns {(Answer & {segmentation: Uint8Array}) | undefined}
     */
    stored(state) {
      const touched = ["strokes", "gates", "network", ...Object.keys(sliders)].some(
        (part) => JSON.stringify(/** @type {any} */ (state)[part]) !== JSON.stringify(start[part]),
      );
      const [kind, number] = state.source.split(":");
      if (touched || kind !== "example") return undefined;
      const i = Number(number);
      const sites = Object.entries(networks[reference].blocks);
      const total = sites.reduce((sum, [, site]) => sum + /** @type {any} */ (site).channels, 0);
      let at = i * total;
      /** @type {Answer["blocks"]} */
      const blocks = {};
      for (const [name, site] of /** @type {[string, any][]} */ (sites)) {
        const [h, w] = site.positions;
        const maps = arrays[`maps-${name}`];
        const side = Math.round(Math.sqrt(maps.length / site.channels));
        blocks[name] = {
          channel: Float32Array.from(arrays.gates.subarray(at, at + site.channels)),
          spatial: {
            shape: [h, w],
            data: Float32Array.from(arrays[`mask-${name}`].subarray(i * h * w, (i + 1) * h * w)),
          },
          ...(i === 0
            ? { maps: { shape: [site.channels, side, side], data: Float32Array.from(maps) } }
            : {}),
        };
        at += site.channels;
      }
      const output = { shape: [0], data: new Float32Array() };
      return { output, blocks, ms: NaN, segmentation: plane("segmentations", i) };
    },
  };
}
