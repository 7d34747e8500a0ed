/** SqueezeExcite: from the means of the channels to their gates, every number in its place. */

import { pictureChooser } from "../desk/chooser.js";
import { come, flight, player } from "../desk/player.js";
import { bar, button, bypass, readout } from "../controls/controls.js";
import { roving } from "../controls/roving.js";
import { fixed, h } from "../ground/dom.js";
import { excite } from "../ground/maths.js";
import { canvas, paintMap } from "../draw/paint.js";
import { wires } from "../draw/wires.js";
import { index, numbers, widget } from "../widget.js";
import * as WORDS from "../words/squeeze_excite.js";
import * as COMMON from "../words/common.js";

/** @typedef {{kind: "gate" | "hidden", index: number}} Subject what the sum below explains */

const SECONDS = [3.5, 3, 2, 3, 2.5, 3.5];
const STAGES = SECONDS.map((seconds, i) => ({ words: WORDS.stages[i], seconds }));

/**
 * A written-out sum: weight × value + … + bias.
 * @param {number[]} weights @param {ArrayLike<number>} values @param {number} bias
 */
function sum(weights, values, bias) {
  const parts = weights.map((w, i) =>
    h("span", { class: "scse-term" }, `${fixed(w, 3)} × ${fixed(values[i], 3)}`),
  );
  return [
    ...parts.flatMap((part) => [part, " + "]),
    h("span", { class: "scse-term", text: fixed(bias, 3) }),
  ];
}

/**
 * What scse/widgets/squeeze_excite.py describes.
 * @typedef {object} Manifest
 * @property {{title: string, credit: string}[]} samples @property {string} block
 * @property {number} channels @property {number} side of the thumbnails
 * @property {number[][]} z of each sample @property {[number, number]} range of z
 * @property {import("../ground/maths.js").Linear} fc1
 * @property {import("../ground/maths.js").Linear} fc2
 * @property {string[]} terms that it shows, see book/_ext/terms.py
 */
/** @typedef {{picture: number, z: number[]}} State z: empty for that of the picture */
/** @typedef {import("../widget.js").Context<Manifest, State>} Context */

const MOVED = 0.1; // a gate that changes by more counts as moved

/**
 * What puzzles can be about.
 * @param {number[]} z @param {number[]} ownZ of the picture
 * @param {ArrayLike<number>} gates @param {ArrayLike<number>} own
 */
export function quantities(z, ownZ, gates, own) {
  const change = Array.from(gates, (gate, k) => gate - own[k]);
  return {
    "means moved": z.filter((v, k) => Math.abs(v - ownZ[k]) > 1e-9).length,
    "gates up": change.filter((v) => v > MOVED).length,
    "gates down": change.filter((v) => v < -MOVED).length,
  };
}

