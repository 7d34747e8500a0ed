/** The order in which channels are shown. */

/** 0 … n−1, highest score first, equals in their own order. @param {ArrayLike<number>} scores */
export const descending = (scores) =>
  Array.from(scores, (_, k) => k).sort((a, b) => scores[b] - scores[a] || a - b);

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
export const apart = (a, b) => Float64Array.from(a, (v, k) => Math.abs(v - b[k]));

const COARSE = 16; // positions a side that are enough to compare two maps

/**
 * A map on a coarse grid, shifted to mean 0 and scaled to length 1: the dot product of two of
 * them is their correlation. A constant map becomes all zeros.
 * @param {ArrayLike<number>} map @param {number} height @param {number} width
 */
export function normal(map, height, width) {
  const rows = Math.min(COARSE, height);
  const columns = Math.min(COARSE, width);
  const coarse = new Float64Array(rows * columns);
  const counts = new Float64Array(rows * columns);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = Math.floor((y * rows) / height) * columns + Math.floor((x * columns) / width);
      coarse[cell] += map[y * width + x];
      counts[cell] += 1;
    }
  }
  let mean = 0;
  for (let i = 0; i < coarse.length; i++) mean += (coarse[i] /= counts[i]) / coarse.length;
  let length = 0;
  for (let i = 0; i < coarse.length; i++) length += (coarse[i] -= mean) ** 2;
  const scale = length > 1e-18 ? 1 / Math.sqrt(length) : 0;
  return coarse.map((v) => v * scale);
}

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/**
 * A chain: from `first` always to the most similar map that is left.
 * @param {Float64Array[]} maps of `normal` @param {number} first
 * @returns {{order: number[], similarity: Float64Array}} the correlation of each with its forerunner
 */
export function chain(maps, first) {
  const left = new Set(maps.keys());
  const similarity = new Float64Array(maps.length);
  const order = [first];
  left.delete(first);
  similarity[first] = 1;
  while (left.size) {
    const last = maps[order[order.length - 1]];
    let best = -1;
    let closest = -Infinity;
    for (const k of left) {
      const r = dot(last, maps[k]);
      if (r > closest) [best, closest] = [k, r];
    }
    order.push(best);
    similarity[best] = closest;
    left.delete(best);
  }
  return { order, similarity };
}
