/** ContrastSwap: two contrasts of one slice lend each other the channel gates of a block. */

import { bar, button, readout } from "../controls/controls.js";
import { changed } from "../ground/colours.js";
import { fixed, h } from "../ground/dom.js";
import { classList, scoreboard } from "../desk/figure.js";
import { blend, dice, differences, meanDice, nearest } from "../ground/maths.js";
import { canvas, classPainter, paintMap } from "../draw/paint.js";
import { plot, readable } from "../draw/plot.js";
import { widget } from "../widget.js";
import * as WORDS from "../words/contrast_swap.js";
import * as COMMON from "../words/common.js";
import * as CHECKS from "../words/checks.js";

const FINE = 4; // canvas pixels across a position of the segmentation
const PACE = 150; // milliseconds that a stored blend is shown while the gates travel

/**
 * What scse/widgets/contrast_swap.py describes.
 * @typedef {object} Manifest
 * @property {[string, string]} titles @property {[string, string]} keys what quantities call them
 * @property {import("../desk/figure.js").Class[]} classes @property {string} block
 * @property {[number, number]} shape height and width of what is shown
 * @property {number} pixels of the whole picture
 * @property {number[]} blends from own gates, 0, to the other's, 1
 * @property {number[]} order of the channels
 * @property {string[]} terms that it shows, see book/_ext/terms.py
 */
/** @typedef {{blend: number}} State */
/** @typedef {import("../widget.js").Context<Manifest, State>} Context */

