/** SqueezeMaps: the maps of a block, and what one constant in the place of a map says of it. */

import { bar, button, choice, readout } from "../../controls/controls.js";
import { fit } from "../../desk/card.js";
import { pictureChooser } from "../../desk/chooser.js";
import { colourBar, panel } from "../../desk/figure.js";
import { descending } from "../../desk/order.js";
import { canvas, paintMap } from "../../draw/paint.js";
import { line, polyline } from "../../draw/plot.js";
import { fixed, h, svg } from "../../ground/dom.js";
import { index, oneOf, widget } from "../../widget.js";
import { BEST, errorOf, pulls, quantities, sorted, statistics } from "./model.js";
import * as WORDS from "../../words/squeeze_maps.js";
import * as COMMON from "../../words/common.js";
import * as CHECKS from "../../words/checks.js";

/** @typedef {import("./model.js").Loss} Loss */
/** @typedef {import("./model.js").Sortable} Sortable */

const POINTS = 240; // of a drawn curve
const REACH = 3; // root mean squares: so high is the plot, where the map does not end before
const SPAN = 1.6; // errors of a = 0: so wide is that of the error

/** By what the channels are sorted: what it is called. @type {Record<string, string>} */
const ORDERS = WORDS.orders;
/** @type {Record<Loss, {name: string, title: string, up: string, down: string}>} */
const LOSSES = WORDS.losses;
/** Rows of the table. */
const ROWS = /** @type {[keyof import("./model.js").Statistics, string][]} */ (
  Object.entries(WORDS.rows)
);

/**
 * What scse/widgets/squeeze_maps.py describes.
 * @typedef {object} Manifest
 * @property {{title: string, credit: string}[]} samples @property {string} block
 * @property {[number, number, number]} shape channels, height and width of the maps
 * @property {[number, number]} range of all values, of which `a` is one
 * @property {string[]} terms that it shows, see book/_ext/terms.py
 */
/**
 * @typedef {object} State
 * @property {number} picture @property {number} channel @property {string} order
 * @property {Loss} loss @property {number} a @property {boolean} curve whether all errors are drawn
 */
/** @typedef {import("../../widget.js").Context<Manifest, State>} Context */

/** @param {[number, number]} range @returns {import("../../widget.js").Check} */
const within =
  ([low, high]) =>
  (value) =>
    typeof value === "number" && value >= low && value <= high
      ? undefined
      : WORDS.between({ low: fixed(low), high: fixed(high) });

/** @type {import("../../widget.js").Check} */
const yesOrNo = (value) => (typeof value === "boolean" ? undefined : CHECKS.flag);

