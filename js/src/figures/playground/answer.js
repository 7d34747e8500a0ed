/** What a network sees: its class map, the classes by name, and Dice where the truth is known. */

import { readout } from "../../controls/controls.js";
import { count, fixed, h, pixels as inPixels } from "../../ground/dom.js";
import { argmax, dice, differences, meanDice } from "../../ground/maths.js";
import { canvas, classPainter } from "../../draw/paint.js";

const FEW = 12; // pixels; what is smaller is left out of the sentence
const FINE = 3; // canvas pixels across a position

/** @param {import("../../engine/contract.js").Answer & {segmentation?: Uint8Array}} answer */
export const segmentationOf = (answer) =>
  answer.segmentation ?? argmax(answer.output.data, answer.output.shape[0]);

/**
 * @param {any} manifest @param {string} name of the numbers
 */
export function answerView({ classes, size }, name) {
  const paint = classPainter(classes.map((/** @type {any} */ k) => k.colour));
  const map = canvas(size * FINE, size * FINE);
  map.classList.add("scse-fine");
  const dices = readout(`dice${name}`);
  const changed = readout(`changed${name}`, inPixels);
  const score = h("span", { class: "scse-dice" }, h("span", { text: "Dice" }), dices.element);
  const moved = h("span", { class: "scse-changes" }, changed.element, " changed by the gates");
  const seen = h("ul", {
    class: "scse-seen",
    "data-name": `seen${name}`,
    "aria-label": "Classes seen",
  });

  return {
    map,
    /** Nothing is known. */
    clear() {
      score.hidden = moved.hidden = true;
      seen.replaceChildren();
    },
    score,
    moved,
    seen,
    /**
     * @param {Uint8Array} segmentation @param {import("./scene.js").Picture} picture
     * @param {Uint8Array} [own] the network's answer without meddling
     * @returns {string} in words
     */
    set(segmentation, { bytes, label }, own) {
      paint(map, segmentation, { picture: bytes, width: size, before: own, outline: label });
      const pixels = new Array(classes.length).fill(0);
      for (const k of segmentation) pixels[k]++;
      const scores = label && dice(segmentation, label, classes.length);
      const present = pixels
        .map((n, k) => ({ n, k, known: label ? label.includes(k) : false }))
        .filter(({ n, k, known }) => k > 0 && (n >= FEW || known))
        .sort((a, b) => b.n - a.n);
      seen.replaceChildren(
        ...present.map(({ n, k }) => {
          const swatch = h("span", { class: "scse-swatch", "aria-hidden": true });
          swatch.style.background = classes[k].colour;
          const score = scores ? h("b", { text: fixed(scores[k]) }) : "";
          return h(
            "li",
            { "data-class": k, "data-pixels": n },
            swatch,
            `${classes[k].name} `,
            score,
            ` ${count(n)} px`,
          );
        }),
        ...(present.length ? [] : [h("li", { text: "nothing but background" })]),
      );
      score.hidden = !label;
      const mean = label ? meanDice(segmentation, label, classes.length) : NaN;
      dices.set(mean);
      const differ = own ? differences(segmentation, own) : 0;
      changed.set(differ);
      moved.hidden = !own;
      const found = present.filter(({ n }) => n >= FEW);
      const words = found.map(({ k }) => classes[k].name).join(", ") || "nothing but background";
      return `${words}${label ? `; Dice ${fixed(mean)}` : ""}${own ? `; ${inPixels(differ)} changed` : ""}`;
    },
  };
}
