/** ContrastSlider: the Dice and the gates of a block while the contrast of a slice is turned. */

import { bar, button, choice, readout } from "../controls/controls.js";
import { fixed, h, svg } from "../ground/dom.js";
import { classList } from "../desk/figure.js";
import { dice, meanDice, weightedSum } from "../ground/maths.js";
import { canvas, classPainter, paintMap } from "../draw/paint.js";
import { line, plot, points, polyline, readable } from "../draw/plot.js";
import { index, oneOf, widget } from "../widget.js";
import * as WORDS from "../words/contrast_slider.js";
import * as COMMON from "../words/common.js";

const FINE = 4; // canvas pixels across a position of the segmentation
/** @type {Gates[]} */
const GATES = ["own", "first", "last"];
const MOVED = 0.2; // a gate that changes by more than this counts as one that opens or closes

/** A piece of a curve as it is drawn, for the button that chooses it. @param {string} name */
const sampleOf = (name) =>
  svg(
    "svg",
    { class: "scse-sample", viewBox: "0 0 24 6", "aria-hidden": "true" },
    svg("line", { x1: 0, x2: 24, y1: 3, y2: 3, class: `scse-diceline scse-dice-${name}` }),
  );

/**
 * What scse/widgets/contrast_slider.py describes.
 * @typedef {object} Manifest
 * @property {string[]} networks @property {Record<string, string>} titles what each is called
 * @property {number[]} values the contrasts
 * @property {[string, string]} ends what the first and the last contrast are called
 * @property {import("../desk/figure.js").Class[]} classes @property {string} block
 * @property {[number, number]} shape height and width @property {number} channels
 * @property {number[][]} orders of each network's channels
 * @property {number[][]} weights of each picture's sum of maps
 */
/** @typedef {"own" | "first" | "last"} Gates */
/** @typedef {{network: string, contrast: number, gates: Gates}} State */
/** @typedef {import("../widget.js").Context<Manifest, State>} Context */

