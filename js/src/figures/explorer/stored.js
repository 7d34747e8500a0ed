/** The states that travel with the widget: what it shows before, and without, a kernel. */

/** @typedef {{data: ArrayLike<number>, height: number, width: number}} Plane */

/**
 * @typedef {object} Block
 * @property {string} name @property {number} channels @property {number[]} size
 * @property {boolean} maps are there any? @property {boolean} channel @property {boolean} spatial
 * @property {string | null} rule how the gates are applied; null where that is not known
 * @property {number} off the gate of a branch that is off @property {[number, number]} range
 */

/**
 * @param {any} manifest
 * @param {import("../../widget.js").Arrays} arrays
 */
export function stored(manifest, arrays) {
  /** @param {string} name @returns {Plane | undefined} */
  function plane(name) {
    const entry = manifest.arrays[name];
    if (!entry) return undefined;
    const [height, width] = entry.shape.slice(-2);
    return { data: arrays[name], height, width };
  }
  return {
    /** @param {number} i */
    picture: (i) => /** @type {Plane} */ (plane(`picture${i}`)),
    /** @param {number} i */
    label: (i) => plane(`label${i}`),
    /** A class map, or numbers. @param {number} i */
    output: (i) =>
      manifest.output.kind === "map"
        ? /** @type {Plane} */ (plane(`output${i}`))
        : { data: arrays[`output${i}`], height: 1, width: arrays[`output${i}`].length },
    /** @param {number} i @param {number} b @returns {ArrayLike<number> | undefined} */
    gates: (i, b) => arrays[`gates${i}.${b}`],
    /** @param {number} i @param {number} b */
    mask: (i, b) => plane(`mask${i}.${b}`),
    /** Channel -> its map. @param {number} i @param {number} b */
    maps(i, b) {
      /** @type {Map<number, Plane>} */
      const found = new Map();
      const all = plane(`maps${i}.${b}`);
      const channels = manifest.maps[`${i}.${b}`] ?? [];
      if (!all) return found;
      const size = all.height * all.width;
      channels.forEach((/** @type {number} */ k, /** @type {number} */ at) => {
        const data = /** @type {Float64Array} */ (all.data).subarray(at * size, (at + 1) * size);
        found.set(k, { data, height: all.height, width: all.width });
      });
      return found;
    },
  };
}

/**
 * Nearest neighbours on another grid.
 * @param {Plane} from @param {number} height @param {number} width
 */
export function resample(from, height, width) {
  const data = new Float64Array(height * width);
  for (let y = 0, p = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * from.height) / height) * from.width;
    for (let x = 0; x < width; x++, p++) {
      data[p] = from.data[row + Math.floor(((x + 0.5) * from.width) / width)];
    }
  }
  return data;
}

/**
 * What the gates make of a map, by the rule that was found for the block.
 * @param {string | null} rule @param {number} u @param {number} c @param {number} s
 */
export function recalibrated(rule, u, c, s) {
  switch (rule) {
    case "c":
      return u * c;
    case "s":
      return u * s;
    case "1+c":
      return u * (1 + c);
    case "1+s":
      return u * (1 + s);
    case "add":
      return u * (c + s);
    case "max":
      return Math.max(u * c, u * s);
    case "mul":
      return u * c * u * s;
    case "both":
      return u * c * s;
    default:
      return u;
  }
}

/** The most that a map with values up to `top` can become. @param {string | null} rule @param {number} top */
export function ceiling(rule, top) {
  if (rule === "add" || rule === "1+c" || rule === "1+s") return 2 * top;
  return rule === "mul" ? top * top : top;
}
