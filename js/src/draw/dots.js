/** Rows of dots on one axis: where they stand, and no dot upon another. */

/** @param {number} part of the axis */
export const percent = (part) => `${100 * part}%`;

/** @param {number} value @param {number} low @param {number} high as a part of the axis */
export const place = (value, low, high) => (value - low) / (high - low);

/**
 * The ends of an axis that holds all values, with room for half a dot at either end.
 * @param {number[]} values
 */
export function ends(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const free = (high - low) * 0.06 || 0.01;
  return [low - free, high + free];
}

/**
 * A lane for each dot, so that none lies upon another: the lowest in which it has room.
 * @param {number[]} places of the dots, as parts of the axis @param {number} width of a dot
 */
export function lanes(places, width) {
  /** @type {number[]} where the last dot of a lane stands */
  const last = [];
  const found = new Array(places.length).fill(0);
  const order = places.map((_, i) => i).sort((i, j) => places[i] - places[j]);
  for (const i of order) {
    let lane = last.findIndex((at) => places[i] - at >= width);
    if (lane < 0) lane = last.length;
    last[lane] = places[i];
    found[i] = lane;
  }
  return found;
}
