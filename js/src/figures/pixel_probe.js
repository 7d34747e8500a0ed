/** PixelProbe: what the spatial branch computes at one pixel. */

import { pictureChooser } from "../desk/chooser.js";
import { readout } from "../controls/controls.js";
import { marker, pointable, stack } from "../draw/cursor.js";
import { fixed, h, svg } from "../ground/dom.js";
import { colourBar, panel } from "../desk/figure.js";
import { project, sigmoid } from "../ground/maths.js";
import { canvas, paintMap, range } from "../draw/paint.js";
import { index, widget } from "../widget.js";
import * as WORDS from "../words/pixel_probe.js";
import * as COMMON from "../words/common.js";

/** The sigmoid as a small drawing, with a dot on it. */
function curve() {
  const reach = 6;
  const [width, height] = [120, 64];
  /** @param {number} q */
  const x = (q) => ((Math.max(-reach, Math.min(reach, q)) + reach) / (2 * reach)) * width;
  /** @param {number} s */
  const y = (s) => height - 4 - s * (height - 8);
  const path = Array.from({ length: 61 }, (_, i) => {
    const q = (i / 60) * 2 * reach - reach;
    return `${x(q).toFixed(1)},${y(sigmoid(q)).toFixed(1)}`;
  });
  const drop = svg("line", { class: "scse-drop", y2: height });
  const dot = svg("circle", { class: "scse-dot", r: 5 });
  const element = svg(
    "svg",
    { class: "scse-curve", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    svg("line", { class: "scse-axis", x1: 0, x2: width, y1: y(0), y2: y(0) }),
    svg("line", { class: "scse-axis", x1: x(0), x2: x(0), y1: 0, y2: height }),
    svg("polyline", { points: path.join(" ") }),
    drop,
    dot,
  );
  return {
    element,
    /** @param {number} q */
    set(q) {
      dot.setAttribute("cx", String(x(q)));
      dot.setAttribute("cy", String(y(sigmoid(q))));
      drop.setAttribute("x1", String(x(q)));
      drop.setAttribute("x2", String(x(q)));
      drop.setAttribute("y1", String(y(sigmoid(q))));
    },
  };
}

/**
 * A bar from zero, to the right for positive numbers; zero is in the middle unless `positive`.
 * @param {boolean} [positive]
 */
function balance(positive = false) {
  const fill = h("span");
  const kind = positive ? "scse-balance scse-positive" : "scse-balance";
  return {
    element: h("span", { class: kind, "aria-hidden": true }, fill),
    /** @param {number} part of the scale; beyond ±1 it is cut */
    set(part) {
      part = Math.max(-1, Math.min(1, part));
      if (positive) {
        fill.style.width = `${100 * part}%`;
        return;
      }
      fill.style.left = `${50 + 50 * Math.min(0, part)}%`;
      fill.style.width = `${50 * Math.abs(part)}%`;
      fill.classList.toggle("scse-minus", part < 0);
    },
  };
}

/** @param {number} height @param {number} width @returns {import("../widget.js").Check} */
const position = (height, width) => (value) =>
  Array.isArray(value) &&
  (value.length === 0 ||
    (value.length === 2 &&
      value.every((v, i) => Number.isInteger(v) && v >= 0 && v < [height, width][i])))
    ? undefined
    : WORDS.position({ height, width });

/**
 * What a position of the map covers of the picture: from where, up to where.
 * @param {number} at @param {number} places of the map @param {number} full pixels of the picture
 */
const covered = (at, places, full) => [
  Math.floor((at * full) / places),
  Math.ceil(((at + 1) * full) / places),
];

/**
 * Mean brightness of the picture where a pixel of the map lies, from 0 to 1.
 * @param {ArrayLike<number>} picture from 0 to 255 @param {[number, number]} full its size
 * @param {[number, number]} size of the map @param {[number, number]} pixel row and column
 */
export function brightness(picture, full, size, pixel) {
  const [rows, columns] = [0, 1].map((i) => covered(pixel[i], size[i], full[i]));
  let [sum, count] = [0, 0];
  for (let y = rows[0]; y < rows[1]; y++)
    for (let x = columns[0]; x < columns[1]; x++, count++) sum += picture[y * full[1] + x];
  return sum / count / 255;
}

/**
 * What scse/widgets/pixel_probe.py describes.
 * @typedef {object} Manifest
 * @property {{title: string, credit: string}[]} samples @property {string} block
 * @property {[number, number, number]} shape channels, height and width of the maps
 * @property {[number, number]} size of the pictures
 * @property {import("../ground/maths.js").Linear} project
 * @property {string[]} terms that it shows, see book/_ext/terms.py
 */
/** @typedef {{picture: number, pixel: number[]}} State pixel: empty, or row and column */
/** @typedef {import("../widget.js").Context<Manifest, State>} Context */

export default widget(
  "probe",
  (/** @type {Manifest} */ { samples, shape }) => ({
    picture: index(samples.length),
    pixel: position(shape[1], shape[2]),
  }),
  (/** @type {Context} */ { root, manifest, arrays, get, set, say, parts, measure }) => {
    const { samples, shape, size: full } = manifest;
    const [channels, height, width] = shape;
    const size = height * width;
    const weight = manifest.project.weight[0];
    const bias = manifest.project.bias[0];

    const states = samples.map((_, i) => {
      const maps = arrays.maps.subarray(i * channels * size, (i + 1) * channels * size);
      const logits = project(maps, weight, bias);
      const best = logits.indexOf(range(logits)[1]);
      return {
        maps,
        logits,
        mask: logits.map(sigmoid),
        picture: arrays.images.subarray(i * full[0] * full[1], (i + 1) * full[0] * full[1]),
        best: [Math.floor(best / width), best % width],
      };
    });
    // Bars of one kind share one scale over all pixels and pictures, set so that 19 in 20 pixels
    // have their longest bar within it; the few that do not are cut.
    /** @param {(u: number, k: number) => number} of */
    const reach = (of) => {
      const longest = states.flatMap(({ maps }) =>
        Array.from({ length: size }, (_, p) => {
          let most = 0;
          for (let k = 0; k < channels; k++)
            most = Math.max(most, Math.abs(of(maps[k * size + p], k)));
          return most;
        }),
      );
      return longest.sort((x, y) => x - y)[Math.floor(0.95 * longest.length)] || 1;
    };
    const mostValue = reach((u) => u);
    const mostWeight = Math.max(...range(weight).map(Math.abs));
    const mostProduct = reach((u, k) => u * weight[k]);
    /** Row and column. */
    const pixelNow = () => (get("pixel").length ? get("pixel") : states[get("picture")].best);

    const pictures = pictureChooser({
      label: COMMON.image,
      titles: samples.map(({ title }) => title),
      onInput: (picture) => set({ picture, pixel: [] }),
    });

    const photo = canvas(full[0], full[1]);
    const mask = canvas(height, width);
    mask.setAttribute("data-term", "s");
    const markers = [marker(), marker()];
    const scale = colourBar("space", "mask");
    const credit = h("span");
    const place = h("span", { class: "scse-place" });
    const stacks = [photo, mask].map((element, i) => {
      const over = stack(element, markers[i].element);
      pointable(over, {
        label: [COMMON.image, COMMON.spatialMask][i],
        name: ["point-picture", "point-mask"][i],
        width,
        height,
        where: () => [pixelNow()[1], pixelNow()[0]],
        onMove: (x, y) => {
          const [row, column] = pixelNow();
          if (row !== y || column !== x) set({ pixel: [y, x] });
        },
      });
      return over;
    });

    const positive = states.every(({ maps }) => range(maps)[0] >= 0);
    const rows = Array.from({ length: channels }, (_, k) => {
      const parts = {
        value: readout(`value-${k}`, (v) => fixed(v, 3)),
        valueBar: balance(positive),
        weight: readout(`weight-${k}`, (v) => fixed(v, 3)),
        weightBar: balance(),
        product: readout(`product-${k}`, (v) => fixed(v, 3)),
        productBar: balance(),
      };
      parts.weight.set(weight[k]);
      parts.weightBar.set(weight[k] / mostWeight);
      const element = h(
        "tr",
        {},
        h("th", { scope: "row", text: String(k + 1) }),
        h("td", { "data-term": "u_ij" }, parts.valueBar.element, parts.value.element),
        h("td", { "data-term": "w" }, parts.weightBar.element, parts.weight.element),
        h("td", {}, parts.productBar.element, parts.product.element),
      );
      return { ...parts, element };
    });
    const total = readout("sum", (v) => fixed(v, 3));
    const offset = readout("bias", (v) => fixed(v, 3));
    const logit = readout("logit", (v) => fixed(v, 3));
    const gate = readout("gate", (v) => fixed(v, 3));
    const drawing = curve();
    offset.set(bias);

    const s = () => h("b", { class: "scse-s", text: "s" });
    root.append(
      h("div", { class: "scse-controls" }, pictures.element, place),
      h(
        "div",
        { class: "scse-split" },
        h(
          "div",
          { class: "scse-side" },
          panel(COMMON.image, stacks[0], credit),
          panel(h("span", {}, ...COMMON.spatialMaskOf(s())), stacks[1], scale.element),
        ),
        h(
          "div",
          { class: "scse-sheet" },
          h(
            "table",
            {},
            h(
              "thead",
              {},
              h("tr", {}, ...WORDS.heads.map((text) => h("th", { scope: "col", text }))),
            ),
            h("tbody", {}, ...rows.map((row) => row.element)),
          ),
          h(
            "div",
            { class: "scse-result" },
            h(
              "div",
              {},
              h("div", {}, ...WORDS.sum({ sum: total.element, bias: offset.element })),
              h("div", { "data-term": "q" }, ...WORDS.logit(h("strong", {}, logit.element))),
              h(
                "div",
                { class: "scse-gatevalue", "data-term": "s" },
                s(),
                " = ",
                h("span", { "data-term": "sigma", text: "σ" }),
                "(q) = ",
                h("b", { class: "scse-s" }, gate.element),
              ),
            ),
            h("div", { "data-term": "sigma" }, drawing.element),
          ),
        ),
      ),
      h("p", {
        text: WORDS.help,
      }),
    );

    const at = (/** @type {string} */ name) =>
      /** @type {HTMLElement | null} */ (root.querySelector(name));
    parts({
      picture: [pictures.element],
      maps: [at(".scse-side")],
      table: [at("table")],
      result: [at(".scse-result")],
    });

    let drawn = -1;
    return function update() {
      const picture = get("picture");
      const [row, column] = pixelNow();
      const state = states[picture];
      const at = row * width + column;
      pictures.set(picture);
      if (picture !== drawn) {
        const [low, high] = range(state.mask);
        paintMap(photo, state.picture, 0, 255, "gray");
        paintMap(mask, state.mask, low, high, "space");
        scale.set(low, high);
        credit.textContent = samples[picture].credit ?? "";
        drawn = picture;
      }
      for (const m of markers) m.at(column, row, width, height);
      place.textContent = WORDS.place({ block: manifest.block, height, width, row, column });
      let sum = 0;
      rows.forEach(({ value, valueBar, product, productBar }, k) => {
        const u = state.maps[k * size + at];
        sum += weight[k] * u;
        value.set(u);
        valueBar.set(u / mostValue);
        product.set(weight[k] * u);
        productBar.set((weight[k] * u) / mostProduct);
      });
      total.set(sum);
      logit.set(sum + bias);
      gate.set(sigmoid(sum + bias));
      drawing.set(sum + bias);
      measure({
        logit: sum + bias,
        s: sigmoid(sum + bias),
        brightness: brightness(state.picture, full, [height, width], [row, column]),
      });
      say(
        WORDS.said({ row, column, logit: fixed(sum + bias, 3), s: fixed(sigmoid(sum + bias), 3) }),
      );
    };
  },
);
