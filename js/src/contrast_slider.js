/** ContrastSlider: the gates of a block, and the Dice, while the contrast slides. */

import { bar, button, choice, readout } from "./controls.js";
import { fixed, h } from "./dom.js";
import { classList, panel } from "./figure.js";
import { dice, meanDice } from "./maths.js";
import { canvas, classPainter, paintMap } from "./paint.js";
import { line, plot, points, polyline } from "./plot.js";
import { index, oneOf, widget } from "./widget.js";

const FINE = 4;
const FREEZE = ["own", "first", "last"];

export default widget(
  "slider-figure",
  ({ values, networks }) => ({
    contrast: index(values.length),
    network: index(networks.length),
    freeze: oneOf(FREEZE),
  }),
  ({ root, manifest, arrays, get, set, say }) => {
    const { values, networks, ends, classes, channels, mix, block } = manifest;
    const [height, width] = manifest.size;
    const size = height * width;
    const steps = values.length;
    const paint = classPainter(classes.map((/** @type {any} */ k) => k.colour));

    /** @param {number} n @param {string} freeze @param {number} v */
    function map(n, freeze, v) {
      const at = (n * FREEZE.length + FREEZE.indexOf(freeze)) * steps + v;
      return arrays.maps.subarray(at * size, (at + 1) * size);
    }
    /** @param {number} n @param {number} v */
    const gates = (n, v) => arrays.gates.subarray((n * steps + v) * channels, (n * steps + v + 1) * channels);
    /** The contrast whose gates are in use. @param {string} freeze @param {number} v */
    const source = (freeze, v) => ({ own: v, first: 0, last: steps - 1 })[freeze] ?? v;
    const scores = networks.map((/** @type {string} */ _, /** @type {number} */ n) =>
      Object.fromEntries(
        FREEZE.map((freeze) => [
          freeze,
          values.map((/** @type {number} */ _, /** @type {number} */ v) =>
            meanDice(map(n, freeze, v), arrays.label, classes.length),
          ),
        ]),
      ),
    );
    // Pictures are stored as mixtures of a few planes.
    const grey = values.map((/** @type {number} */ _, /** @type {number} */ v) =>
      Uint8Array.from({ length: size }, (_, p) => {
        let sum = 0;
        for (let r = 0; r < mix[v].length; r++) sum += mix[v][r] * arrays.planes[r * size + p];
        return Math.max(0, Math.min(255, Math.round(sum)));
      }),
    );

    const photo = canvas(height, width);
    const result = canvas(height * FINE, width * FINE);
    const score = readout("dice");
    const list = classList(classes);
    const contrast = readout("contrast");

    const network = choice({
      label: "Network",
      name: "network",
      options: networks.map((/** @type {string} */ label, /** @type {number} */ i) => ({ value: String(i), label })),
      onInput: (value) => set({ network: Number(value) }),
    });
    network.element.hidden = networks.length < 2;
    const freeze = choice({
      label: `Gates of ${block}`,
      name: "freeze",
      options: [
        { value: "own", label: "own" },
        { value: "first", label: `held at ${ends[0]}` },
        { value: "last", label: `held at ${ends[1]}` },
      ],
      onInput: (value) => set({ freeze: value }),
    });
    const reset = button("Reset", "reset", () => set({ contrast: 0, freeze: "own" }));
    const slider = bar({
      label: "Contrast",
      name: "contrast",
      kind: "plain",
      min: 0,
      max: steps - 1,
      step: 1,
      snap: true,
      format: (v) => `contrast ${fixed(values[v])}`,
      onInput: (v) => set({ contrast: v }),
    });

    const gatePlot = plot(`The ${channels} gates of ${block} against contrast`, "gate c");
    const gateLines = Array.from({ length: channels }, () => polyline("scse-gateline"));
    const gateNow = line(0, 0, 0, 100, "scse-now");
    gatePlot.drawing.append(...gateLines, gateNow);
    const dicePlot = plot("Dice against contrast", "Dice");
    const diceLines = FREEZE.map((name) => ({ name, element: polyline("scse-diceline") }));
    const diceNow = line(0, 0, 0, 100, "scse-now");
    dicePlot.drawing.append(...diceLines.map((l) => l.element), diceNow);
    const dot = h("span", { class: "scse-dicedot" });
    dicePlot.area.append(dot);

    // A plot follows the pointer while it is pressed: the whole of it is the slider.
    for (const { area } of [gatePlot, dicePlot]) {
      /** @param {PointerEvent} event */
      const follow = (event) => {
        const box = area.getBoundingClientRect();
        const v = Math.round(((event.clientX - box.left) / box.width) * (steps - 1));
        set({ contrast: Math.max(0, Math.min(steps - 1, v)) });
      };
      area.classList.add("scse-scrub");
      area.addEventListener("pointerdown", (event) => {
        area.setPointerCapture(event.pointerId);
        follow(event);
      });
      area.addEventListener("pointermove", (event) => {
        if (area.hasPointerCapture(event.pointerId)) follow(event);
      });
    }

    root.append(
      h("div", { class: "scse-controls" }, network.element, freeze.element, reset),
      h(
        "div",
        { class: "scse-split scse-contrast" },
        h(
          "div",
          { class: "scse-side" },
          panel(h("span", {}, "Contrast ", contrast.element), photo),
          panel(h("span", { class: "scse-dice" }, "Dice ", score.element), result),
        ),
        h(
          "div",
          { class: "scse-plots" },
          h("div", { class: "scse-title" }, h("span", {}, `${channels} channel gates `, h("b", { class: "scse-c", text: "c" }), ` of ${block}`)),
          gatePlot.element,
          h("div", { class: "scse-title", text: "Dice" }),
          dicePlot.element,
          h("div", { class: "scse-axislabel" }, slider.element, h("div", { class: "scse-ends" }, h("span", { text: ends[0] }), h("span", { text: "contrast" }), h("span", { text: ends[1] }))),
        ),
      ),
      list.element,
      h("p", {
        text: `Thin lines: the other two ways to set the gates.${manifest.credit ? ` Picture: ${manifest.credit}.` : ""}`,
      }),
    );

    let drawn = "";
    return function update() {
      const v = get("contrast");
      const n = get("network");
      const how = get("freeze");
      network.set(String(n));
      freeze.set(how);
      slider.set(v);
      contrast.set(values[v]);
      paintMap(photo, grey[v], 0, 255, "gray");
      const now = map(n, how, v);
      paint(result, now, { picture: grey[v], width });
      const value = scores[n][how][v];
      score.set(value);
      list.set(dice(now, arrays.label, classes.length));

      if (drawn !== `${n} ${how}`) {
        drawn = `${n} ${how}`;
        gateLines.forEach((element, k) =>
          element.setAttribute(
            "points",
            points(values.map((/** @type {number} */ _, /** @type {number} */ i) => gates(n, source(how, i))[k])),
          ),
        );
        for (const { name, element } of diceLines) {
          element.setAttribute("points", points(scores[n][name]));
          element.classList.toggle("scse-used", name === how);
        }
      }
      const x = (100 * v) / (steps - 1);
      for (const mark of [gateNow, diceNow]) {
        mark.setAttribute("x1", String(x));
        mark.setAttribute("x2", String(x));
      }
      dot.style.left = `${x}%`;
      dot.style.bottom = `${100 * value}%`;
      say(`Contrast ${fixed(values[v])}: Dice ${fixed(value)}`);
    };
  },
);