/** A drawing whose box of 100×100 is stretched. @param {...Node} shapes */
const drawing = (...shapes) =>
  svg(
    "svg",
    { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" },
    ...shapes,
  );

/** One channel to choose: its map, and a bar for each image. @param {number} images */
function cardOf(images) {
  const map = canvas(1, 1);
  const name = h("span", { class: "scse-index" });
  const value = readout("score", (v) => fixed(v));
  const levels = Array.from({ length: images }, () => h("span", { class: "scse-level" }));
  const bars = h("span", { class: "scse-levels", "aria-hidden": true }, ...levels);
  return {
    label: h("span", { class: "scse-tile" }, map, name, value.element, bars),
    map,
    /** @param {number} k @param {number[] | undefined} scores of each image @param {number} most @param {number} picture */
    set(k, scores, most, picture) {
      name.textContent = String(k + 1);
      map.setAttribute("data-name", `tile-${k}`);
      value.element.setAttribute("data-name", `score-${k}`);
      bars.classList.toggle("scse-none", !scores);
      value.element.classList.toggle("scse-none", !scores);
      if (!scores) return;
      value.set(scores[picture]);
      levels.forEach((level, i) => {
        level.style.width = `${(100 * Math.max(0, scores[i])) / most}%`;
        level.classList.toggle("scse-chosen", i === picture);
      });
    },
  };
}

export default widget(
  "squeeze",
  (/** @type {Manifest} */ { samples, shape, range }) => ({
    picture: index(samples.length),
    channel: index(shape[0]),
    order: oneOf(Object.keys(ORDERS)),
    loss: oneOf(Object.keys(LOSSES)),
    a: within(range),
    curve: yesOrNo,
  }),
  (/** @type {Context} */ { root, manifest, arrays, get, set, say, parts, measure }) => {
    const { samples, shape, block } = manifest;
    const [channels, height, width] = shape;
    const size = height * width;
    const images = samples.length;
    const maps = samples.map((_, i) =>
      Array.from({ length: channels }, (_, k) => {
        const start = (i * channels + k) * size;
        return /** @type {Float64Array} */ (arrays.maps).subarray(start, start + size);
      }),
    );
    const values = maps.map((of) => of.map(sorted));
    const found = values.map((of) => of.map(statistics));
    /** The ends of a channel's scale: from what is smallest in the block to its own largest value. @type {[number, number][]} */
    const ends = Array.from({ length: channels }, (_, k) => [
      manifest.range[0],
      Math.max(1e-6, ...found.map((of) => of[k].max)),
    ]);

    const pictures = pictureChooser({
      label: COMMON.image,
      titles: samples.map(({ title }) => title),
      onInput: (picture) => set({ picture }),
    });
    const orders = choice({
      label: WORDS.sort,
      name: "order",
      options: Object.entries(ORDERS).map(([value, label]) => ({ value, label })),
      onInput: (order) => set({ order }),
    });
    const losses = choice({
      label: WORDS.error,
      name: "loss",
      options: Object.entries(LOSSES).map(([value, { name }]) => ({ value, label: name })),
      onInput: (loss) => set({ loss: /** @type {Loss} */ (loss) }),
    });
    const reveal = button(WORDS.whole, "curve", () => set({ curve: !get("curve") }));

    /** The channels as they are sorted. @type {number[]} */
    let order = [];
    const cards = Array.from({ length: channels }, () => cardOf(images));
    const tiles = choice({
      label: WORDS.channelsOf(block),
      name: "channel",
      options: cards.map(({ label }, i) => ({ value: String(i), label })),
      onInput: (place) => set({ channel: order[Number(place)], a: 0 }),
    });
    tiles.element.classList.add("scse-tiles");

    const large = samples.map(({ title }, i) => {
      const map = canvas(height, width, WORDS.mapIn(title));
      map.setAttribute("data-term", "u_k");
      const mean = readout(`z-of-${i}`, (v) => fixed(v, 3), { "data-term": "z" });
      return { map, mean, element: panel(title, map) };
    });
    const colours = colourBar("feature", "map");

    // The values, the largest first, and the constant as a line through them
    const above = svg("polygon", { class: "scse-above" });
    const below = svg("polygon", { class: "scse-below" });
    const others = samples.map(() => polyline("scse-other"));
    const curve = polyline("scse-values");
    const constant = line(0, 0, 100, 0, "scse-constant");
    const zero = line(0, 0, 100, 0, "scse-axis");
    const area = h(
      "div",
      { class: "scse-area", "data-name": "values" },
      drawing(zero, above, below, ...others, curve, constant),
    );
    const errors = polyline("scse-values");
    const least = line(0, 0, 100, 0, "scse-least");
    const leastName = h("span", { class: "scse-leastname" });
    const dot = h("span", { class: "scse-dot", "aria-hidden": true });
    const errorArea = h("div", { class: "scse-area" }, drawing(least, errors), dot, leastName);
    const slider = bar({
      label: WORDS.constant,
      name: "a",
      kind: "plain",
      vertical: true,
      min: manifest.range[0],
      max: manifest.range[1],
      step: 0.05,
      onInput: (a) => set({ a }),
      format: (v) => fixed(v, 3),
    });
    slider.element.setAttribute("data-term", "a");
    const top = readout("top");
    const bottom = readout("bottom");
    const a = readout("constant", (v) => fixed(v, 3));
    const error = readout("error", (v) => fixed(v, 4));
    const left = readout("left", (v) => fixed(v, 1));
    const up = readout("up", (v) => fixed(v, 3));
    const down = readout("down", (v) => fixed(v, 3));
    const words = {
      up: h("span"),
      down: h("span"),
      title: h("span", { class: "scse-title" }),
      name: h("span"),
    };

    const cells = ROWS.map(([key]) =>
      samples.map((_, i) => readout(`${key}-${i}`, (v) => fixed(v, 3))),
    );
    const columns = samples.map(({ title }) => h("th", { scope: "col", text: title }));
    const table = h(
      "table",
      {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col", text: WORDS.thisChannel }), ...columns)),
      h(
        "tbody",
        {},
        ...ROWS.map(([key, label], row) =>
          h(
            "tr",
            { "data-term": key === "mean" ? "z" : undefined },
            h("th", { scope: "row", text: label }),
            ...cells[row].map(({ element }) => h("td", {}, element)),
          ),
        ),
      ),
    );
    const credit = h("span", { class: "scse-credit" });

    const sheets = h("div", { class: "scse-sheets" }, ...large.map(({ element }) => element));
    const ofMap = h("div", { class: "scse-ofmap" }, sheets, colours.element);
    const valuesPart = h(
      "div",
      { class: "scse-part" },
      h("span", { class: "scse-title", text: WORDS.pixels }),
      area,
    );
    const errorPart = h("div", { class: "scse-part", "data-term": "err" }, words.title, errorArea);
    const bench = h(
      "div",
      { class: "scse-bench" },
      h(
        "div",
        { class: "scse-part scse-lever" },
        h("span", { class: "scse-title" }, h("b", { text: "a" })),
        h("div", { class: "scse-upright" }, top.element, slider.element, bottom.element),
      ),
      valuesPart,
      errorPart,
    );
    const result = h(
      "div",
      { class: "scse-result" },
      h("div", { "data-term": "a" }, ...WORDS.constantIs(h("b", {}, a.element))),
      h(
        "div",
        { "data-term": "err" },
        ...WORDS.errorIs({ error: h("b", {}, error.element), left: left.element }),
      ),
      h("div", {}, words.up, " ", up.element, ", ", words.down, " ", down.element),
    );
    root.append(
      h("div", { class: "scse-controls" }, pictures.element, orders.element),
      tiles.element,
      h(
        "div",
        { class: "scse-detail" },
        h("div", { class: "scse-seen" }, h("div", { class: "scse-head" }, words.name), ofMap),
        h(
          "div",
          { class: "scse-tried" },
          h("div", { class: "scse-controls" }, losses.element, reveal),
          bench,
          result,
        ),
        table,
      ),
      h("p", {
        text: WORDS.help,
      }),
      credit,
    );
    parts({
      picture: [pictures.element],
      order: [orders.element],
      channels: [tiles.element],
      maps: [ofMap],
      numbers: [table],
      loss: [losses.element],
      values: [bench],
      result: [result],
    });

    /** The ends of the plot. @returns {[number, number]} */
    function reach() {
      const { max, rms } = found[get("picture")][get("channel")];
      const high = get("loss") === "largest" ? max : Math.min(max, REACH * rms);
      return [manifest.range[0], Math.max(1e-6, high)];
    }
    // A mouse may take the line itself; a finger in the plot scrolls the page.
    /** @param {PointerEvent} event */
    function follow(event) {
      const box = area.getBoundingClientRect();
      const [low, high] = reach();
      const part = Math.max(0, Math.min(1, (box.bottom - event.clientY) / box.height));
      const next = Math.min(high, Number((low + part * (high - low)).toFixed(3)));
      if (next !== get("a")) set({ a: next });
    }
    area.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || event.pointerType === "touch") return;
      area.setPointerCapture(event.pointerId);
      follow(event);
    });
    area.addEventListener("pointermove", (event) => {
      if (area.hasPointerCapture(event.pointerId)) follow(event);
    });

    /** Every so-manieth of many numbers. @param {ArrayLike<number>} all */
    const thinned = (all) =>
      Array.from(
        { length: POINTS },
        (_, i) => all[Math.round((i * (all.length - 1)) / (POINTS - 1))],
      );
    /** @param {ArrayLike<number>} x 0..1 @param {ArrayLike<number>} y 0..1 */
    const joined = (x, y) =>
      Array.from(x, (v, i) => `${(100 * v).toFixed(2)},${(100 - 100 * y[i]).toFixed(2)}`).join(" ");
    const across = Array.from({ length: POINTS }, (_, i) => i / (POINTS - 1));

    let drawn = "";
    function drawTiles() {
      const [picture, by] = [get("picture"), get("order")];
      const key = `${picture} ${by}`;
      if (key === drawn) return;
      drawn = key;
      const scores =
        by === "number"
          ? undefined
          : found.map((of) => of.map((each) => each[/** @type {Sortable} */ (by)]));
      order = scores ? descending(scores[picture]) : [...Array(channels).keys()];
      const most = Math.max(1e-9, ...(scores ?? []).flat());
      order.forEach((k, i) => {
        const { map, set: show } = cards[i];
        fit(map, height, width);
        paintMap(map, maps[picture][k], ...ends[k], "feature");
        show(
          k,
          scores?.map((of) => of[k]),
          most,
          picture,
        );
      });
    }

    /** @param {number} k @param {number} picture */
    function drawMap(k, picture) {
      words.name.textContent = WORDS.channel({ channel: k + 1, block, height, width });
      large.forEach(({ map, element }, i) => {
        paintMap(map, maps[i][k], ...ends[k], "feature");
        element.classList.toggle("scse-chosen", i === picture);
        columns[i].classList.toggle("scse-chosen", i === picture);
        ROWS.forEach(([key], row) => {
          cells[row][i].set(found[i][k][key]);
          cells[row][i].element.parentElement?.classList.toggle("scse-chosen", i === picture);
        });
      });
      colours.set(...ends[k]);
      credit.textContent = samples[picture].credit ?? "";
    }

    function drawBench() {
      const [picture, k, loss, at, whole] = [
        get("picture"),
        get("channel"),
        get("loss"),
        get("a"),
        get("curve"),
      ];
      const [low, high] = reach();
      /** Its height in the plot; above 1 it is cut. @param {number} v */
      const level = (v) => (v - low) / (high - low);
      const now = values[picture][k];
      const heights = thinned(now).map(level);
      const here = level(at);
      /** @param {(v: number) => number} of */
      const patch = (of) =>
        `0,${100 - 100 * here} ${joined(across, heights.map(of))} 100,${100 - 100 * here}`;
      above.setAttribute(
        "points",
        patch((v) => Math.max(v, here)),
      );
      below.setAttribute(
        "points",
        patch((v) => Math.min(v, here)),
      );
      curve.setAttribute("points", joined(across, heights));
      others.forEach((other, i) => {
        other.setAttribute(
          "points",
          i === picture ? "" : joined(across, thinned(values[i][k]).map(level)),
        );
      });
      for (const [shape, v] of /** @type {const} */ ([
        [constant, here],
        [zero, level(0)],
      ])) {
        shape.setAttribute("y1", String(100 - 100 * v));
        shape.setAttribute("y2", String(100 - 100 * v));
      }

      const constants = across.map((t) => low + t * (high - low));
      const all = constants.map((v) => errorOf(now, loss, v));
      const most = Math.max(1e-9, SPAN * errorOf(now, loss, 0));
      const [spent, best] = [errorOf(now, loss, at), found[picture][k][BEST[loss]]];
      errors.setAttribute(
        "points",
        whole
          ? joined(
              all.map((v) => v / most),
              constants.map(level),
            )
          : "",
      );
      dot.style.left = `${Math.min(100, (100 * spent) / most)}%`;
      dot.style.bottom = `${Math.min(100, 100 * here)}%`;
      least.toggleAttribute("hidden", !whole);
      leastName.hidden = !whole;
      least.setAttribute("y1", String(100 - 100 * level(best)));
      least.setAttribute("y2", String(100 - 100 * level(best)));
      // Left of the curve where that has the room, else right of it.
      const free = errorOf(now, loss, best) / most;
      leastName.toggleAttribute("data-left", free > 0.4);
      leastName.style.setProperty("--free", `${100 * free}%`);
      leastName.style.bottom = `${100 * level(best)}%`;
      leastName.textContent = WORDS.least({ best: fixed(best, 3), name: WORDS.names[BEST[loss]] });
      reveal.setAttribute("aria-pressed", String(whole));

      slider.limit(high);
      slider.set(at);
      top.set(high);
      bottom.set(low);
      a.set(at);
      error.set(spent);
      left.set((100 * spent) / errorOf(now, loss, 0));
      const [pulledUp, pulledDown] = pulls(now, loss, at);
      up.set(pulledUp);
      down.set(pulledDown);
      words.title.textContent = LOSSES[loss].title;
      words.up.textContent = LOSSES[loss].up;
      words.down.textContent = LOSSES[loss].down;
      measure(quantities(now, found[picture], k, loss, at));
    }

    return function update() {
      const [picture, k] = [get("picture"), get("channel")];
      pictures.set(picture);
      orders.set(get("order"));
      losses.set(get("loss"));
      drawTiles();
      tiles.set(String(order.indexOf(k)));
      drawMap(k, picture);
      drawBench();
      const { mean, max } = found[picture][k];
      const now = {
        channel: k + 1,
        a: fixed(get("a"), 3),
        error: fixed(errorOf(values[picture][k], get("loss"), get("a")), 4),
      };
      say(
        get("order") === "number"
          ? WORDS.said(now)
          : WORDS.saidOf({ ...now, mean: fixed(mean, 3), max: fixed(max) }),
      );
    };
  },
);
