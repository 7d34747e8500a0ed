/** The row below a figure: undo, redo, and a link to what it shows. */

import { button, enable } from "../controls/controls.js";
import { h } from "../ground/dom.js";
import { gesturesIn } from "./gestures.js";
import { history } from "./history.js";
import { difference } from "./link.js";
import { sharing } from "./share.js";
import * as WORDS from "../words/steps.js";
import * as COMMON from "../words/common.js";

/** Of changes that the reader did not make in the figure: a kernel's. */
const OUTSIDE = "outside";

/** Ctrl+Z and its like. @param {HTMLElement} root @param {{undo: () => void, redo: () => void}} acts */
export function undoByKeys(root, { undo, redo }) {
  root.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || event.altKey || !["y", "z"].includes(key)) return;
    event.preventDefault();
    event.stopPropagation(); // JupyterLab has an undo of its own
    if (event.shiftKey || key === "y") redo();
    else undo();
  });
}

/**
 * @template {object} S
 * @param {object} options
 * @param {HTMLElement} options.area where gestures and keys are heard
 * @param {S} options.first the state at the beginning
 * @param {(changes: Partial<S>) => void} options.apply
 * @param {((state: S) => Promise<string>) | undefined} options.address of a state, where the
 *   page's address is ours
 * @param {(text: string) => void} options.say
 */
export function steps({ area, first, apply, address, say }) {
  const past = history(first);
  const heard = gesturesIn(area);
  /** A walk through the past, and what it is called. @param {"undo" | "redo"} way @param {string} text */
  const walk = (way, text) => () => {
    if (!(way === "undo" ? past.canUndo() : past.canRedo())) return;
    const before = past.now;
    const state = past[way]();
    apply(difference(state, before));
    show();
    say(text);
  };
  const acts = { undo: walk("undo", WORDS.undone), redo: walk("redo", WORDS.redone) };
  const undo = button(COMMON.undo, "undo", acts.undo);
  const redo = button(COMMON.redo, "redo", acts.redo);
  const share = sharing({
    label: COMMON.copyLink,
    name: "share",
    href: () => /** @type {NonNullable<typeof address>} */ (address)(past.now),
  });
  share.element.hidden = address === undefined;
  undoByKeys(area, acts);
  function show() {
    enable([
      [undo, past.canUndo()],
      [redo, past.canRedo()],
    ]);
  }
  show();
  const element = h("div", { class: "scse-steps" }, undo, redo, share.element, share.field);
  return {
    element,
    /** One more button, behind the others. @param {HTMLElement} more */
    add: (more) => share.element.after(more),
    depth: past.depth,
    now: () => past.now,
    undo: acts.undo,
    /** What a change by the reader is called, to be handed back to `note`. */
    tag: heard.tag,
    /** A state that the figure is in: a step if it is another one. @param {S} state @param {string} [tag] */
    note(state, tag = OUTSIDE) {
      if (!Object.keys(difference(state, past.now)).length) return;
      past.record(state, tag, performance.now());
      share.forget();
      show();
    },
  };
}
