/** The lines of a fully connected layer, between two columns of evenly spaced rows. */

import { svg } from "../ground/dom.js";

const LEVELS = 12; // of width; all lines of one width are one path

/**
 * @param {number} from @param {number} to rows on the left and on the right
 * @param {number} [least] lines that carry less than this part of what the widest carries are left
 *   out, unless they are lit
 */
export function wires(from, to, least = 0) {
  const element = svg("svg", {
    class: "scse-wires",
    viewBox: "0 0 100 100",
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  /** The lines of each path, by left and right row. @type {Map<SVGElement, [number, number][]>} */
  let paths = new Map();
  let reached = 1;

  function draw() {
    for (const [path, lines] of paths) {
      const way = lines.map(([i, j]) => {
        const [start, end] = [(100 * (i + 0.5)) / from, (100 * (j + 0.5)) / to];
        const y = start + (end - start) * reached;
        return `M0 ${start.toFixed(2)}L${(100 * reached).toFixed(2)} ${y.toFixed(2)}`;
      });
      path.setAttribute("d", way.join(""));
    }
    element.classList.toggle("scse-dry", reached === 0);
  }
  return {
    element,
    /** How far what flows has come. @param {number} part */
    reach(part) {
      if (part === reached) return;
      reached = part;
      draw();
    },
    /**
     * Width by the size of what flows, dashes where it is negative.
     * @param {ArrayLike<number>[]} weight @param {ArrayLike<number>} x
     * @param {(j: number, i: number) => boolean} lit
     */
    set(weight, x, lit) {
      const flows = weight.map((row) => Array.from(row, (w, i) => w * x[i]));
      let most = 1e-9;
      for (const row of flows) for (const flow of row) most = Math.max(most, Math.abs(flow));
      /** @type {Map<string, [number, number][]>} */
      const alike = new Map();
      flows.forEach((row, j) =>
        row.forEach((flow, i) => {
          const part = Math.abs(flow) / most;
          const bright = lit(j, i);
          if (part < least && !(bright && flow)) return;
          const key = `${Number(bright)} ${Math.round(LEVELS * part)} ${flow < 0 ? "5 3" : ""}`;
          const lines = alike.get(key) ?? [];
          alike.set(key, lines);
          lines.push([i, j]);
        }),
      );
      paths = new Map(
        [...alike].sort().map(([key, lines]) => {
          const [bright, level, ...dashes] = key.split(" ");
          const path = svg("path", {
            class: bright === "1" ? "scse-lit" : undefined,
            "stroke-width": (0.4 + (4 * Number(level)) / LEVELS).toFixed(2),
            "stroke-dasharray": dashes.join(" ") || undefined,
            "vector-effect": "non-scaling-stroke",
          });
          return [path, lines];
        }),
      );
      element.replaceChildren(...paths.keys());
      draw();
    },
  };
}
