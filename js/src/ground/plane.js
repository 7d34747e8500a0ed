/** A map of one channel, as it is drawn. */

/**
 * @typedef {object} Plane
 * @property {ArrayLike<number>} data row by row
 * @property {number} height @property {number} width
 */

/**
 * Nearest neighbours on another grid.
 * @param {Plane} from @param {number} height @param {number} width
 */
export function resample(from, height, width) {
  if (from.height === height && from.width === width) return from.data;
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
 * The maps of a tensor (n, height, width), without a copy.
 * @param {Float32Array | Float64Array | Uint8Array} data
 * @param {number} height @param {number} width
 * @returns {Plane[]}
 */
export function planesOf(data, height, width) {
  const size = height * width;
  return Array.from({ length: data.length / size }, (_, i) => ({
    data: data.subarray(i * size, (i + 1) * size),
    height,
    width,
  }));
}
