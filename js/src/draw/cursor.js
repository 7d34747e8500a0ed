/** Pointing at one position of a map, by pointer or arrow keys, and showing it on other maps. */

import { h } from "../ground/dom.js";
import * as WORDS from "../words/draw.js";

/** A frame around one position; lies over a canvas in a `.scse-stack`. */
export function marker() {
  const element = h("div", { class: "scse-marker", hidden: true });
  return {
    element,
    /**
     * @param {number} x @param {number} y column and row
     * @param {number} width @param {number} height of the map
     */
    at(x, y, width, height) {
      element.hidden = false;
      element.style.left = `${(100 * x) / width}%`;
      element.style.top = `${(100 * y) / height}%`;
      element.style.width = `${100 / width}%`;
      element.style.height = `${100 / height}%`;
    },
    hide: () => (element.hidden = true),
  };
}

/**
 * A canvas with things lying over it.
 * @param {HTMLCanvasElement} canvas @param {...Node} over
 */
export const stack = (canvas, ...over) => h("div", { class: "scse-stack" }, canvas, ...over);

/**
 * Make a stack a place to point at. Arrow keys step by one position, with Shift by eight.
 * @param {HTMLElement} element
 * @param {object} options
 * @param {string} options.label
 * @param {string} options.name
 * @param {number} options.width @param {number} options.height of the map
 * @param {() => [number, number]} options.where the present column and row
 * @param {(x: number, y: number) => void} options.onMove
 * @param {() => void} [options.onLeave]
 */
export function pointable(element, { label, name, width, height, where, onMove, onLeave }) {
  element.classList.add("scse-pointable");
  for (const [key, value] of Object.entries({
    role: "application", // arrow keys are ours
    "aria-roledescription": WORDS.picker,
    "aria-label": WORDS.pointable(label),
    "data-name": name,
    tabindex: "0",
  })) {
    element.setAttribute(key, value);
  }
  /** @param {number} v @param {number} n */
  const clamp = (v, n) => Math.max(0, Math.min(n - 1, Math.floor(v)));

  /** @param {PointerEvent} event */
  function follow(event) {
    const box = element.getBoundingClientRect();
    onMove(
      clamp(((event.clientX - box.left) / box.width) * width, width),
      clamp(((event.clientY - box.top) / box.height) * height, height),
    );
  }
  element.addEventListener("pointerdown", follow);
  element.addEventListener("pointermove", follow);
  element.addEventListener("pointerleave", () => onLeave?.());
  element.addEventListener("blur", () => onLeave?.());
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const far = event.shiftKey ? 8 : 1;
    /** @type {Record<string, [number, number] | undefined>} */
    const steps = {
      ArrowLeft: [-far, 0],
      ArrowRight: [far, 0],
      ArrowUp: [0, -far],
      ArrowDown: [0, far],
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const [x, y] = where();
    onMove(clamp(x + step[0], width), clamp(y + step[1], height));
  });
}
