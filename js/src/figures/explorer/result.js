/** What a network returned, in the form in which it is shown, and how two of them differ. */

/** @typedef {import("../../engine/contract.js").Tensor} Tensor */
/** @typedef {import("../../ground/plane.js").Plane} Plane */
/**
 * @typedef {object} Described how an output is read
 * @property {"map" | "classes" | "numbers"} kind
 * @property {import("../../desk/figure.js").Class[]} classes empty for numbers
 * @property {number} [threshold] of a map with one channel: above it is class 1
 * @property {string} [note] beside the output, for the reader
 */

/**
 * One plane of an output, (channels, h, w): an engine leaves a volume whole that has not the
 * size of its image, and a line has one row.
 * @param {Tensor} output @param {number} part 0..1, where in the volume the slice is
 */
export function flat({ shape, data }, part) {
  if (shape.length === 2) return { channels: shape[0], height: 1, width: shape[1], data };
  if (shape.length === 3) {
    return { channels: shape[0], height: shape[1], width: shape[2], data };
  }
  const [channels, depth, height, width] = shape;
  const size = height * width;
  const slice = Math.min(depth - 1, Math.floor(part * depth));
  const cut = new Float32Array(channels * size);
  for (let k = 0; k < channels; k++) {
    const start = (k * depth + slice) * size;
    cut.set(data.subarray(start, start + size), k * size);
  }
  return { channels, height, width, data: cut };
}

/**
 * @param {Tensor} output @param {Described} described @param {number} part
 * @returns {Plane} class numbers of a map, else the values
 */
export function resultOf(output, { kind, threshold }, part) {
  if (kind !== "map") return { data: output.data, height: 1, width: output.data.length };
  const { channels, height, width, data } = flat(output, part);
  const size = height * width;
  const classes = new Uint8Array(size);
  for (let p = 0; p < size; p++) {
    if (channels === 1) {
      classes[p] = data[p] > (threshold ?? 0) ? 1 : 0;
      continue;
    }
    for (let k = 1; k < channels; k++) {
      if (data[k * size + p] > data[classes[p] * size + p]) classes[p] = k;
    }
  }
  return { data: classes, height, width };
}

/** Mean absolute difference. @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
export function distance(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] - b[i]);
  return a.length ? sum / a.length : 0;
}

/**
 * Shares of the classes. Scores that are none yet go through a softmax.
 * @param {ArrayLike<number>} values
 */
export function shares(values) {
  const all = Array.from(values);
  const sum = all.reduce((a, b) => a + b, 0);
  if (all.every((v) => v >= 0) && Math.abs(sum - 1) < 1e-3) return all;
  const top = Math.max(...all);
  const powers = all.map((v) => Math.exp(v - top));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((v) => v / total);
}

/** @param {ArrayLike<number>} values */
export const top = (values) => {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k] > values[best]) best = k;
  return best;
};
