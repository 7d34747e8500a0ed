/** What a network sees: its class map, the classes by name, and Dice where the truth is known. */

import { readout } from "../../controls/controls.js";
import { count, fixed, h, pixels as inPixels } from "../../ground/dom.js";
import { dice, differences, meanDice } from "../../ground/maths.js";
import { canvas, classPainter } from "../../draw/paint.js";
import * as WORDS from "../../words/playground.js";
import * as COMMON from "../../words/common.js";

/** @typedef {import("../../desk/figure.js").Class} Class */

const FEW = 12; // pixels; what is smaller is listed, and left out of the sentence
const FINE = 3; // canvas pixels across a position

/** The classes that are seen, the largest first. @param {Class[]} classes @param {string} name */
function seenList(classes, name) {
  const element = h("ul", {
    class: "scse-seen",
    "data-name": name,
    "aria-label": WORDS.seen,
  });
  return {
    element,
    /**
     * @param {Uint8Array} segmentation @param {Uint8Array | undefined} label
     * @returns {string} in words
     */
    set(segmentation, label) {
      const pixels = new Array(classes.length).fill(0);
      for (const k of segmentation) pixels[k]++;
      const scores = label && dice(segmentation, label, classes.length);
      const present = pixels
        .map((n, k) => ({ n, k, known: label ? label.includes(k) : false }))
        .filter(({ n, k, known }) => k > 0 && (n > 0 || known))
        .sort((a, b) => b.n - a.n);
      const items = present.map(({ n, k }) => {
        const swatch = h("span", { class: "scse-swatch", "aria-hidden": true });
        swatch.style.background = classes[k].colour;
        const score = scores ? h("b", { text: fixed(scores[k]) }) : "";
        const parts = [swatch, `${classes[k].name} `, score, ` ${WORDS.px(count(n))}`];
        return h("li", { "data-class": k, "data-pixels": n }, ...parts);
      });
      const none = WORDS.nothing;
      element.replaceChildren(...(items.length ? items : [h("li", { text: none })]));
      const found = present.filter(({ n }) => n >= FEW);
      return found.map(({ k }) => classes[k].name).join(", ") || none;
    },
  };
}

/**
 * @param {import("./model.js").Manifest} manifest @param {string} [suffix] of the names of the
 *   numbers, where there are several answers
 */
export function answerView({ classes, size }, suffix = "") {
  const paint = classPainter(classes.map(({ colour }) => colour));
  const map = canvas(size * FINE, size * FINE);
  map.classList.add("scse-fine");
  const dices = readout(`dice${suffix}`);
  const changed = readout(`changed${suffix}`, inPixels);
  const why = h("span", { class: "scse-note", text: WORDS.noTruth });
  const score = h(
    "span",
    { class: "scse-dice" },
    h("span", { text: COMMON.dice }),
    dices.element,
    why,
  );
  const moved = h("span", { class: "scse-changes" }, ...WORDS.changed(changed.element));
  const seen = seenList(classes, `seen${suffix}`);

  return {
    map,
    score,
    moved,
    seen: seen.element,
    /** Nothing is known. */
    clear() {
      score.hidden = moved.hidden = true;
      seen.element.replaceChildren();
    },
    /**
     * @param {Uint8Array} segmentation @param {import("./scene.js").Picture} picture
     * @param {Uint8Array} [own] the network's answer without edits
     * @returns {string} in words
     */
    set(segmentation, { bytes, label }, own) {
      paint(map, segmentation, { picture: bytes, width: size, before: own, outline: label });
      const words = seen.set(segmentation, label);
      const mean = label ? meanDice(segmentation, label, classes.length) : NaN;
      const differ = own ? differences(segmentation, own) : 0;
      score.hidden = false;
      why.hidden = Boolean(label);
      dices.set(mean);
      moved.hidden = !own;
      changed.set(differ);
      const told = [words];
      if (label) told.push(WORDS.saidDice(fixed(mean)));
      if (own) told.push(WORDS.saidChanged(inPixels(differ)));
      return told.join(WORDS.between);
    },
  };
}
