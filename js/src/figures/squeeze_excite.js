/** SqueezeExcite: from the means of the channels to their gates, every number in its place. */

import { pictureChooser } from "../desk/chooser.js";
import { bar, button, readout } from "../controls/controls.js";
import { fixed, h, svg } from "../ground/dom.js";
import { excite } from "../ground/maths.js";
import { canvas, paintMap } from "../draw/paint.js";
import { index, numbers, widget } from "../widget.js";

/** @typedef {{kind: "gate" | "hidden", index: number}} Subject what the sum below explains */

/**
 * The lines of a fully connected layer, between two columns of evenly spaced rows.
 * @param {number} from @param {number} to rows on the left and on the right
 */
function wires(from, to) {
  const lines = Array.from({ length: to }, (_, j) =>
    Array.from({ length: from }, (_, i) =>
      svg("line", {
        x1: 0,
        x2: 100,
        y1: (100 * (i + 0.5)) / from,
        y2: (100 * (j + 0.5)) / to,
        "vector-effect": "non-scaling-stroke",
      }),
    ),
  );
  const element = svg(
    "svg",
    {
      class: "scse-wires",
      viewBox: "0 0 100 100",
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    },
    ...lines.flat(),
  );
  return {
    element,
    /**
     * Width by the size of what flows, dashes where it is negative.
     * @param {number[][]} weight @param {ArrayLike<number>} x
     * @param {(j: number, i: number) => boolean} lit
     */
    set(weight, x, lit) {
      const flows = weight.map((row) => row.map((w, i) => w * x[i]));
      const most = Math.max(1e-9, ...flows.flat().map(Math.abs));
      lines.forEach((row, j) =>
        row.forEach((line, i) => {
          const part = Math.abs(flows[j][i]) / most;
          line.setAttribute("stroke-width", (0.4 + 4 * part).toFixed(2));
          line.setAttribute("class", lit(j, i) ? "scse-lit" : "");
          if (flows[j][i] < 0) line.setAttribute("stroke-dasharray", "5 3");
          else line.removeAttribute("stroke-dasharray");
        }),
      );
    },
  };
}

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
 */
/** @typedef {{picture: number, z: number[]}} State z: empty for that of the picture */
/** @typedef {import("../widget.js").Context<Manifest, State>} Context */

