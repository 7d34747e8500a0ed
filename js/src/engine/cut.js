/** Volumes as the page sees them: cut to one slice. As `cut` of scse/widgets/_engine.py. */

/** @typedef {import("./contract.js").Tensor} Tensor */

/**
 * The position in an axis of `length` that lies where `at` lies in one of `whole`.
 * @param {number} at @param {number} length @param {number} whole
 */
const placeIn = (at, length, whole) =>
  Math.min(length - 1, Math.max(0, Math.floor(((at + 0.5) * length) / whole)));

/**
 * (C, *spatial) as (C, h, w): a volume cut to a slice, a line as a map of one row. A volume stays
 * one where no slice is asked for.
 * @param {Tensor} tensor @param {number | undefined} at @param {number} depth in which `at` counts
 * @returns {Tensor}
 */
export function cut({ shape, data }, at, depth) {
  if (shape.length === 2) return { shape: [shape[0], 1, shape[1]], data };
  if (shape.length < 4 || at === undefined) return { shape, data };
  const [channels, length, height, width] = shape;
  const size = height * width;
  const place = placeIn(at, length, depth);
  const plane = new Float32Array(channels * size);
  for (let k = 0; k < channels; k++) {
    const start = (k * length + place) * size;
    plane.set(data.subarray(start, start + size), k * size);
  }
  return { shape: [channels, height, width], data: plane };
}
