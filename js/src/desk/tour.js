/**
 * A tour: states of the figure, one after the other, with a sentence each.
 *
 * The whole tour is one step to undo, apart from what the reader does in between. When it ends the
 * figure is again as it was, which is a step too: Undo goes back into the tour, and once more before
 * it.
 */

import { button, closable, enable } from "../controls/controls.js";
import { h } from "../ground/dom.js";
import * as WORDS from "../words/tour.js";
import * as COMMON from "../words/common.js";

/**
 * @typedef {object} Step as scse/widgets/_guides.py has it
 * @property {string} says @property {Record<string, unknown>} set traits
 * @property {string} part that it is about, "" for the whole
 */

let count = 0; // of tours that were begun: each is a step of its own

/**
 * @param {object} options
 * @param {Step[]} options.steps
 * @param {import("./guide.js").Figure} options.figure
 * @param {() => void} options.onClose
 */
export function tour({ steps, figure, onClose }) {
  const place = h("b", { "data-name": "tour-place" });
  const says = h("p", { class: "scse-says", "data-name": "tour-says" });
  const back = button(COMMON.back, "tour-back", () => turn(at - 1));
  const next = button(WORDS.next, "tour-next", () =>
    at + 1 < steps.length ? turn(at + 1) : close(),
  );
  const end = button(COMMON.close, "tour-close", () => close());
  const element = h(
    "section",
    { class: "scse-guide", hidden: true, "aria-label": WORDS.title, "data-name": "tour" },
    h("div", { class: "scse-guidehead" }, place, back, next, end),
    says,
  );
  let at = -1;
  let tag = "";
  /** @type {Record<string, unknown> | undefined} */
  let before;
  closable(element, close);

  /** @param {number} to */
  function turn(to) {
    at = to;
    const { says: sentence, set, part } = steps[at];
    place.textContent = COMMON.of({ at: at + 1, all: steps.length });
    says.textContent = sentence;
    next.textContent = at + 1 < steps.length ? WORDS.next : WORDS.finish;
    enable([
      [next, true],
      [back, at > 0],
    ]);
    figure.go({ ...figure.first, ...set }, tag);
    figure.point(part);
    figure.announce(WORDS.says({ at: at + 1, all: steps.length, says: sentence }));
  }
  function close() {
    if (!before) return;
    element.hidden = true;
    figure.point("");
    figure.go(before, "");
    before = undefined;
    figure.announce(WORDS.closed);
    onClose();
  }
  return {
    element,
    label: WORDS.open(steps.length),
    open() {
      before = figure.now();
      count += 1;
      tag = `tour ${count}!`;
      element.hidden = false;
      turn(0);
      next.focus({ preventScroll: true });
    },
    close,
  };
}