export default widget(
  "swap",
  (/** @type {Manifest} */ { blends }) => ({
    blend: (value) =>
      typeof value === "number" && Math.abs(blends[nearest(blends, value)] - value) < 1e-4
        ? undefined
        : CHECKS.oneOf(blends.map((b) => fixed(b)).join(", ")),
  }),
  (/** @type {Context} */ { root, manifest, arrays, get, set, say, parts, measure }) => {
    const { titles, keys, classes, block, blends, order } = manifest;
    const [height, width] = manifest.shape;
    const size = height * width;
    const channels = order.length;
    const last = blends.length - 1;
    const paint = classPainter(
      classes.map((k) => k.colour),
      changed,
    );
    const own = [0, 1].map((i) => arrays.gates.subarray(i * channels, (i + 1) * channels));
    const pictures = [0, 1].map((i) => arrays.images.subarray(i * size, (i + 1) * size));
    /** @param {number} i @param {number} step */
    const mapOf = (i, step) => {
      const start = (i * blends.length + step) * size;
      return arrays.maps.subarray(start, start + size);
    };
    const stepNow = () => nearest(blends, get("blend"));
    /** The gates that each picture gets. @param {number} step */
    const gatesAt = (step) => [0, 1].map((i) => blend(own[i], own[1 - i], blends[step]));
    const ownDice = [0, 1].map((i) => meanDice(mapOf(i, 0), arrays.label, classes.length));

    // The two pictures
    const columns = [0, 1].map((i) => {
      const photo = canvas(height, width, WORDS.photo(titles[i]));
      const result = canvas(height * FINE, width * FINE, WORDS.result);
      const score = scoreboard(`-${i}`);
      const list = classList(classes, `-${i}`);
      const key = h("span", { class: `scse-key scse-key-${i}`, "aria-hidden": true });
      paintMap(photo, pictures[i], 0, 255, "gray");
      score.element
        .querySelector(".scse-changes")
        ?.prepend(h("span", { class: "scse-changekey", "aria-hidden": true }));
      const element = h(
        "section",
        { class: "scse-twin", "aria-label": titles[i] },
        h("div", { class: "scse-title" }, key, titles[i]),
        photo,
        result,
        score.element,
        list.element,
      );
      return { result, score, list, element };
    });

    // The gates: a stem between the own gates of both, on which the gates in use travel
    const gatePlot = plot(WORDS.gateAxis);
    gatePlot.element.setAttribute("data-term", "c");
    const gaps = Array.from(own[0], (gate, k) => Math.abs(gate - own[1][k]));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / channels;
    const dots = order.map((k, j) => {
      const left = `${(100 * (j + 0.5)) / channels}%`;
      const stem = h("span", { class: "scse-stem" });
      stem.style.left = left;
      stem.style.bottom = `${100 * Math.min(own[0][k], own[1][k])}%`;
      stem.style.height = `${100 * gaps[k]}%`;
      const pair = [0, 1].map((i) => {
        const dot = h("span", { class: `scse-gatedot scse-key-${i}` });
        dot.style.left = left;
        return dot;
      });
      gatePlot.area.append(stem, ...pair);
      return { k, pair };
    });
    const values = [0, 1].map((i) => readout(`gate-${i}`, (v) => fixed(v, 3)));
    const note = h("p", { class: "scse-hint" });
    const most = fixed(Math.max(...gaps));
    const summary = WORDS.summary({ mean: fixed(mean), most });
    note.textContent = summary;
    /** @param {number} j */
    const describe = (j) => {
      const now = gatesAt(stepNow()).map((gates) => fixed(gates[order[j]], 3));
      return WORDS.channel({
        channel: order[j] + 1,
        first: titles[0],
        gate: now[0],
        second: titles[1],
        other: now[1],
      });
    };
    /** @param {number} j */
    function read(j) {
      const now = gatesAt(stepNow());
      values.forEach((value, i) => value.set(now[i][order[j]]));
      const [gate, other] = values.map(({ element }) => h("b", { class: "scse-c" }, element));
      const [first, second] = titles;
      note.replaceChildren(...WORDS.read({ channel: order[j] + 1, first, gate, second, other }));
      if (stepNow()) note.append(WORDS.own(own.map((g) => fixed(g[order[j]], 3)).join(", ")));
    }
    const picked = h("div", { class: "scse-picked", hidden: true });
    picked.style.width = `${100 / channels}%`;
    gatePlot.area.append(picked);
    const reader = readable(gatePlot.area, {
      label: WORDS.pointable({ channels, block }),
      name: "point-gates",
      count: channels,
      locate: (x) => Math.floor(x * channels),
      describe,
      onMove(j) {
        picked.hidden = false;
        picked.style.left = `${(100 * j) / channels}%`;
        read(j);
      },
      onLeave: () => (picked.hidden = true),
    });

    // What the reader does
    const slider = bar({
      label: WORDS.blend,
      name: "blend",
      max: last,
      step: 1,
      snap: true,
      format: (step) => WORDS.blendAt(Math.round(100 * blends[step])),
      onInput: go,
    });
    slider.setHome(0);
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let walking;
    /** @param {number} step */
    function go(step) {
      clearTimeout(walking);
      set({ blend: blends[step] });
    }
    /** Through all blends in turn, so that the change can be seen. @param {number} goal */
    function walk(goal) {
      clearTimeout(walking);
      const step = stepNow();
      if (step === goal || !root.isConnected) return;
      if (calm.matches) return go(goal);
      set({ blend: blends[step + Math.sign(goal - step)] });
      walking = setTimeout(() => walk(goal), PACE);
    }
    let swapped = false;
    const swap = button("", "swap", () => walk(swapped ? 0 : last));
    swap.classList.add("scse-primary");
    const reset = button(COMMON.reset, "reset", () => go(0));

    root.append(
      h(
        "div",
        { class: "scse-controls" },
        swap,
        h(
          "div",
          { class: "scse-labelled" },
          h("span", { text: WORDS.ownEnd }),
          slider.element,
          h("span", { text: WORDS.otherEnd }),
        ),
        reset,
      ),
      h("div", { class: "scse-twins" }, ...columns.map((column) => column.element)),
      h(
        "div",
        { class: "scse-gatesof" },
        h(
          "div",
          { class: "scse-title" },
          h(
            "span",
            {},
            ...WORDS.gatesC({ channels, c: h("b", { class: "scse-c", text: "c" }), block }),
          ),
        ),
        h(
          "div",
          { class: "scse-keys" },
          ...[0, 1].map((i) =>
            h(
              "span",
              {},
              h("span", { class: `scse-key scse-key-${i}`, "aria-hidden": true }),
              WORDS.key(titles[i]),
            ),
          ),
        ),
        gatePlot.element,
        h(
          "div",
          { class: "scse-sorted", "aria-hidden": true },
          h("span", { text: WORDS.open(titles[0]) }),
          h("span", { text: WORDS.sorted }),
          h("span", { text: WORDS.open(titles[1]) }),
        ),
        note,
      ),
    );

    parts({
      swap: [swap, root.querySelector(".scse-labelled")],
      answers: [...root.querySelectorAll("canvas")],
      scores: columns.flatMap(({ score, list }) => [score.element, list.element]),
      gates: [root.querySelector(".scse-gatesof")],
    });

    return function update() {
      const step = stepNow();
      const used = gatesAt(step);
      slider.set(step);
      swapped = step > last / 2;
      swap.textContent = swapped ? WORDS.giveBack : WORDS.swap(channels);
      /** @type {import("../desk/goal.js").Numbers} */
      const found = {};
      const spoken = columns.map(({ result, score, list }, i) => {
        const now = mapOf(i, step);
        const scored = meanDice(now, arrays.label, classes.length);
        const pixels = differences(now, mapOf(i, 0));
        const before = mapOf(i, 0);
        const outline = now.map((code, p) => Number(code !== before[p]));
        paint(result, now, { picture: pictures[i], width, outline });
        score.set(scored, ownDice[i], pixels, manifest.pixels);
        found[`Dice of ${keys[i]}`] = scored;
        found[`pixels changed in ${keys[i]}`] = pixels;
        list.set(dice(now, arrays.label, classes.length));
        return WORDS.saidOf({
          title: titles[i],
          dice: fixed(scored),
          own: fixed(ownDice[i]),
          pixels,
        });
      });
      for (const { k, pair } of dots) {
        pair.forEach((/** @type {HTMLElement} */ dot, /** @type {number} */ i) => {
          dot.style.bottom = `${100 * used[i][k]}%`;
        });
      }
      measure(found);
      reader.refresh();
      if (note.textContent !== summary) read(reader.at());
      say(WORDS.said({ percent: Math.round(100 * blends[step]), told: spoken.join(". ") }));
    };
  },
);
