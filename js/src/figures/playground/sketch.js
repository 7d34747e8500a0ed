/** A sheet with a pen: its strokes join those that are there, each is one step to undo. */

import { pen } from "../../desk/pen.js";
import { h } from "../../ground/dom.js";

/** @typedef {import("../../gates/strokes.js").Stroke} Stroke */

/**
 * @param {HTMLElement} sheet whose box is the map
 * @param {object} options
 * @param {string} options.label for screen readers @param {string} options.name
 * @param {() => [number, number]} options.size width and height
 * @param {() => {width: number, value: number}} options.ink of the next stroke
 * @param {() => Stroke[]} options.strokes that are there
 * @param {(strokes: Stroke[], tag: string) => void} options.onStrokes the tag is of one stroke
 */
export function sketch(sheet, { label, name, size, ink, strokes, onStrokes }) {
  const cursor = h("div", { class: "scse-pencil", hidden: true });
  sheet.append(cursor);
  /** @type {Stroke[]} */
  let before = [];
  let count = 0;
  let fresh = true;
  pen(sheet, {
    label,
    name,
    size,
    onStroke(points, done) {
      if (fresh) {
        before = strokes();
        count += 1;
      }
      fresh = done;
      const stroke = points.length ? [{ ...ink(), points }] : [];
      onStrokes([...before, ...stroke], `${name} ${count}!`);
    },
    onCursor(x, y, down) {
      const [width, height] = size();
      cursor.hidden = x < 0;
      cursor.style.left = `${(100 * x) / width}%`;
      cursor.style.top = `${(100 * y) / height}%`;
      cursor.classList.toggle("scse-down", down);
    },
  });
}
