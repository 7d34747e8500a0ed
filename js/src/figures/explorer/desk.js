/** The maps of the open block with their gates as bars; of many channels a page at a time. */

import { bar, button, bypass, enable, readout } from "../../controls/controls.js";
import { fixed, h } from "../../ground/dom.js";
import { canvas, paintMap, range } from "../../draw/paint.js";
import { ceiling, recalibrated, resample } from "./stored.js";

/** @typedef {import("./stored.js").Block} Block */
/** @typedef {import("./stored.js").Plane} Plane */

export const PAGE = 24;

/**
 * @typedef {object} Shown
 * @property {Block} block
 * @property {ArrayLike<number> | undefined} gates that go on
 * @property {ArrayLike<number> | undefined} own
 * @property {ArrayLike<number> | undefined} other of the input that this one is compared with
 * @property {Plane | undefined} mask that goes on
 * @property {Map<number, Plane>} maps U
 * @property {boolean} after Û instead of U
 * @property {(k: number) => string} remark below a bar
 */

/**
 * @param {object} options
 * @param {(channel: number, gate: number) => void} options.onGate
 * @param {() => void} options.onPage
 */
export function desk({ onGate, onPage }) {
  const grid = h("div", { class: "scse-desk" });
  const past = bypass();
  const gatesInOrder = canvas(40, 1);
  gatesInOrder.classList.add("scse-overview");
  const frame = h("div", { class: "scse-frame" });
  const overview = h("div", { class: "scse-overall", "aria-hidden": true }, gatesInOrder, frame);
  const back = button("◀", "page-back", () => turn(page - 1));
  const forth = button("▶", "page-forth", () => turn(page + 1));
  back.setAttribute("aria-label", "Earlier channels");
  forth.setAttribute("aria-label", "Further channels");
  const where = h("span", { "data-name": "page" });
  const pager = h("div", { class: "scse-pager" }, back, where, forth, overview);
  const hint = h("div", { class: "scse-pull", "aria-hidden": true, text: "pull me" });
  const note = h("span", { class: "scse-note" });

  let page = 0;
  /** @type {number[]} */
  let order = [];
  /** @type {Block | undefined} */
  let open;
  /** @type {ReturnType<typeof card>[]} */
  let cards = [];

  const pages = () => Math.max(1, Math.ceil(order.length / PAGE));
  /** @param {number} to */
  function turn(to) {
    const next = Math.max(0, Math.min(pages() - 1, to));
    if (next === page) return;
    page = next;
    onPage();
  }
  overview.addEventListener("pointerdown", (event) => {
    const box = overview.getBoundingClientRect();
    turn(Math.floor((((event.clientX - box.left) / box.width) * order.length) / PAGE));
  });

  /** @param {Block} block */
  function card({ range: [min, max], channel }) {
    let k = 0;
    const thumb = canvas(1, 1);
    const empty = h("span", { class: "scse-nomap", text: "not stored" });
    const name = h("span", { class: "scse-name", "aria-hidden": true });
    const value = readout("gate", (v) => fixed(v, 3));
    const slider = bar({
      label: "Gate",
      name: "bar",
      vertical: true,
      min,
      max,
      onInput: (v) => onGate(k, v),
    });
    const dot = h("div", { class: "scse-dot", hidden: true });
    slider.element.firstElementChild?.append(dot);
    const remark = h("span", { class: "scse-remark" });
    const parts = channel ? [slider.element, value.element] : [];
    const element = h(
      "div",
      { class: "scse-card" },
      name,
      h("div", { class: "scse-thumb" }, thumb, empty),
      ...parts,
      remark,
    );
    return {
      element,
      slider,
      /** @param {number} channel @param {Shown} shown @param {boolean} pull */
      set(channel, shown, pull) {
        k = channel;
        const title = String(k + 1);
        if (name.textContent !== title) {
          name.textContent = title;
          slider.element.setAttribute("aria-label", `Gate of channel ${title}`);
          slider.element.setAttribute("data-name", `bar-${k}`);
          value.element.setAttribute("data-name", `gate-${k}`);
          thumb.setAttribute("data-name", `map-${k}`);
        }
        const { gates, own, other } = shown;
        if (gates) {
          value.set(gates[k]);
          slider.set(gates[k]);
          slider.setHome(own?.[k]);
          dot.hidden = other === undefined;
          if (other) dot.style.setProperty("--dot", `${(100 * (other[k] - min)) / (max - min)}%`);
        }
        remark.textContent = shown.remark(k);
        if (pull) slider.element.append(hint);
        drawMap(thumb, empty, shown, k);
      },
    };
  }

  /** Gates in their order, as thin bars. @param {ArrayLike<number>} gates @param {Block} block */
  function drawOverview(gates, { range: [min, max] }) {
    const [height, width] = [40, Math.min(order.length, 1000)];
    if (gatesInOrder.width !== width) gatesInOrder.width = width;
    const pixels = new Float64Array(height * width);
    for (let x = 0; x < width; x++) {
      const gate = gates[order[Math.floor((x * order.length) / width)]];
      const tall = Math.round((height * (gate - min)) / (max - min));
      for (let y = height - tall; y < height; y++) pixels[y * width + x] = 0.62;
    }
    paintMap(gatesInOrder, pixels, 0, 1, "channel");
    frame.style.left = `${(100 * page * PAGE) / order.length}%`;
    frame.style.width = `${(100 * PAGE) / order.length}%`;
  }

  return {
    element: h("div", { class: "scse-deskside" }, pager, past.start, grid, past.end, note),
    hint,
    /** The channels in sight. */
    visible: () => order.slice(page * PAGE, (page + 1) * PAGE),
    /** @param {number[]} next @param {boolean} [stay] on the page */
    setOrder(next, stay = false) {
      order = next;
      page = stay ? Math.min(page, pages() - 1) : 0;
    },
    /** @param {Shown} shown @param {number | undefined} pull the channel that carries the hint */
    update(shown, pull) {
      const { block, gates, maps } = shown;
      const visible = order.slice(page * PAGE, (page + 1) * PAGE);
      if (open !== block || cards.length !== visible.length) {
        open = block;
        cards = visible.map(() => card(block));
        grid.replaceChildren(...cards.map(({ element }) => element));
      }
      cards.forEach((one, i) => one.set(visible[i], shown, visible[i] === pull));
      pager.hidden = pages() === 1;
      enable([
        [back, page > 0],
        [forth, page < pages() - 1],
      ]);
      past.set(gates ? visible.length : 0);
      where.textContent = `channels ${page * PAGE + 1}–${page * PAGE + visible.length} of ${order.length}`;
      overview.hidden = !gates;
      if (gates && pages() > 1) drawOverview(gates, block);
      const missing = block.maps ? visible.filter((k) => !maps.has(k)).length : 0;
      return { missing };
    },
    note,
  };
}

/**
 * @param {HTMLCanvasElement} thumb @param {HTMLElement} empty @param {Shown} shown @param {number} k
 */
function drawMap(thumb, empty, { block, gates, mask, maps, after }, k) {
  const map = maps.get(k);
  empty.hidden = map !== undefined;
  thumb.classList.toggle("scse-none", map === undefined);
  if (!map) return;
  const { height, width, data } = map;
  if (thumb.width !== width || thumb.height !== height) Object.assign(thumb, { width, height });
  thumb.style.aspectRatio = `${width} / ${Math.max(height, width / 4)}`;
  const [low, high] = range(data);
  const floor = Math.min(0, low);
  if (!after || !block.rule) {
    paintMap(thumb, data, floor, high, "feature");
    return;
  }
  const s = mask && resample(mask, height, width);
  const c = gates?.[k] ?? 0;
  const out = Float64Array.from(data, (u, p) => recalibrated(block.rule, u, c, s ? s[p] : 0));
  const bottom = block.rule === "mul" ? 0 : ceiling(block.rule, floor);
  paintMap(thumb, out, bottom, ceiling(block.rule, high), "feature");
}
