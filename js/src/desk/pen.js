/** Drawing on a map: with pointer or finger, or with the keyboard. */

import { MOST_POINTS } from "../gates/strokes.js";
import * as WORDS from "../words/pen.js";

const STILL = 5; // pixels of the screen that a finger may move before it draws

/**
 * Space puts the pen down and lifts it; arrow keys move it, with Shift further.
 * @param {HTMLElement} element whose box is the map
 * @param {object} options
 * @param {string} options.label for screen readers
 * @param {string} options.name data-name
 * @param {() => [number, number]} options.size width and height in positions
 * @param {(points: number[], done: boolean) => void} options.onStroke so far: x, y, x, y …; empty
 *   if the stroke was none: a second finger has come, and the two of them move the page
 * @param {(x: number, y: number, down: boolean) => void} options.onCursor of the keyboard
 */
export function pen(element, { label, name, size, onStroke, onCursor }) {
  element.classList.add("scse-pen");
  for (const [key, value] of Object.entries({
    role: "application", // arrow keys are ours
    "aria-roledescription": WORDS.sheet,
    "aria-label": WORDS.use(label),
    "data-name": name,
    tabindex: "0",
  })) {
    element.setAttribute(key, value);
  }
  /** @type {number[]} */
  let points = [];
  let off = false;
  const round = (/** @type {number} */ v) => Math.round(v * 4) / 4; // what a link need not carry

  /** A captured pointer may leave the sheet; far off nothing is drawn. @param {number} part @param {number} length */
  const within = (part, length) => round(Math.max(-0.5, Math.min(1.5, part)) * length);
  /** @param {PointerEvent} event @returns {[number, number]} */
  function place(event) {
    const box = element.getBoundingClientRect();
    const [width, height] = size();
    return [
      within((event.clientX - box.left) / box.width, width),
      within((event.clientY - box.top) / box.height, height),
    ];
  }
  /** @param {[number, number]} to */
  function go([x, y]) {
    if (x === points.at(-2) && y === points.at(-1)) return;
    if (points.length >= 2 * MOST_POINTS) {
      const last = points.slice(-2);
      lift();
      points = last; // and goes on as a new stroke
    }
    points = [...points, x, y];
  }
  /** Those that are down. @type {Set<number>} */
  const fingers = new Set();
  /** One that may yet be the first of two: until it moves, or lifts. @type {PointerEvent | undefined} */
  let resting;
  function drop() {
    if (points.length) onStroke([], true);
    points = [];
    resting = undefined;
  }
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || off) return;
    if (event.pointerType === "touch") {
      if (event.isPrimary) fingers.clear(); // whatever became of those before
      fingers.add(event.pointerId);
      if (fingers.size > 1) {
        drop();
        return;
      }
    }
    element.setPointerCapture(event.pointerId);
    points = [];
    resting = event.pointerType === "touch" ? event : undefined;
    if (resting) return;
    points = place(event);
    onStroke(points, false);
  });
  element.addEventListener("pointermove", (event) => {
    if (!element.hasPointerCapture(event.pointerId) || fingers.size > 1) return;
    if (resting) {
      const [dx, dy] = [event.clientX - resting.clientX, event.clientY - resting.clientY];
      if (Math.hypot(dx, dy) < STILL) return;
      points = place(resting);
      resting = undefined;
    }
    if (points.length === 0) return;
    // All that happened since the last frame: a fast hand draws round corners.
    const steps = event.getCoalescedEvents?.() ?? [];
    for (const step of steps.length ? steps : [event]) go(place(step));
    onStroke(points, false);
  });
  const lift = () => {
    if (points.length) onStroke(points, true);
    points = [];
  };
  element.addEventListener("pointerup", (event) => {
    if (fingers.delete(event.pointerId) && fingers.size) return;
    if (resting) points = place(resting);
    resting = undefined;
    lift();
  });
  element.addEventListener("pointercancel", (event) => {
    // The browser moves the page by it: a stroke of a finger was none.
    if (fingers.delete(event.pointerId)) drop();
    else lift();
  });

  /** @type {[number, number] | undefined} */
  let at;
  let down = false;
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || off) return;
    const [width, height] = size();
    const far = (event.shiftKey ? 0.1 : 0.025) * width;
    const here = (at ??= [width / 2, height / 2]);
    /** @type {Record<string, [number, number] | undefined>} */
    const steps = {
      ArrowLeft: [-far, 0],
      ArrowRight: [far, 0],
      ArrowUp: [0, -far],
      ArrowDown: [0, far],
    };
    const step = steps[event.key];
    if (event.key === " ") {
      down = !down;
      if (down) points = [round(here[0]), round(here[1])];
      if (down) onStroke(points, false);
      else lift();
    } else if (step) {
      at = [
        Math.max(0, Math.min(width, here[0] + step[0])),
        Math.max(0, Math.min(height, here[1] + step[1])),
      ];
      if (down) {
        go([round(at[0]), round(at[1])]);
        onStroke(points, false);
      }
    } else return;
    event.preventDefault();
    onCursor(...at, down);
  });
  element.addEventListener("blur", () => {
    if (down) lift();
    down = false;
    at = undefined;
    onCursor(-1, -1, false);
  });
  return {
    /** @param {boolean} now */
    disable(now) {
      off = now;
      element.setAttribute("aria-disabled", String(now));
    },
  };
}
