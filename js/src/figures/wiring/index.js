/** Wiring: the two layers with all their units, and what a sigmoid or a softmax makes of them. */

import { bar, button, choice, readout } from "../../controls/controls.js";
import { pictureChooser } from "../../desk/chooser.js";
import { classList, panel, scoreboard } from "../../desk/figure.js";
import { canvas, classPainter, paintMap } from "../../draw/paint.js";
import { line, plot, points, polyline, readable } from "../../draw/plot.js";
import { wires } from "../../draw/wires.js";
import { fixed, h } from "../../ground/dom.js";
import { dice, differences, meanDice } from "../../ground/maths.js";
import { layerOf } from "../../ground/unpack.js";
import { index, oneOf, widget } from "../../widget.js";
import { habit, KINDS, quantities, slope, sum, wired } from "./model.js";
import * as WORDS from "../../words/wiring.js";
import * as COMMON from "../../words/common.js";
import * as CHECKS from "../../words/checks.js";

const FINE = 4; // canvas pixels across a position of the segmentation
const LEAST = 0.1; // of what the widest line carries

/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {{picture: number, gates: import("./model.js").Kind, temperature: number}} State */
/** @typedef {import("../../widget.js").Context<Manifest, State>} Context */
/** @typedef {{kind: "mean" | "unit" | "gate", at: number} | undefined} Subject what is pointed at */

