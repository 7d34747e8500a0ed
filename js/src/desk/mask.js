/** A spatial mask as a map, with the numbers at the ends of its colours. */

import { stack } from "../draw/cursor.js";
import { canvas, paintMap, range } from "../draw/paint.js";
import { fit } from "./card.js";
import { colourBar } from "./figure.js";

/**
 * @param {...Node} over what lies over it
 */
export function maskMap(...over) {
  const sheet = canvas(1, 1);
  const scale = colourBar("space", "mask");
  return {
    stack: stack(sheet, ...over),
    scale: scale.element,
    /** @param {import("../ground/plane.js").Plane} mask */
    set({ data, height, width }) {
      fit(sheet, height, width, 10);
      const [low, high] = range(data);
      paintMap(sheet, data, low, high, "space");
      scale.set(low, high);
    },
  };
}
