/** The Explorer's panels: what goes in, the mask, what comes out, what the engine is doing. */

import { fit } from "../../desk/card.js";
import { panel } from "../../desk/figure.js";
import { baseSelect } from "../../desk/bases.js";
import { maskMap } from "../../desk/mask.js";
import { pointing } from "../../desk/pointing.js";
import { stack } from "../../draw/cursor.js";
import { canvas, paintMap } from "../../draw/paint.js";
import { h } from "../../ground/dom.js";
import { outputView } from "./output.js";
import * as WORDS from "../../words/explorer.js";
import * as COMMON from "../../words/common.js";

/** @typedef {import("../../gates/edit.js").Edit} Edit */
/** @typedef {import("../../ground/plane.js").Plane} Plane */

const SLOW = 300; // ms until a run shows its progress
const FLATTEST = 10;
const STEPS = 64; // of the arrow keys across a map, whatever its size

/** A line that says what the engine is doing. */
export function engineLine() {
  const status = h("p", { class: "scse-status", role: "status", "data-name": "status" });
  const complaint = h("p", { class: "scse-message", role: "alert", "data-name": "complaint" });
  complaint.hidden = true;
  const progress = h("progress", { class: "scse-progress", max: 1 });
  progress.setAttribute("aria-label", WORDS.running);
  progress.hidden = true;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let slow;
  return {
    element: h("div", { class: "scse-engine" }, progress, status, complaint),
    /** @param {string} text @param {boolean} loud */
    say(text, loud) {
      status.textContent = text;
      status.classList.toggle("scse-quiet", loud);
    },
    /** @param {string} message "" when things work */
    fail(message) {
      complaint.hidden = message === "";
      complaint.textContent = message;
    },
    /** @param {number | undefined} done 0..1, undefined at the end */
    progress(done) {
      if (done === undefined) {
        clearTimeout(slow);
        slow = undefined;
        progress.hidden = true;
        return;
      }
      slow ??= setTimeout(() => (progress.hidden = false), SLOW);
      progress.value = done;
    },
  };
}

/**
 * Input and mask, with one place marked on both.
 * @param {(edit: Edit) => void} onBase of the mask @param {(text: string) => void} say
 */
export function inputAndMask(onBase, say) {
  const photo = canvas(1, 1);
  const input = stack(photo);
  const map = maskMap();
  /** @type {Plane | undefined} */
  let read;
  const { note } = pointing({
    maps: [
      { label: COMMON.input, name: "point-input", stack: input },
      { label: COMMON.spatialMask, name: "point-mask", stack: map.stack },
    ],
    steps: [STEPS, STEPS],
    mask: () => read,
    grid: () => read,
    say,
  });
  for (const element of [input, map.stack]) element.setAttribute("data-grid", "");
  const base = baseSelect({ label: COMMON.mask, name: "base-spatial", onInput: onBase });
  const title = h("span", {}, ...COMMON.spatialMaskOf(h("b", { class: "scse-s", text: "s" })));
  const maskPanel = panel(title, map.stack, map.scale, note, h("div", {}, base.element));
  return {
    elements: [panel(COMMON.input, input, h("span")), maskPanel],
    /** @param {Plane} picture @param {Plane | undefined} mask @param {import("./model.js").Based} based the mask */
    set(picture, mask, { edit, neutral, options }) {
      fit(photo, picture.height, picture.width, FLATTEST);
      paintMap(photo, picture.data, 0, 255, "gray");
      read = mask;
      maskPanel.hidden = !mask;
      // Without a mask there is nothing to read at a pixel.
      input.tabIndex = mask ? 0 : -1;
      input.setAttribute("role", mask ? "application" : "img");
      if (!mask) return;
      map.set(mask);
      base.offer(options);
      base.set(edit, neutral);
    },
  };
}

/** What the network returned. @param {import("./result.js").Described} described @param {boolean} live */
export function answer(described, live) {
  const shown = outputView(described);
  const outputPanel = panel(COMMON.output, shown.panel, shown.below);
  outputPanel.classList.add("scse-answer");
  shown.change.hidden = !live; // a saved output never changes
  return {
    elements: [outputPanel, shown.outcome],
    /** @param {import("./output.js").Seen} seen @param {boolean} stuck does it not follow the edits? @returns {string} in words */
    set(seen, stuck) {
      const said = shown.update(seen);
      for (const element of [outputPanel, shown.outcome]) {
        element.classList.toggle("scse-stale", stuck);
      }
      return stuck ? WORDS.stays : said;
    },
  };
}