export default widget(
  "turn",
  (/** @type {Manifest} */ { networks, values }) => ({
    network: oneOf(networks),
    contrast: index(values.length),
    gates: oneOf(GATES),
  }),
  (/** @type {Context} */ { root, manifest, arrays, get, set, say, parts, measure }) => {
    const { networks, titles, values, ends, classes, channels, block, orders, weights } = manifest;
    const [height, width] = manifest.shape;
    const size = height * width;
    const steps = values.length;
    const paint = classPainter(classes.map((k) => k.colour));
    const pictures = weights.map((w) => weightedSum(w, arrays.basis));

    // maps[network][gates][contrast]; those of frozen gates are stored as a difference to own
    const maps = networks.map((_, n) => {
      const own = values.map((_, v) => {
        const start = (n * steps + v) * size;
        return arrays.own.subarray(start, start + size);
      });
      const frozen = [0, 1].map((g) =>
        own.map((map, v) => {
          const start = ((n * 2 + g) * steps + v) * size;
          return map.map((code, p) => code ^ arrays.frozen[start + p]);
        }),
      );
      return { own, first: frozen[0], last: frozen[1] };
    });
    const curves = maps.map((of) =>
      Object.fromEntries(
        GATES.map((g) => [g, of[g].map((map) => meanDice(map, arrays.label, classes.length))]),
      ),
    );
    const networkNow = () => Math.max(0, networks.indexOf(get("network")));
    /** A gate as it is used at contrast v. @param {number} k @param {number} v */
    const gateAt = (k, v) => {
      const from = { own: v, first: 0, last: steps - 1 }[get("gates")];
      return arrays.gates[(networkNow() * steps + from) * channels + k];
    };
    /** @param {number} k */
    const ownChange = (k) => {
      const start = networkNow() * steps * channels + k;
      return arrays.gates[start + (steps - 1) * channels] - arrays.gates[start];
    };

    // Choices
    const network = choice({
      label: COMMON.network,
      name: "network",
      options: networks.map((name) => ({ value: name, label: titles[name] })),
      onInput: (value) => set({ network: value }),
    });
    network.element.hidden = networks.length < 2;
    const scores = Object.fromEntries(GATES.map((g) => [g, readout(`dice-${g}`)]));
    const names = {
      own: WORDS.gates.own,
      first: WORDS.gates.first(ends[0]),
      last: WORDS.gates.last(ends[1]),
    };
    const freeze = choice({
      label: WORDS.gatesOf(block),
      name: "gates",
      options: Object.entries(names).map(([value, label]) => ({
        value,
        label: h(
          "span",
          { class: "scse-curvename" },
          sampleOf(value),
          label,
          scores[value].element,
        ),
      })),
      onInput: (value) => set({ gates: /** @type {Gates} */ (value) }),
    });
    const reset = button(COMMON.reset, "reset", () =>
      set({ network: networks[0], contrast: 0, gates: "own" }),
    );
    const contrast = readout("contrast");
    const slider = bar({
      label: WORDS.contrastBar({ first: ends[0], last: ends[1] }),
      name: "contrast-bar",
      kind: "plain",
      max: steps - 1,
      step: 1,
      snap: true,
      format: (v) => WORDS.contrastAt(fixed(values[v])),
      onInput: (v) => set({ contrast: v }),
    });

    // Pictures
    const photo = canvas(height, width, WORDS.photo);
    const result = canvas(height * FINE, width * FINE, WORDS.result);
    const score = readout("dice");
    const list = classList(classes);

    // Curves
    const dicePlot = plot(COMMON.dice, WORDS.curves);
    const diceLines = GATES.map((g) => polyline(`scse-diceline scse-dice-${g}`));
    const diceNow = line(0, 0, 0, 100, "scse-here");
    const dot = h("span", { class: "scse-dicedot" });
    dicePlot.drawing.append(diceNow, ...diceLines);
    dicePlot.area.append(dot);
    const gatePlot = plot(WORDS.gateAxis);
    gatePlot.element.classList.add("scse-gateplot");
    const gateLines = Array.from({ length: channels }, () => polyline("scse-gateline"));
    const groups = ["falls", "rises"].map((name) => {
      const element = polyline(`scse-groupline scse-${name}`);
      const label = h("span", { class: "scse-grouplabel", "aria-hidden": true });
      return { name, element, label };
    });
    const gateNow = line(0, 0, 0, 100, "scse-here");
    const picked = polyline("scse-gateline scse-lit");
    gatePlot.drawing.append(...gateLines, ...groups.map((g) => g.element), gateNow, picked);
    gatePlot.area.append(...groups.map((g) => g.label));

    /** @param {number} k */
    const course = (k) => values.map((_, v) => gateAt(k, v));
    const value = readout("gate", (v) => fixed(v, 3));
    const note = h("p", { class: "scse-hint" });
    let reading = false;
    /** @param {number} j */
    const channelAt = (j) => orders[networkNow()][j];
    /** @param {number} j */
    function read(j) {
      reading = true;
      const k = channelAt(j);
      picked.setAttribute("points", points(course(k)));
      value.set(gateAt(k, get("contrast")));
      note.replaceChildren(
        ...WORDS.read({
          channel: k + 1,
          gate: h("b", { class: "scse-c" }, value.element),
          first: fixed(gateAt(k, 0), 3),
          firstEnd: ends[0],
          last: fixed(gateAt(k, steps - 1), 3),
          lastEnd: ends[1],
        }),
      );
    }
    const reader = readable(gatePlot.area, {
      label: WORDS.pointable({ channels, block }),
      name: "point-gates",
      count: channels,
      locate(x, y) {
        const v = Math.max(0, Math.min(steps - 1, Math.round(x * (steps - 1))));
        const off = Array.from({ length: channels }, (_, j) =>
          Math.abs(gateAt(channelAt(j), v) - (1 - y)),
        );
        return off.indexOf(Math.min(...off));
      },
      describe: (j) =>
        WORDS.channel({
          channel: channelAt(j) + 1,
          gate: fixed(gateAt(channelAt(j), get("contrast")), 3),
        }),
      onMove: read,
      onLeave() {
        reading = false;
        update();
      },
    });
    // A plot follows a pressed pointer: the whole of it is the slider.
    for (const { area } of [dicePlot, gatePlot]) {
      /** @param {PointerEvent} event */
      const follow = (event) => {
        const box = area.getBoundingClientRect();
        const v = Math.round(((event.clientX - box.left) / box.width) * (steps - 1));
        set({ contrast: Math.max(0, Math.min(steps - 1, v)) });
      };
      area.classList.add("scse-scrub");
      area.addEventListener("pointerdown", (event) => {
        if (event.button !== 0) return;
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
        { class: "scse-turning" },
        h(
          "div",
          { class: "scse-views" },
          h(
            "div",
            { class: "scse-view" },
            h("div", { class: "scse-title" }, ...WORDS.contrastOf(contrast.element)),
            photo,
          ),
          h(
            "div",
            { class: "scse-view" },
            h("div", { class: "scse-title scse-bigdice" }, ...WORDS.diceOf(score.element)),
            result,
          ),
        ),
        h(
          "div",
          { class: "scse-plots" },
          h(
            "div",
            { class: "scse-abscissa" },
            h("span", { text: ends[0] }),
            h("span", { text: WORDS.abscissa }),
            h("span", { text: ends[1] }),
            slider.element,
          ),
          dicePlot.element,
          h(
            "div",
            { class: "scse-title" },
            h(
              "span",
              {},
              ...WORDS.gatesC({ channels, c: h("b", { class: "scse-c", text: "c" }), block }),
            ),
          ),
          gatePlot.element,
          note,
        ),
      ),
      list.element,
    );

    parts({
      network: [network.element],
      frozen: [freeze.element],
      answers: [root.querySelector(".scse-views")],
      scores: [root.querySelector(".scse-bigdice"), list.element],
      curves: [root.querySelector(".scse-plots")],
    });

    /** What is drawn for a network and its gates, at any contrast. */
    function drawCurves() {
      GATES.forEach((g, i) => {
        diceLines[i].setAttribute("points", points(curves[networkNow()][g]));
        diceLines[i].classList.toggle("scse-used", g === get("gates"));
      });
      dicePlot.drawing.append(diceLines[GATES.indexOf(get("gates"))]); // on top
      const courses = gateLines.map((_, k) => course(k));
      gateLines.forEach((element, k) => {
        element.setAttribute("points", points(courses[k]));
        element.classList.toggle("scse-falls", ownChange(k) < -MOVED);
        element.classList.toggle("scse-rises", ownChange(k) > MOVED);
      });
      for (const { name, element, label } of groups) {
        const sign = name === "rises" ? 1 : -1;
        const of = courses.filter((_, k) => sign * ownChange(k) > MOVED);
        const mean = values.map((_, v) => of.reduce((sum, c) => sum + c[v], 0) / of.length);
        element.setAttribute("points", of.length ? points(mean) : "");
        label.hidden = of.length === 0 || get("gates") !== "own"; // frozen gates do neither
        label.textContent = sign < 0 ? WORDS.closing(of.length) : WORDS.opening(of.length);
        label.style.bottom = `${100 * mean[steps - 1]}%`;
      }
    }
    function summary() {
      const changes = Array.from({ length: channels }, (_, k) => ownChange(k));
      const closing = changes.filter((c) => c < -MOVED).length;
      const opening = changes.filter((c) => c > MOVED).length;
      if (get("gates") === "own" && closing + opening === 0) {
        return WORDS.unmoved({ first: ends[0], last: ends[1], moved: fixed(MOVED, 1) });
      }
      return get("gates") === "own"
        ? WORDS.changes({ first: ends[0], last: ends[1], closing, opening, moved: fixed(MOVED, 1) })
        : WORDS.frozen(names[/** @type {"own"} */ (get("gates"))]);
    }

    let drawn = "";
    function update() {
      const v = get("contrast");
      const n = networkNow();
      const how = get("gates");
      const now = maps[n][how][v];
      network.set(networks[n]);
      freeze.set(how);
      slider.set(v);
      contrast.set(values[v]);
      for (const g of GATES) scores[g].set(curves[n][g][v]);
      paintMap(photo, pictures[v], 0, 255, "gray");
      paint(result, now, { picture: pictures[v], width });
      score.set(curves[n][how][v]);
      list.set(dice(now, arrays.label, classes.length));
      if (drawn !== `${n} ${how}`) {
        drawn = `${n} ${how}`;
        drawCurves();
      }
      const x = (100 * v) / (steps - 1);
      for (const mark of [diceNow, gateNow]) {
        mark.setAttribute("x1", String(x));
        mark.setAttribute("x2", String(x));
      }
      dot.style.left = `${x}%`;
      dot.style.bottom = `${100 * curves[n][how][v]}%`;
      measure({ contrast: values[v], Dice: curves[n][how][v] });
      reader.refresh();
      if (reading) read(reader.at());
      else {
        picked.setAttribute("points", "");
        note.textContent = summary();
      }
      say(
        WORDS.said({
          contrast: fixed(values[v]),
          gates: names[/** @type {"own"} */ (how)],
          dice: fixed(curves[n][how][v]),
        }),
      );
    }
    return update;
  },
);
