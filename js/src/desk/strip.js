/** The blocks of a network in a row, each with its gates in small; choose one. */

import { choice } from "../controls/controls.js";
import { canvas, paintMap } from "../draw/paint.js";
import { h } from "../ground/dom.js";
import * as WORDS from "../words/strip.js";

/** @typedef {import("../ground/plane.js").Plane} Plane */
/**
 * @typedef {object} Cell a block in the strip
 * @property {string} name
 * @property {string} title for a pointer that rests on it
 * @property {Node[]} [caption] the name, if it has none
 * @property {number} [stripes] so many gates are drawn as a row; of more channels every so-manieth
 * @property {[number, number]} [mask] height and width of its mask, where that is drawn
 * @property {number} [level] how often its maps were halved, for the style sheet
 */
/**
 * @typedef {object} Gates that go on in a block
 * @property {ArrayLike<number>} [row] channel gates, or what else stands in the row
 * @property {ArrayLike<number>} [mask]
 * @property {boolean} edited
 */

/** @param {Cell} cell */
function cellOf({ name, caption, stripes, mask, level }) {
  const sheet = mask && canvas(...mask);
  const row = stripes ? canvas(1, stripes) : undefined;
  row?.classList.add("scse-stripes");
  if (row) row.style.aspectRatio = "";
  const unseen = h("span", { class: "scse-unseen" });
  const parts = [sheet, row].filter((part) => part !== undefined);
  const label = h("span", { class: "scse-cell" }, ...parts, ...(caption ?? [name]), unseen);
  if (level !== undefined) label.style.setProperty("--level", String(level));
  return {
    label,
    /** @param {Gates | undefined} gates */
    set(gates) {
      const values = gates?.row;
      row?.classList.toggle("scse-none", !values);
      if (row && values) {
        const every = Array.from(
          { length: row.width },
          (_, i) => values[Math.floor((i * values.length) / row.width)],
        );
        paintMap(row, every, 0, 1, "channel");
      }
      if (sheet) {
        sheet.hidden = !gates?.mask;
        if (gates?.mask) paintMap(sheet, gates.mask, 0, 1, "space");
      }
      label.classList.toggle("scse-edited", Boolean(gates?.edited));
      unseen.textContent = gates?.edited ? WORDS.overruled : "";
    },
  };
}

/**
 * @param {{label: string | Node, cells: Cell[], onInput: (name: string) => void}} config
 */
export function strip({ label, cells, onInput }) {
  // A name alone looks like any other choice.
  const drawn = cells.map((cell) =>
    cell.stripes || cell.mask ? cellOf(cell) : { label: cell.name, set() {} },
  );
  const chooser = choice({
    label,
    name: "block",
    options: cells.map(({ name, title }, i) => ({ value: name, label: drawn[i].label, title })),
    onInput,
  });
  chooser.element.classList.add("scse-strip");
  return {
    element: chooser.element,
    /** At once: an answer on its way may be of an older choice. @param {string} name */
    choose: chooser.set,
    /** @param {(name: string, i: number) => Gates | undefined} gates */
    set(gates) {
      cells.forEach(({ name }, i) => drawn[i].set(gates(name, i)));
    },
  };
}
