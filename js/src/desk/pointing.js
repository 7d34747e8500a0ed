/** Pointing at one place of several maps of a scene at once, and reading a mask there. */

import { readout } from "../controls/controls.js";
import { marker, pointable } from "../draw/cursor.js";
import { fixed, h } from "../ground/dom.js";
import * as WORDS from "../words/pointing.js";

/** @typedef {import("../ground/plane.js").Plane} Plane */

/**
 * @param {object} options
 * @param {{label: string, name: string, stack: HTMLElement}[]} options.maps
 * @param {[number, number]} options.steps of an arrow key: columns and rows
 * @param {() => Plane | undefined} options.mask that is read
 * @param {() => {height: number, width: number} | undefined} options.grid whose rows and columns
 *   are named and framed
 * @param {(x: number, y: number) => string} [options.also] what else is said of a place, 0..1
 * @param {(text: string) => void} options.say
 */
export function pointing({ maps, steps: [across, down], mask, grid, also, say }) {
  const value = readout("mask-value", (v) => fixed(v, 3));
  const note = h("span", { class: "scse-note" });
  const markers = maps.map(({ stack }) => {
    const made = marker();
    stack.append(made.element);
    return made;
  });
  let where = [0.5, 0.5];

  function point() {
    const [plane, named] = [mask(), grid()];
    if (!plane || !named) return;
    const x = Math.floor(where[0] * plane.width);
    const y = Math.floor(where[1] * plane.height);
    const s = plane.data[y * plane.width + x];
    const [column, row] = [Math.floor(where[0] * named.width), Math.floor(where[1] * named.height)];
    for (const each of markers) each.at(column, row, named.width, named.height);
    value.set(s);
    note.replaceChildren(...WORDS.place({ row, column, value: value.element }));
    const told = fixed(s, 3);
    say(also ? WORDS.saidAlso({ s: told, also: also(where[0], where[1]) }) : WORDS.said(told));
  }
  for (const { label, name, stack } of maps) {
    pointable(stack, {
      label,
      name,
      width: across,
      height: down,
      where: () => [Math.floor(where[0] * across), Math.floor(where[1] * down)],
      onMove(x, y) {
        where = [(x + 0.5) / across, (y + 0.5) / down];
        point();
      },
      onLeave() {
        for (const each of markers) each.hide();
        note.replaceChildren();
      },
    });
  }
  return { note };
}
