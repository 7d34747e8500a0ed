/**
 * What one number can say of a map: its statistics, and the error of a constant in its place.
 * scse/widgets/squeeze_maps.py has the same; test/squeeze_golden.json holds the two together.
 */

/** @typedef {ArrayLike<number>} Numbers */
/** @typedef {"squared" | "absolute" | "largest"} Loss */
/** @typedef {"mean" | "rms" | "sd" | "max"} Sortable channels can be sorted by it */
/** @typedef {Record<Sortable | "median" | "midrange" | "min" | "on", number>} Statistics */

/** The error by which each constant is the best. @type {Record<Loss, "mean" | "median" | "midrange">} */
export const BEST = { squared: "mean", absolute: "median", largest: "midrange" };

/** Largest value first. @param {Float64Array} map */
export const sorted = (map) => map.slice().sort().reverse();

/** @param {Numbers} values sorted, the largest first @returns {Statistics} */
export function statistics(values) {
  const n = values.length;
  let [sum, squares, on] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    sum += values[i];
    squares += values[i] ** 2;
    if (values[i] > 0) on++;
  }
  const mean = sum / n;
  let spread = 0;
  for (let i = 0; i < n; i++) spread += (values[i] - mean) ** 2;
  const [max, min] = [values[0], values[n - 1]];
  return {
    mean,
    median: (values[Math.floor((n - 1) / 2)] + values[Math.floor(n / 2)]) / 2,
    midrange: (max + min) / 2,
    rms: Math.sqrt(squares / n),
    sd: Math.sqrt(spread / n),
    max,
    min,
    on: on / n,
  };
}

/**
 * The error of a constant: the mean of its squares, or of its sizes, or the largest of these.
 * @param {Numbers} values @param {Loss} loss @param {number} a
 */
export function errorOf(values, loss, a) {
  let [total, most] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const off = Math.abs(values[i] - a);
    total += loss === "squared" ? off * off : off;
    if (off > most) most = off;
  }
  return loss === "largest" ? most : total / values.length;
}

/**
 * What pulls the constant up and down: where the two are equal, the error is least.
 * @param {Numbers} values sorted, the largest first @param {Loss} loss @param {number} a
 * @returns {[number, number]}
 */
export function pulls(values, loss, a) {
  const n = values.length;
  if (loss === "largest") return [values[0] - a, a - values[n - 1]];
  let [up, down] = [0, 0];
  for (let i = 0; i < n; i++) {
    const off = values[i] - a;
    if (off > 0) up += loss === "squared" ? off : 1;
    if (off < 0) down += loss === "squared" ? -off : 1;
  }
  return [up / n, down / n];
}

/** The place of a channel when all are sorted, 1 for the largest. @param {number[]} all @param {number} k */
export const rank = (all, k) =>
  1 + all.filter((v, j) => v > all[k] || (v === all[k] && j < k)).length;

/**
 * What puzzles can be about.
 * @param {Numbers} values of a map, sorted, the largest first
 * @param {Statistics[]} all of every channel of this image @param {number} channel
 * @param {Loss} loss @param {number} a
 */
export function quantities(values, all, channel, loss, a) {
  const error = errorOf(values, loss, a);
  return {
    a,
    error,
    "error above the least, in %":
      100 * (error / errorOf(values, loss, all[channel][BEST[loss]]) - 1),
    "rank by mean": rank(
      all.map(({ mean }) => mean),
      channel,
    ),
    "rank by maximum": rank(
      all.map(({ max }) => max),
      channel,
    ),
  };
}