export default widget(
  "wired",
  (/** @type {Manifest} */ { samples, temperatures }) => ({
    picture: index(samples.length),
    gates: oneOf(KINDS),
    temperature: (value) =>
      temperatures.includes(/** @type {number} */ (value))
        ? undefined
        : CHECKS.oneOf(temperatures.join(", ")),
  }),
  (/** @type {Context} */ { root, manifest, arrays, get, set, say, parts, measure }) => {
    const { samples, block, classes, temperatures, on, over } = manifest;
    const [height, width] = manifest.size;
    const size = height * width;
    const [fc1, fc2] = [layerOf(arrays, "fc1"), layerOf(arrays, "fc2")];
    const channels = fc2.bias.length;
    const units = fc1.bias.length;
    const states = KINDS.length * temperatures.length;
    /** @param {ArrayLike<number> & {subarray: Function}} array @param {number} i @param {number} n */
    const part = (array, i, n) => array.subarray(i * n, (i + 1) * n);
    /** @param {number} picture @param {State["gates"]} kind @param {number} temperature */
    const segmentation = (picture, kind, temperature) => {
      const at = KINDS.indexOf(kind) * temperatures.length + temperatures.indexOf(temperature);
      return part(arrays.segmentations, picture * states + at, size);
    };

    // Units by how often they are on; their order says nothing else.
    const order = [...Array(units).keys()].sort((a, b) => on[b] - on[a] || a - b);
    const into = order.map((j) => fc1.weight[j]);
    const outof = fc2.weight.map((row) => order.map((j) => row[j]));
    const reach = Math.ceil(
      Math.max(
        6,
        ...samples.flatMap((_, i) =>
          Array.from(wired(fc1, fc2, part(arrays.z, i, channels), "sigmoid", 1).logits, Math.abs),
        ),
      ),
    );
    const most = Math.max(...arrays.z.map(Math.abs));

    // Choices
    const pictures = pictureChooser({
      label: COMMON.image,
      titles: samples.map(({ title }) => title),
      onInput: (picture) => set({ picture }),
    });
    const kinds = choice({
      label: WORDS.gatesBy,
      name: "gates",
      options: KINDS.map((value) => ({ value, label: WORDS.names[value] })),
      onInput: (value) => set({ gates: /** @type {State["gates"]} */ (value) }),
    });
    const reset = button(COMMON.reset, "reset", () =>
      set({ picture: 0, gates: "sigmoid", temperature: 1 }),
    );
    const degree = readout("temperature", (v) => String(v));
    const slider = bar({
      label: WORDS.temperature,
      name: "temperature-bar",
      kind: "plain",
      max: temperatures.length - 1,
      step: 1,
      snap: true,
      format: (v) => WORDS.temperatureAt(temperatures[v]),
      onInput: (v) => set({ temperature: temperatures[v] }),
    });
    slider.setHome(temperatures.indexOf(1));
    const heat = h(
      "div",
      { class: "scse-heat" },
      h("span", {}, ...WORDS.temperatureIs(degree.element)),
      slider.element,
    );

    // The graph
    /** @type {Subject} */
    let subject;
    /** @param {string} kind @param {number} n @param {(i: number) => HTMLElement} make */
    const rows = (kind, n, make) => {
      const elements = Array.from({ length: n }, (_, i) => make(i));
      return {
        elements,
        element: h("div", { class: `scse-stackrow scse-of-${kind}` }, ...elements),
      };
    };
    const level = () => h("span", { class: "scse-level" });
    const means = rows("means", channels, () => h("span", { class: "scse-line" }, level()));
    const hidden = rows("units", units, (i) => {
      const of = habit(on[order[i]], over);
      const first = i === 0 || habit(on[order[i - 1]], over) !== of;
      const alike = on.filter((count) => habit(count, over) === of).length;
      return h(
        "span",
        { class: `scse-unit scse-${of}` },
        h("i"),
        first ? h("span", { class: "scse-group" }, `${alike} ${WORDS.habits[of]}`) : "",
      );
    });
    const gates = rows("gates", channels, () => h("span", { class: "scse-line" }, level()));
    means.element.setAttribute("data-term", "z");
    hidden.element.setAttribute("data-term", "relu");
    gates.element.setAttribute("data-term", "c");
    const first = wires(channels, units, LEAST);
    const second = wires(units, channels, LEAST);
    first.element.setAttribute("data-term", "W2");
    second.element.setAttribute("data-term", "W1");
    const note = h("p", { class: "scse-hint", "data-name": "note" });

    /** @param {Subject} next */
    function point(next) {
      subject = next;
      draw();
    }
    /**
     * One column of the graph as a place to read a number off.
     * @param {"mean" | "unit" | "gate"} kind @param {HTMLElement} element @param {number} n
     * @param {string} label
     */
    const column = (kind, element, n, label) =>
      readable(element, {
        label,
        name: `point-${kind}`,
        count: n,
        down: true,
        locate: (_, y) => Math.floor(y * n),
        describe: (at) => describe({ kind, at }),
        onMove: (at) => point({ kind, at }),
        onLeave: () => point(undefined),
      });

    // Numbers
    const active = readout("units-on", (v) => String(v));
    const above = readout("above", (v) => String(v));
    const total = readout("total", (v) => fixed(v, 1));
    const largest = readout("largest");
    const steep = readout("slope", (v) => fixed(v, 3));

    // From logit to gate
    const graph = plot(WORDS.gateAxis, WORDS.curve);
    const curve = polyline("scse-law");
    const tangent = line(0, 0, 100, 100, "scse-tangent");
    const dots = Array.from({ length: channels }, () => h("span", { class: "scse-gatedot" }));
    graph.drawing.append(line(50, 0, 50, 100, "scse-axis"), tangent, curve);
    graph.area.append(...dots);
    graph.area.setAttribute("data-term", "sigma");

    // What the network says
    const photo = canvas(height, width, COMMON.inputImage);
    const result = canvas(height * FINE, width * FINE, WORDS.result);
    const paint = classPainter(classes.map((k) => k.colour));
    const score = scoreboard();
    const list = classList(classes);
    const credit = h("span", { class: "scse-credit" });

    const c = () => h("b", { class: "scse-c", text: "c" });
    /** @param {string} name @param {string} text */
    const term = (name, text) => h("span", { "data-term": name, text });
    const head = (/** @type {(Node | string)[]} */ ...words) =>
      h("div", { class: "scse-head" }, ...words);
    const answer = h(
      "div",
      { class: "scse-answer" },
      panel(COMMON.image, photo, credit),
      panel(WORDS.now, result, h("span", { text: WORDS.truth })),
      h("div", { class: "scse-scores" }, score.element, list.element),
    );
    const lower = h(
      "div",
      { class: "scse-lower" },
      h(
        "div",
        { class: "scse-curving" },
        head(
          ...WORDS.fromLogit({
            logit: term("logits", WORDS.logit),
            sigma: term("sigma", "σ"),
            c: c(),
          }),
        ),
        graph.element,
        h(
          "div",
          { class: "scse-xaxis", "aria-hidden": true },
          ...[-reach, 0, reach].map((v) => h("span", { text: fixed(v, 0) })),
        ),
        h(
          "div",
          { class: "scse-facts" },
          h("span", {}, ...WORDS.above({ above: above.element, channels })),
          h("span", {}, ...WORDS.sum(total.element)),
          h("span", {}, ...WORDS.largest(largest.element)),
          h("span", {}, ...WORDS.slope(steep.element)),
        ),
      ),
      answer,
    );
    root.append(
      h("div", { class: "scse-controls" }, pictures.element, kinds.element, heat, reset),
      h(
        "div",
        { class: "scse-graph" },
        head(term("z", WORDS.means)),
        head(term("W2", "fc1")),
        head(...WORDS.hiddenOn({ hidden: term("relu", WORDS.hidden), active: active.element })),
        head(term("W1", "fc2")),
        head(...WORDS.gatesC(c())),
        means.element,
        first.element,
        hidden.element,
        second.element,
        gates.element,
      ),
      note,
      lower,
      h("p", {
        text: WORDS.help({ block, channels, units, over }),
      }),
    );
    root.style.setProperty("--rows", String(Math.max(channels, units)));
    root.classList.toggle("scse-few", channels <= 16);

    const at = (/** @type {string} */ name) =>
      /** @type {HTMLElement | null} */ (root.querySelector(name));
    parts({
      picture: [pictures.element],
      kind: [kinds.element],
      temperature: [heat],
      means: [means.element],
      units: [hidden.element],
      gates: [gates.element],
      curve: [at(".scse-curving")],
      answer: [answer],
    });

    const now = () =>
      wired(fc1, fc2, part(arrays.z, get("picture"), channels), get("gates"), get("temperature"));
    /** What is pointed at, in words. @param {NonNullable<Subject>} what */
    function describe({ kind, at: row }) {
      const seen = now();
      if (kind === "mean") {
        const z = part(arrays.z, get("picture"), channels)[row];
        return WORDS.meanIs({ mean: row + 1, value: fixed(z, 3) });
      }
      if (kind === "unit") {
        const j = order[row];
        const [before, after] = [fixed(seen.before[j]), fixed(seen.hidden[j])];
        return WORDS.unitIs({ unit: j + 1, before, after, on: on[j], over });
      }
      const logit = seen.logits[row];
      const gate = { row: row + 1, logit: fixed(logit), gate: fixed(seen.gates[row], 3) };
      return get("gates") === "sigmoid"
        ? WORDS.gateIs({ ...gate, slope: fixed(slope(logit, get("temperature")), 3) })
        : WORDS.gateOther({ ...gate, own: fixed(seen.own[row], 3) });
    }
    const readers = [
      column("mean", means.element, channels, WORDS.theMeans(channels)),
      column("unit", hidden.element, units, WORDS.theUnits(units)),
      column("gate", gates.element, channels, WORDS.theGates(channels)),
    ];

    function draw() {
      const seen = now();
      const z = part(arrays.z, get("picture"), channels);
      const temperature = get("temperature");
      const lit = (/** @type {string} */ kind, /** @type {number} */ row) =>
        subject?.kind === kind && subject.at === row;
      means.elements.forEach((element, k) => {
        const bar_ = /** @type {HTMLElement} */ (element.firstElementChild);
        bar_.style.width = `${(100 * Math.abs(z[k])) / most}%`;
        element.classList.toggle("scse-shown", lit("mean", k));
      });
      const strongest = Math.max(1e-9, ...seen.hidden);
      hidden.elements.forEach((element, i) => {
        const value = seen.hidden[order[i]];
        element.classList.toggle("scse-on", value > 0);
        element.classList.toggle("scse-shown", lit("unit", i));
        element.style.setProperty("--size", String(0.45 + 0.55 * Math.sqrt(value / strongest)));
      });
      const top = Math.max(1, ...seen.gates); // of the curve; a bar is full at 1
      graph.scale(top);
      gates.elements.forEach((element, k) => {
        const bar_ = /** @type {HTMLElement} */ (element.firstElementChild);
        bar_.style.width = `${100 * Math.min(1, seen.gates[k])}%`;
        element.style.setProperty("--home", `${100 * seen.own[k]}%`);
        element.classList.toggle("scse-over", seen.gates[k] > 1);
        element.classList.toggle("scse-shown", lit("gate", k));
        const dot = dots[k];
        dot.style.left = `${50 + (50 * seen.logits[k]) / reach}%`;
        dot.style.bottom = `${(100 * seen.gates[k]) / top}%`;
        dot.classList.toggle("scse-shown", lit("gate", k));
      });
      // An unlit unit that is off carries nothing: only what feeds those that are on is drawn.
      const fed = into.map((row, i) =>
        seen.hidden[order[i]] > 0 || lit("unit", i) ? row : row.map(() => 0),
      );
      first.set(fed, z, (i, k) => lit("unit", i) || lit("mean", k));
      second.set(
        outof,
        order.map((j) => seen.hidden[j]),
        (k, i) => lit("gate", k) || lit("unit", i),
      );
      curve.setAttribute(
        "points",
        points(
          Array.from({ length: 121 }, (_, i) =>
            Math.min(1, seen.curve(((i - 60) / 60) * reach) / top),
          ),
        ),
      );
      // The tangent at 0, of slope 1 / 4T, between gates 0 and 1.
      const plain = get("gates") === "sigmoid";
      tangent.toggleAttribute("hidden", !plain);
      const side = Math.min(50, (50 * 2 * temperature) / reach);
      const rise = (side / 50) * (reach / (4 * temperature)) * 100;
      for (const [name, value] of Object.entries({
        x1: 50 - side,
        x2: 50 + side,
        y1: 50 + rise,
        y2: 50 - rise,
      })) {
        tangent.setAttribute(name, String(value));
      }
      note.textContent = subject ? describe(subject) : WORDS.point;
      return seen;
    }

    return function update() {
      const [picture, kind, temperature] = [get("picture"), get("gates"), get("temperature")];
      pictures.set(picture);
      kinds.set(kind);
      slider.set(temperatures.indexOf(temperature));
      degree.set(temperature);
      const seen = draw();
      const label = part(arrays.labels, picture, size);
      const image = part(arrays.images, picture, size);
      const map = segmentation(picture, kind, temperature);
      const own = segmentation(picture, "sigmoid", 1);
      const found = meanDice(map, label, classes.length);
      paintMap(photo, image, 0, 255, "gray");
      paint(result, map, { picture: image, width, before: own, outline: label });
      credit.textContent = samples[picture].credit ?? "";
      score.set(found, meanDice(own, label, classes.length), differences(map, own), size);
      list.set(dice(map, label, classes.length));
      const numbers = quantities(seen, found, temperature);
      active.set(numbers["hidden units on"]);
      above.set(numbers["gates above ½"]);
      total.set(numbers["sum of the gates"]);
      largest.set(numbers["largest gate"]);
      steep.set(
        kind === "sigmoid"
          ? sum(Array.from(seen.logits, (t) => slope(t, temperature))) / channels
          : Number.NaN,
      );
      for (const reader of readers) reader.refresh();
      measure(numbers);
      say(
        WORDS.said({
          gates: WORDS.names[kind],
          temperature,
          on: numbers["hidden units on"],
          units,
          above: numbers["gates above ½"],
          channels,
          dice: fixed(found),
        }),
      );
    };
  },
);