export default widget(
  "excite",
  (/** @type {Manifest} */ { samples, channels, range }) => ({
    picture: index(samples.length),
    z: numbers(channels, range[0], range[1]),
  }),
  (/** @type {Context} */ { root, manifest, arrays, get, set, say }) => {
    const { samples, channels, side, fc1, fc2, range } = manifest;
    const hiddenUnits = fc1.bias.length;
    /** @type {() => number[]} */
    const zNow = () => (get("z").length ? get("z") : manifest.z[get("picture")]);
    /** @type {Subject} */
    let subject = { kind: "gate", index: 0 };

    const pictures = pictureChooser({
      label: "Picture",
      titles: samples.map(({ title }) => title),
      onInput: (picture) => set({ picture, z: [] }),
    });
    const reset = button("Reset", "reset", () => set({ z: [] }));

    /** @param {Subject} next */
    function explain(next) {
      subject = next;
      update();
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
      const value = readout(`z-${k}`);
      const slider = bar({
        label: `Mean of channel ${k + 1}`,
        name: `z-bar-${k}`,
        kind: "plain",
        min: range[0],
        max: range[1],
        step: (range[1] - range[0]) / 20,
        onInput: (v) => set({ z: zNow().map((z, i) => (i === k ? v : z)) }),
      });
      const name = h("span", { class: "scse-index", "aria-hidden": true, text: String(k + 1) });
      return {
        thumb,
        value,
        slider,
        row: h("div", { class: "scse-row" }, name, thumb, slider.element, value.element),
      };
    });
    const hidden = Array.from({ length: hiddenUnits }, (_, j) => {
      const value = readout(`hidden-${j}`);
      return { value, row: node({ kind: "hidden", index: j }, value.element) };
    });
    const gates = Array.from({ length: channels }, (_, k) => {
      const logit = readout(`logit-${k}`);
      const gate = readout(`gate-${k}`, (v) => fixed(v, 3));
      const fill = h("span", { class: "scse-level", "aria-hidden": true });
      const row = node(
        { kind: "gate", index: k },
        logit.element,
        h("span", { class: "scse-gauge" }, fill),
        gate.element,
      );
      return { logit, gate, fill, row };
    });
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
    root.append(
      h("div", { class: "scse-controls" }, pictures.element, reset),
      h(
        "div",
        { class: "scse-network" },
        column("inputs", "maps U → means z")(...inputs.map(({ row }) => row)),
        column("wiring", "fc1")(first.element),
        column("units", "ReLU")(...hidden.map(({ row }) => row)),
        column("wiring", "fc2")(second.element),
        column("outputs", "logits → σ → gates ", c())(...gates.map(({ row }) => row)),
      ),
      formula,
      h("p", {
        text: "Drag a mean; point at a hidden unit or a gate to see its sum. Thick lines carry much, dashed lines subtract. Each map is drawn from 0 to its own maximum.",
      }),
    );
    root.style.setProperty("--rows", String(channels));

    let drawn = -1;
    function update() {
      const picture = get("picture");
      const z = zNow();
      const steps = excite(fc1, fc2, z);
      const own = excite(fc1, fc2, manifest.z[picture]);
      pictures.set(picture);
      inputs.forEach(({ thumb, value, slider }, k) => {
        if (picture !== drawn) {
          const start = (picture * channels + k) * side * side;
          paintMap(
            thumb,
            arrays.thumbnails.subarray(start, start + side * side),
            0,
            255,
            "feature",
          );
        }
        value.set(z[k]);
        slider.set(z[k]);
        slider.setHome(manifest.z[picture][k]);
      });
      drawn = picture;
      hidden.forEach(({ value, row }, j) => {
        value.set(steps.hidden[j]);
        row.setAttribute("aria-label", `Hidden unit ${j + 1}: ${fixed(steps.hidden[j])}`);
        row.classList.toggle("scse-silent", steps.hidden[j] === 0);
      });
      gates.forEach(({ logit, gate, fill, row }, k) => {
        logit.set(steps.logits[k]);
        gate.set(steps.gates[k]);
        row.setAttribute("aria-label", `Gate ${k + 1}: ${fixed(steps.gates[k], 3)}`);
        fill.style.width = `${100 * steps.gates[k]}%`;
        row.style.setProperty("--home", `${100 * own.gates[k]}%`);
      });

      const { kind, index: at } = subject;
      for (const [which, rows] of Object.entries({ hidden, gate: gates })) {
        rows.forEach(({ row }, i) =>
          row.classList.toggle("scse-shown", which === kind && i === at),
        );
      }
      first.set(fc1.weight, z, (j) => kind === "hidden" && j === at);
      second.set(fc2.weight, steps.hidden, (k) => kind === "gate" && k === at);
      const value = kind === "gate" ? steps.gates[at] : steps.hidden[at];
      explained.set(value);
      if (kind === "gate") {
        formula.replaceChildren(
          h(
            "div",
            {},
            `logit ${at + 1} = `,
            ...sum(fc2.weight[at], steps.hidden, fc2.bias[at]),
            ` = ${fixed(steps.logits[at], 3)}`,
          ),
          h(
            "div",
            {},
            `gate ${at + 1} = σ(${fixed(steps.logits[at], 3)}) = 1 / (1 + e`,
            h("sup", { text: fixed(-steps.logits[at], 3) }),
            ") = ",
            h("b", { class: "scse-c" }, explained.element),
          ),
        );
      } else {
        formula.replaceChildren(
          h("div", {}, `hidden ${at + 1} = ReLU( `, ...sum(fc1.weight[at], z, fc1.bias[at]), " )"),
          h("div", {}, `= ReLU(${fixed(steps.before[at], 3)}) = `, h("b", {}, explained.element)),
        );
      }
      say(`${kind} ${at + 1} is ${fixed(value, 3)}`);
    }
    return update;
  },
);
