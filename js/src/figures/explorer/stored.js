/** The states that travel with the widget: what it shows before, and without, a kernel. */

import { planesOf } from "../../ground/plane.js";

/** @typedef {import("../../ground/plane.js").Plane} Plane */
/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {ReturnType<typeof stored>} Stored */

/**
 * Input `i`, block `b`, by their numbers.
 * @param {Manifest} manifest @param {import("../../widget.js").Arrays} arrays
 */
export function stored({ arrays: entries, output, maps }, arrays) {
  /** @param {string} name */
  function all(name) {
    if (!entries[name]) return undefined;
    const [height, width] = entries[name].shape.slice(-2);
    return planesOf(arrays[name], height, width);
  }
  /** @param {string} name */
  const plane = (name) => all(name)?.[0];

  return {
    /** @param {number} i */
    picture: (i) => /** @type {Plane} */ (plane(`picture${i}`)),
    /** @param {number} i */
    label: (i) => plane(`label${i}`),
    /** A class map, or numbers. @param {number} i @returns {Plane} */
    output: (i) =>
      output.kind === "map"
        ? /** @type {Plane} */ (plane(`output${i}`))
        : { data: arrays[`output${i}`], height: 1, width: arrays[`output${i}`].length },
    /** @param {number} i @param {number} b @returns {ArrayLike<number> | undefined} */
    gates: (i, b) => arrays[`gates${i}.${b}`],
    /** @param {number} i @param {number} b */
    mask: (i, b) => plane(`mask${i}.${b}`),
    /** Channel -> its map. @param {number} i @param {number} b @returns {Map<number, Plane>} */
    maps(i, b) {
      const planes = all(`maps${i}.${b}`) ?? [];
      return new Map(planes.map((map, n) => [maps[`${i}.${b}`][n], map]));
    },
  };
}