export default widget(
  "excite",
  (/** @type {Manifest} */ { samples, channels, range }) => ({
    picture: index(samples.length),
    z: numbers(channels, range[0], range[1]),
  }),
  (/** @type {Context} */ { root, manifest, arrays, get, set, say, parts, measure, signal }) => {
    const { samples, channels, side, fc1, fc2, range } = manifest;
    const hiddenUnits = fc1.bias.length;
    /** @type {() => number[]} */
    const zNow = () => (get("z").length ? get("z") : manifest.z[get("picture")]);
    /** @type {Subject} */
    let subject = { kind: "gate", index: 0 };

    const pictures = pictureChooser({
      label: COMMON.image,
      titles: samples.map(({ title }) => title),
      onInput: (picture) => set({ picture, z: [] }),
    });
    const reset = button(COMMON.reset, "reset", () => set({ z: [] }));

    /** @param {Subject} next */
    function explain(next) {
      subject = next;
      draw();
      tell();
    }
    /**
     * A number that explains itself when it is pointed at or focused.
     * @param {Subject} what @param {...(Node | string)} children
     */
    function node(what, ...children) {
      const element = h(
        "button",
        {
          type: "button",
          class: `scse-node scse-${what.kind}`,
          "data-name": `${what.kind}-node-${what.index}`,
          "data-term": what.kind === "gate" ? "c" : "relu",
        },
        ...children,
      );
      for (const event of ["pointerenter", "focus", "click"]) {
        element.addEventListener(event, () => explain(what));
      }
      return element;
    }

    const inputs = Array.from({ length: channels }, (_, k) => {
      const thumb = canvas(side, side);
      thumb.setAttribute("data-term", "u_k");
      const value = readout(`z-${k}`, undefined, { "data-term": "z" });
      const slider = bar({
        label: WORDS.mean(k + 1),
        name: `z-bar-${k}`,
        kind: "plain",
        min: range[0],
        max: range[1],
        step: (range[1] - range[0]) / 20,
        onInput: (v) => set({ z: zNow().map((z, i) => (i === k ? v : z)) }),
      });
      slider.element.setAttribute("data-term", "z");
      const name = h("span", { class: "scse-index", "aria-hidden": true, text: String(k + 1) });
      return {
        thumb,
        value,
        slider,
        flying: flight(root, thumb, thumb, value.element),
        row: h("div", { class: "scse-row" }, name, thumb, slider.element, value.element),
      };
    });
    const hidden = Array.from({ length: hiddenUnits }, (_, j) => {
      const value = readout(`hidden-${j}`);
      return { value, row: node({ kind: "hidden", index: j }, value.element) };
    });
    const gates = Array.from({ length: channels }, (_, k) => {
      const logit = readout(`logit-${k}`, undefined, { "data-term": "logits" });
      const gate = readout(`gate-${k}`, (v) => fixed(v, 3));
      const fill = h("span", { class: "scse-level", "aria-hidden": true });
      const row = node(
        { kind: "gate", index: k },
        logit.element,
        h("span", { class: "scse-gauge" }, fill),
        gate.element,
      );
      const dimmed = canvas(side, side);
      dimmed.setAttribute("data-term", "out");
      return { logit, gate, fill, row, dimmed };
    });
    roving(hidden.map(({ row }) => row));
    roving(gates.map(({ row }) => row));
    const past = bypass();
    past.set(channels);
    const first = wires(channels, hiddenUnits);
    const second = wires(hiddenUnits, channels);
    const formula = h("div", { class: "scse-sum", "data-name": "sum" });
    const explained = readout("explained", (v) => fixed(v, 3));

    /** @param {string} name @param {...(Node | string)} head @returns {(...rows: Node[]) => HTMLElement} */
    const column =
      (name, ...head) =>
      (...rows) =>
        h(
          "div",
          { class: `scse-column scse-${name}` },
          h("div", { class: "scse-head" }, ...head),
          h("div", { class: "scse-rows" }, ...rows),
        );
    const c = () => h("b", { class: "scse-c", text: "c" });
    /** @param {string} name @param {string} text */
    const term = (name, text) => h("span", { "data-term": name, text });
    const watch = player({
      stages: STAGES,
      before: WORDS.start,
      draw: () => draw(),
      say,
      signal,
    });
    root.append(
      h("div", { class: "scse-controls" }, pictures.element, reset, past.start),
      h(
        "div",
        { class: "scse-network" },
        column(
          "inputs",
          term("u_k", WORDS.maps),
          " → ",
          term("z", WORDS.means),
        )(...inputs.map(({ row }) => row)),
        column("wiring", term("W2", "fc1"))(first.element),
        column("units", past.end, term("relu", "ReLU"))(...hidden.map(({ row }) => row)),
        column("wiring", term("W1", "fc2"))(second.element),
        column(
          "outputs",
          ...WORDS.gates({
            logits: term("logits", WORDS.logits),
            sigma: term("sigma", "σ"),
            c: c(),
          }),
        )(...gates.map(({ row }) => row)),
        column("dimmed", term("out", WORDS.dimmed))(...gates.map(({ dimmed }) => dimmed)),
      ),
      watch.element,
      formula,
      h("p", {
        text: WORDS.help,
      }),
    );
    root.style.setProperty("--rows", String(channels));
    first.element.setAttribute("data-term", "W2");
    second.element.setAttribute("data-term", "W1");
    /** The map of a channel of a picture. @param {number} picture @param {number} k */
    const mapOf = (picture, k) => {
      const start = (picture * channels + k) * side * side;
      return arrays.thumbnails.subarray(start, start + side * side);
    };

    /** The number that is explained. */
    function subjectNow() {
      const steps = excite(fc1, fc2, zNow());
      return (subject.kind === "gate" ? steps.gates : steps.hidden)[subject.index];
    }
    const tell = () =>
      say(WORDS.said[subject.kind]({ unit: subject.index + 1, value: fixed(subjectNow(), 3) }));
    const columns = (/** @type {string} */ name) =>
      /** @type {HTMLElement[]} */ ([...root.querySelectorAll(`.scse-column.scse-${name}`)]);
    parts({
      picture: [pictures.element],
      means: columns("inputs"),
      hidden: columns("units"),
      gates: columns("outputs"),
      dimmed: columns("dimmed"),
      play: [watch.element],
      sum: [formula],
    });

    let drawn = -1;
    function draw() {
      const picture = get("picture");
      const z = zNow();
      const steps = excite(fc1, fc2, z);
      const own = excite(fc1, fc2, manifest.z[picture]);
      const [squeezed, into, relu, outof, gated, scaled] = STAGES.map((_, i) => watch.part(i));
      pictures.set(picture);
      inputs.forEach(({ thumb, value, slider, flying }, k) => {
        if (picture !== drawn) paintMap(thumb, mapOf(picture, k), 0, 255, "feature");
        value.set(z[k]);
        slider.set(z[k]);
        slider.setHome(manifest.z[picture][k]);
        flying.set(squeezed);
        come(squeezed, value.element, slider.element);
      });
      first.reach(into);
      second.reach(outof);
      drawn = picture;
      hidden.forEach(({ value, row }, j) => {
        value.set(steps.hidden[j]);
        row.setAttribute(
          "aria-label",
          WORDS.hiddenUnit({ unit: j + 1, value: fixed(steps.hidden[j]) }),
        );
        row.classList.toggle("scse-silent", steps.hidden[j] === 0);
        come(relu, row);
      });
      gates.forEach(({ logit, gate, fill, row, dimmed }, k) => {
        logit.set(steps.logits[k]);
        gate.set(steps.gates[k]);
        row.setAttribute(
          "aria-label",
          WORDS.gate({ gate: k + 1, value: fixed(steps.gates[k], 3) }),
        );
        fill.style.width = `${100 * steps.gates[k] * gated}%`;
        row.style.setProperty("--home", `${100 * own.gates[k]}%`);
        come(outof, logit.element);
        come(gated, gate.element, /** @type {HTMLElement} */ (fill.parentElement));
        come(Math.min(1, 4 * scaled), dimmed);
        const dim = 1 + (steps.gates[k] - 1) * scaled;
        paintMap(dimmed, mapOf(picture, k), 0, 255 / dim, "feature");
      });

      const { kind, index: at } = subject;
      for (const [which, rows] of Object.entries({ hidden, gate: gates })) {
        rows.forEach(({ row }, i) =>
          row.classList.toggle("scse-shown", which === kind && i === at),
        );
      }
      first.set(fc1.weight, z, (j) => kind === "hidden" && j === at);
      second.set(fc2.weight, steps.hidden, (k) => kind === "gate" && k === at);
      explained.set(subjectNow());
      if (kind === "gate") {
        formula.replaceChildren(
          h(
            "div",
            {},
            WORDS.logitIs(at + 1),
            ...sum(fc2.weight[at], steps.hidden, fc2.bias[at]),
            ` = ${fixed(steps.logits[at], 3)}`,
          ),
          h(
            "div",
            {},
            ...WORDS.gateSum({
              unit: at + 1,
              logit: fixed(steps.logits[at], 3),
              power: h("sup", { text: fixed(-steps.logits[at], 3) }),
              value: h("b", { class: "scse-c" }, explained.element),
            }),
          ),
        );
      } else {
        formula.replaceChildren(
          h("div", {}, WORDS.hiddenIs(at + 1), ...sum(fc1.weight[at], z, fc1.bias[at]), " )"),
          h("div", {}, `= ReLU(${fixed(steps.before[at], 3)}) = `, h("b", {}, explained.element)),
        );
      }
      measure(quantities(z, manifest.z[picture], steps.gates, own.gates));
    }
    return function update() {
      watch.finish();
      draw();
      tell();
    };
  },
);
