/** The same picture through every network of the same recipe and seed. */

import { fixed, h } from "../../ground/dom.js";
import { answerView } from "./answer.js";
import { segmentationOf } from "./model.js";
import * as WORDS from "../../words/playground.js";

/** @param {import("./model.js").Manifest} manifest */
export function comparePanel(manifest) {
  const views = Object.entries(manifest.networks).map(([network, { title, dice }]) => {
    const view = answerView(manifest, `-${network}`);
    const wait = h("div", { class: "scse-off", text: "…" });
    const element = h(
      "div",
      { class: "scse-panel", "data-network": network },
      h("div", { class: "scse-title", text: title }),
      h("div", { class: "scse-stack" }, view.map, wait),
      h(
        "div",
        { class: "scse-below" },
        view.score,
        view.seen,
        h("span", { text: WORDS.onAll({ dice: fixed(dice), images: manifest.test_images }) }),
      ),
    );
    return { network, view, element, wait };
  });
  const element = h("div", { class: "scse-panels scse-compare" }, ...views.map((v) => v.element));
  let shown = "";
  return {
    element,
    /**
     * @param {import("./scene.js").Picture} picture
     * @param {(network: string) => Promise<import("./scene.js").Seen>} answerOf a network's own
     *   answer to the picture
     * @param {() => boolean} current false once the reader has gone on
     */
    async update(picture, answerOf, current) {
      if (shown === picture.key) return;
      shown = "";
      for (const { wait } of views) wait.hidden = false;
      for (const { network, view, wait } of views) {
        const answer = await answerOf(network);
        if (!current()) return;
        view.set(segmentationOf(answer), picture);
        wait.hidden = true;
      }
      shown = picture.key;
    },
  };
}
