/** Paint: a round pen that goes along points, on a map of positions. */

/** @typedef {{width: number, value: number, points: number[]}} Stroke points x, y, x, y … */

export const MOST_POINTS = 2000; // of one stroke, as the schema has it

/** How far a point is from a line. @param {number} px @param {number} py @param {number[]} ends x, y, x, y */
function distance(px, py, [ax, ay, bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const t = length ? Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / length)) : 0;
  return Math.hypot(px - ax - t * dx, py - ay - t * dy);
}

/**
 * Goes over a stroke: `ink(position, opacity)` for each position that it touches, with the highest
 * opacity of its segments.
 * @param {Stroke} stroke @param {number} width @param {number} height of the map
 * @param {(position: number, opacity: number) => void} ink
 */
export function draw({ width: pen, points }, width, height, ink) {
  const opacity = new Map();
  const radius = pen / 2;
  const segments = points.length === 2 ? [[...points, ...points]] : [];
  for (let i = 0; i + 3 < points.length; i += 2) segments.push(points.slice(i, i + 4));
  for (const ends of segments) {
    const [ax, ay, bx, by] = ends;
    const [left, right] = [Math.min(ax, bx) - radius - 1, Math.max(ax, bx) + radius + 1];
    const [top, bottom] = [Math.min(ay, by) - radius - 1, Math.max(ay, by) + radius + 1];
    for (let y = Math.max(0, Math.floor(top)); y < Math.min(height, bottom); y++) {
      for (let x = Math.max(0, Math.floor(left)); x < Math.min(width, right); x++) {
        // One position of soft edge
        const a = Math.min(1, radius + 0.5 - distance(x + 0.5, y + 0.5, ends));
        const p = y * width + x;
        if (a > (opacity.get(p) ?? 0)) opacity.set(p, a);
      }
    }
  }
  for (const [p, a] of opacity) ink(p, a);
}
