/** Of many channels a page at a time, and all their gates as thin bars above it. */

import { button, enable } from "../controls/controls.js";
import { canvas, paintMap } from "../draw/paint.js";
import { h } from "../ground/dom.js";
import * as WORDS from "../words/pager.js";

const HIGH = 40; // pixels of the bars
const MOST = 1000; // bars
const SHADE = 0.62; // of their colour scale

/** @param {HTMLCanvasElement} sheet @param {number[]} order @param {ArrayLike<number>} gates @param {[number, number]} range */
function drawBars(sheet, order, gates, [min, max]) {
  const width = Math.min(order.length, MOST);
  if (sheet.width !== width) sheet.width = width;
  const pixels = new Float64Array(HIGH * width);
  for (let x = 0; x < width; x++) {
    const gate = gates[order[Math.floor((x * order.length) / width)]];
    const tall = Math.round((HIGH * (gate - min)) / (max - min));
    for (let y = HIGH - tall; y < HIGH; y++) pixels[y * width + x] = SHADE;
  }
  paintMap(sheet, pixels, 0, 1, "channel");
}

/** @param {{size: number, onTurn: () => void}} config size: channels of a page */
export function pager({ size, onTurn }) {
  const bars = canvas(HIGH, 1);
  bars.classList.add("scse-overview");
  const frame = h("div", { class: "scse-frame" });
  const overall = h("div", { class: "scse-overall", "aria-hidden": true }, bars, frame);
  const back = button("◀", "page-back", () => turn(page - 1));
  const forth = button("▶", "page-forth", () => turn(page + 1));
  back.setAttribute("aria-label", WORDS.back);
  forth.setAttribute("aria-label", WORDS.forth);
  const words = h("span", { "data-name": "page" });

  let page = 0;
  /** @type {number[]} */
  let order = [];
  let arranged = { key: "", of: "" };
  const last = () => Math.max(0, Math.ceil(order.length / size) - 1);
  const visible = () => order.slice(page * size, (page + 1) * size);

  /** @param {number} to */
  function turn(to) {
    const next = Math.max(0, Math.min(last(), to));
    if (next === page) return;
    page = next;
    onTurn();
  }
  overall.addEventListener("pointerdown", ({ clientX }) => {
    const box = overall.getBoundingClientRect();
    turn(Math.floor((((clientX - box.left) / box.width) * order.length) / size));
  });

  const element = h("div", { class: "scse-pager" }, back, words, forth, overall);
  return {
    element,
    /** The channels in sight. */
    visible,
    /**
     * Puts them in another order, if the key is another.
     * @param {number[]} next @param {object} which
     * @param {string} which.key @param {string} which.of whose channels they are
     * @param {boolean} which.stay on this page, if they are still of the same
     */
    arrange(next, { key, of, stay }) {
      if (key === arranged.key && of === arranged.of) return;
      order = next;
      page = stay && of === arranged.of ? Math.min(page, last()) : 0;
      arranged = { key, of };
    },
    /** To the page of the first of these, if none of them is in sight. @param {number[]} channels */
    show(channels) {
      const seen = visible();
      if (channels.length && !channels.some((k) => seen.includes(k))) {
        page = Math.floor(order.indexOf(channels[0]) / size);
      }
    },
    /** @param {ArrayLike<number> | undefined} gates @param {[number, number]} range of them */
    set(gates, range) {
      element.hidden = last() === 0;
      enable([
        [back, page > 0],
        [forth, page < last()],
      ]);
      words.textContent = WORDS.shown({
        first: page * size + 1,
        last: page * size + visible().length,
        all: order.length,
      });
      overall.hidden = !gates;
      if (!gates || last() === 0) return;
      drawBars(bars, order, gates, range);
      frame.style.left = `${(100 * page * size) / order.length}%`;
      frame.style.width = `${(100 * size) / order.length}%`;
    },
  };
}
