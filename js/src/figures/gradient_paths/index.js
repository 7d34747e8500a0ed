/** GradientPaths: how large each path of the gradient is, and one number nudged to check it. */

import { bar, button, choice, readout } from "../../controls/controls.js";
import { select } from "../../controls/select.js";
import { colourBar, panel } from "../../desk/figure.js";
import { marker, pointable, stack } from "../../draw/cursor.js";
import { canvas, paintMap, range } from "../../draw/paint.js";
import { plot } from "../../draw/plot.js";
import { added, fixed, h, scientific } from "../../ground/dom.js";
import { layerOf } from "../../ground/unpack.js";
import { oneOf, widget } from "../../widget.js";
import {
  backward,
  GRADIENTS,
  mean,
  NUDGED,
  nudged,
  nudging,
  PATHS,
  quantities,
  strongest,
} from "./model.js";
import * as WORDS from "../../words/gradient_paths.js";
import * as COMMON from "../../words/common.js";
import * as CHECKS from "../../words/checks.js";

/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {import("./model.js").Nudged} Nudged */
/**
 * position: -1 for where |g·x| is largest. step: log10 of h.
 * @typedef {{block: string, gradient: string, channel: number, channel_shift: number,
 *            mask_shift: number, position: number, nudge: Nudged, step: number, tried: number[]}} State
 */
/** @typedef {import("../../widget.js").Context<Manifest, State>} Context */

const LEAST = -4; // log10 of the share whose arrow has no width left
const TENTH = 4; // pixels of width that a factor of ten makes
const KEY = [1, 0.1, 0.01, 0.001];
const ERRORS = [1, -16]; // log10, the ends of the plot

/** The terms that the steps of each path forward show. @type {Record<string, string[]>} */
const CHAINS = {
  product: [""],
  channel: ["z", "W2", "relu", "W1", "sigma", "c"],
  mask: ["w", "sigma", "s"],
};
const TERMS = { product: "path1", channel: "path2", mask: "path3", sum: "dx" };

/** @param {number} share */
const width = (share) => TENTH * Math.max(0, Math.log10(Math.max(share, 1e-12)) - LEAST);
/** @param {number} share */
const told = (share) => (share < 1e-4 ? "< 10⁻⁴" : String(Number(share.toPrecision(2))));

/** An arrow to the left whose width says how much flows. @param {string} kind */
function arrow(kind) {
  const element = h("div", { class: `scse-way scse-${kind}`, "aria-hidden": true }, h("i"), h("b"));
  return {
    element,
    /** @param {number} share */
    set(share) {
      element.style.setProperty("--wide", `${width(share)}px`);
      element.classList.toggle("scse-dry", width(share) === 0);
    },
  };
}

/** @param {number} low @param {number} high @returns {import("../../widget.js").Check} */
const within = (low, high) => (value) =>
  typeof value === "number" && value >= low && value <= high
    ? undefined
    : CHECKS.number({ low, high });

/** @param {Manifest} manifest @param {unknown} name */
const blockOf = (manifest, name) =>
  manifest.blocks.find((block) => block.name === name) ?? manifest.blocks[0];

/**
 * @param {Manifest} manifest @param {(shape: number[]) => [number, number]} ends
 * @returns {import("../../widget.js").Check} a whole number, its ends by the block
 */
const whole = (manifest, ends) => (value, get) => {
  const [low, high] = ends(blockOf(manifest, get("block")).shape);
  return Number.isInteger(value) && Number(value) >= low && Number(value) <= high
    ? undefined
    : CHECKS.within({ low, high });
};

export default widget(
  "paths",
  (/** @type {Manifest} */ manifest) => {
    const { blocks, reach, steps } = manifest;
    const one = (/** @type {unknown} */ value) => steps.includes(/** @type {number} */ (value));
    return {
      block: oneOf(blocks.map(({ name }) => name)),
      gradient: oneOf(GRADIENTS),
      channel: whole(manifest, ([channels]) => [0, channels - 1]),
      channel_shift: within(-reach, reach),
      mask_shift: within(-reach, reach),
      position: whole(manifest, ([, height, across]) => [-1, height * across - 1]),
      nudge: oneOf(NUDGED),
      step: (value) => (one(value) ? undefined : WORDS.step),
      tried: (value) =>
        Array.isArray(value) && value.every(one) && new Set(value).size === value.length
          ? undefined
          : WORDS.tried,
    };
  },
  (/** @type {Context} */ { root, manifest, arrays, get, set, say, parts, measure }) => {
    const { blocks, names, pixel, reach, steps } = manifest;
    const known = Object.fromEntries(
      blocks.map(({ name, shape }) => {
        const layers = {
          fc1: layerOf(arrays, `${name}-fc1`),
          fc2: layerOf(arrays, `${name}-fc2`),
          project: layerOf(arrays, `${name}-project`),
        };
        const x = arrays[`${name}-x`];
        /** @param {string} kind */
        const g = (kind) => arrays[`${name}-g-${kind}`] ?? new Float64Array(x.length).fill(1);
        return [name, { layers, shape, x, g }];
      }),
    );
    const clear = { position: -1, tried: [] };

    // Choices
    const which = choice({
      label: COMMON.block,
      name: "block",
      options: blocks.map(({ name }) => ({ value: name, label: name })),
      onInput: (block) => set({ block, channel: 0, ...clear }),
    });
    const arriving = choice({
      label: WORDS.arrives,
      name: "gradient",
      options: [
        { value: "loss", label: WORDS.loss, title: WORDS.lossTitle },
        {
          value: "pixel",
          label: WORDS.onePixel,
          title: WORDS.pixelTitle({ name: names[0], row: pixel[0], column: pixel[1] }),
        },
        { value: "class", label: WORDS.oneClass, title: WORDS.classTitle(names[1]) },
        { value: "ones", label: WORDS.ones, title: WORDS.onesTitle },
      ],
      onInput: (gradient) => set({ gradient, tried: [] }),
    });
    const channel = select({
      label: COMMON.channel,
      name: "channel",
      options: [],
      onInput: (value) => set({ channel: Number(value), ...clear }),
    });
    const reset = button(COMMON.reset, "reset", () =>
      set({ channel_shift: 0, mask_shift: 0, position: -1 }),
    );

    // What is dragged
    const gate = bar({
      label: WORDS.gateBar,
      name: "channel-bar",
      min: -reach,
      max: reach,
      step: 0.5,
      onInput: (value) => set({ channel_shift: value }),
    });
    const mask = bar({
      label: WORDS.maskBar,
      name: "mask-bar",
      kind: "space",
      min: -reach,
      max: reach,
      step: 0.5,
      onInput: (value) => set({ mask_shift: value }),
    });
    gate.setHome(0);
    mask.setHome(0);
    const shiftOf = {
      channel: readout("channel-shift", added),
      mask: readout("mask-shift", added),
    };
    const meanOf = {
      channel: readout("mean-c", (v) => fixed(v, 3)),
      mask: readout("mean-s", (v) => fixed(v, 3)),
    };
    const slopeOf = {
      channel: readout("slope-c", (v) => fixed(v, 4)),
      mask: readout("slope-s", (v) => fixed(v, 4)),
    };
    const symbol = (/** @type {string} */ text) => h("b", { class: `scse-${text}`, text });
    const shifts = h(
      "div",
      { class: "scse-shifts" },
      h(
        "div",
        {},
        h(
          "div",
          {},
          ...WORDS.gates({
            c: symbol("c"),
            shift: shiftOf.channel.element,
            mean: meanOf.channel.element,
          }),
        ),
        gate.element,
      ),
      h(
        "div",
        {},
        h(
          "div",
          {},
          ...WORDS.mask({ s: symbol("s"), shift: shiftOf.mask.element, mean: meanOf.mask.element }),
        ),
        mask.element,
      ),
    );

    // The flow
    const on = readout("units-on", (v) => String(v));
    const units = h("span");
    const positions = h("span");
    /** @type {Record<string, (Node | string)[]>} */
    const facts = {
      product: [WORDS.productFact],
      channel: WORDS.channelFact({
        slope: slopeOf.channel.element,
        on: on.element,
        units,
        positions,
      }),
      mask: WORDS.maskFact(slopeOf.mask.element),
    };
    const lanes = PATHS.map((name) => {
      const share = readout(`share-${name}`, told);
      const way = arrow(name);
      const chips = CHAINS[name].flatMap((term, i) => [
        i ? h("span", { "aria-hidden": true, text: "→" }) : "",
        h("span", {
          class: "scse-chip",
          text: WORDS.chips[name][i],
          ...(term ? { "data-term": term } : {}),
        }),
      ]);
      const element = h(
        "div",
        { class: "scse-lane" },
        h(
          "div",
          { class: "scse-chain" },
          h("b", { "data-term": TERMS[name], text: WORDS.titles[name] }),
          h("span", {}, ...chips),
        ),
        h("div", { class: "scse-back", "data-term": TERMS[name] }, way.element, share.element),
        h("div", { class: "scse-fact" }, ...facts[name]),
      );
      return { name, share, way, element };
    });
    const key = h(
      "div",
      { class: "scse-key" },
      h("span", { text: WORDS.key }),
      ...KEY.map((share) => {
        const way = arrow("product");
        way.set(share);
        return h("span", { class: "scse-keyed" }, way.element, String(share));
      }),
    );

    // The maps of one channel
    const at = h("span");
    const maps = h("div", { class: "scse-fourmaps" });
    const scale = colourBar("difference", "scale", (v) => scientific(v));
    /** @type {{name: string, sheet: HTMLCanvasElement, mark: ReturnType<typeof marker>, value: ReturnType<typeof readout>,
     *         panel: HTMLElement}[]} */
    let sheets = [];
    let drawn = "";
    /** Maps of the size that a block has. @param {string} block */
    function lay(block) {
      if (block === drawn) return;
      drawn = block;
      const [channels, height, across] = known[block].shape;
      channel.offer(
        Array.from({ length: channels }, (_, k) => ({ value: String(k), label: String(k + 1) })),
      );
      sheets = [...PATHS, /** @type {const} */ ("sum")].map((name) => {
        const sheet = canvas(height, across);
        const mark = marker();
        const over = stack(sheet, mark.element);
        pointable(over, {
          label: WORDS.mapOf(WORDS.titles[name]),
          name: `map-${name}`,
          width: across,
          height,
          where: () => {
            const p = place();
            return [p % across, Math.floor(p / across)];
          },
          onMove: (column, row) => {
            const next = row * across + column;
            if (next !== place()) set({ position: next, tried: [] });
          },
        });
        over.setAttribute("data-term", TERMS[name]);
        const value = readout(`at-${name}`, (v) => scientific(v));
        return { name, sheet, mark, value, panel: panel(WORDS.titles[name], over, value.element) };
      });
      maps.replaceChildren(...sheets.map((each) => each.panel));
    }

    // One number nudged
    const what = choice({
      label: WORDS.nudge,
      name: "nudge",
      options: [
        { value: "value", label: WORDS.nudged.value },
        { value: "kink", label: WORDS.nudged.kink },
        { value: "tie", label: WORDS.nudged.tie },
      ],
      onInput: (nudge) => set({ nudge: /** @type {Nudged} */ (nudge), tried: [] }),
    });
    const size = readout("h", (v) => scientific(v));
    const slider = bar({
      label: WORDS.stepBar,
      name: "step-bar",
      kind: "plain",
      min: steps[0],
      max: steps[steps.length - 1],
      step: 0.5,
      snap: true,
      format: (v) => scientific(10 ** v),
      onInput: (step) => set({ step }),
    });
    const go = button(WORDS.nudgeBy, "nudge-now", () => {
      const step = get("step");
      set({ tried: [...get("tried").filter((each) => each !== step), step] });
    });
    const all = button(WORDS.tryAll, "nudge-all", () => {
      const step = get("step");
      set({ tried: [...steps.filter((each) => each !== step), step] });
    });
    const subject = h("p", { class: "scse-hint", "data-name": "subject" });
    const difference = readout("difference", (v) => scientific(v, 8));
    const formula = readout("formula", (v) => scientific(v, 8));
    const error = readout("error", (v) => scientific(v));
    const results = h(
      "div",
      { class: "scse-results" },
      h("span", { text: WORDS.difference }),
      difference.element,
      h("span", { text: WORDS.formula }),
      formula.element,
      h("span", { text: WORDS.relative }),
      error.element,
    );
    const graph = plot(WORDS.errorAxis, WORDS.errors, ["10¹", "", "10⁻¹⁶"]);
    const ground = [...graph.area.childNodes];
    const errors = h(
      "div",
      { class: "scse-errors" },
      graph.element,
      h(
        "div",
        { class: "scse-xaxis", "aria-hidden": true },
        h("span", { text: "10⁻¹⁰" }),
        h("span", { text: WORDS.stepAxis }),
        h("span", { text: "10¹" }),
      ),
    );
    const nudge = h(
      "div",
      { class: "scse-nudging" },
      h(
        "div",
        { class: "scse-nudge" },
        what.element,
        subject,
        h("div", {}, ...WORDS.stepIs(size.element)),
        slider.element,
        h("div", { class: "scse-buttons" }, go, all),
        results,
      ),
      errors,
    );
    /** @param {number} step @param {number} wrong @param {boolean} last */
    function dot(step, wrong, last) {
      const element = h("span", { class: `scse-tried${last ? " scse-last" : ""}` });
      const [top, bottom] = ERRORS;
      const up = (Math.log10(Math.max(wrong, 1e-16)) - bottom) / (top - bottom);
      element.style.left = `${(100 * (step - steps[0])) / (steps[steps.length - 1] - steps[0])}%`;
      element.style.bottom = `${100 * Math.min(1, up)}%`;
      return element;
    }

    root.append(
      h("div", { class: "scse-controls" }, which.element, arriving.element, channel.element, reset),
      shifts,
      h(
        "div",
        { class: "scse-passage" },
        h(
          "div",
          { class: "scse-end", "data-term": "dx" },
          h("b", { text: "x" }),
          h("small", { text: "∂L/∂x" }),
        ),
        h("div", { class: "scse-lanes" }, ...lanes.map(({ element }) => element)),
        h(
          "div",
          { class: "scse-end", "data-term": "g" },
          h("b", { text: "y" }),
          h("small", { text: "g" }),
        ),
      ),
      key,
      h("div", { class: "scse-mapshead" }, h("b", { text: WORDS.maps }), scale.element, at),
      maps,
      nudge,
      h("p", {
        text: WORDS.help({
          source: [manifest.title, manifest.credit].filter(Boolean).join(". ").concat("."),
          first: names[0],
          row: pixel[0],
          column: pixel[1],
          second: names[1],
        }),
      }),
    );
    parts({
      block: [which.element],
      gradient: [arriving.element],
      channel: [channel.element],
      shifts: [shifts],
      product: [lanes[0].element],
      gate: [lanes[1].element],
      mask: [lanes[2].element],
      maps: [maps],
      nudge: [root.querySelector(".scse-nudge")],
      errors: [root.querySelector(".scse-errors")],
    });

    const moved = () => ({ channel: get("channel_shift"), mask: get("mask_shift") });
    /** The position that is read. */
    function place() {
      const { x, g, shape } = known[get("block")];
      if (get("position") >= 0) return get("position");
      return strongest(x, g(get("gradient")), get("channel"), shape[1] * shape[2]);
    }
    /** The end of the colours: that of the block's own gates, so that it stays while a bar moves. */
    let end = { key: "", most: 1 };
    /** @param {ReturnType<typeof backward>} seen @param {number} k @param {number} n */
    const channelOf = (seen, k, n) =>
      Object.fromEntries(
        Object.entries({ ...seen.paths, sum: seen.total }).map(([name, all]) => [
          name,
          all.subarray(k * n, (k + 1) * n),
        ]),
      );

    return function update() {
      const [block, kind, k] = [get("block"), get("gradient"), get("channel")];
      const { layers, x, g: of, shape } = known[block];
      const g = of(kind);
      const n = shape[1] * shape[2];
      lay(block);
      const seen = backward(layers, x, g, moved());
      const part = channelOf(seen, k, n);
      if (end.key !== `${block} ${kind} ${k}`) {
        const own = channelOf(backward(layers, x, g, { channel: 0, mask: 0 }), k, n);
        const most = Math.max(...Object.values(own).flatMap((map) => range(map).map(Math.abs)));
        end = { key: `${block} ${kind} ${k}`, most: most || 1 };
      }
      which.set(block);
      arriving.set(kind);
      channel.set(String(k));
      gate.set(get("channel_shift"));
      mask.set(get("mask_shift"));
      shiftOf.channel.set(get("channel_shift"));
      shiftOf.mask.set(get("mask_shift"));
      meanOf.channel.set(mean(seen.c));
      meanOf.mask.set(mean(seen.s));
      slopeOf.channel.set(seen.slopes.channel);
      slopeOf.mask.set(seen.slopes.mask);
      on.set(seen.on);
      units.textContent = String(layers.fc1.bias.length);
      positions.textContent = String(n);
      for (const { name, share, way } of lanes) {
        share.set(seen.shares[name]);
        way.set(seen.shares[name]);
      }
      const p = place();
      const [row, column] = [Math.floor(p / shape[2]), p % shape[2]];
      for (const { name, sheet, mark, value } of sheets) {
        paintMap(sheet, part[name], -end.most, end.most, "difference");
        mark.at(column, row, shape[2], shape[1]);
        value.set(part[name][p]);
      }
      scale.set(-end.most, end.most);
      at.textContent = WORDS.below({ row: row + 1, column: column + 1 });

      const number = nudging(get("nudge"), layers, x, g, moved(), {
        channel: k,
        position: p,
        beside: manifest.beside,
      });
      const tried = get("tried");
      const found = tried.map((step) => nudged(number, step));
      const last = found[found.length - 1];
      what.set(get("nudge"));
      const [r, q] = [Math.floor(number.position / shape[2]), number.position % shape[2]];
      const framed = { channel: k + 1, row: r + 1, column: q + 1 };
      subject.textContent = {
        value: WORDS.subject.value(framed),
        kink: WORDS.subject.kink(number.unit + 1),
        tie: WORDS.subject.tie({ ...framed, beside: manifest.beside }),
      }[get("nudge")];
      size.set(10 ** get("step"));
      slider.set(get("step"));
      results.classList.toggle("scse-none", !last);
      errors.toggleAttribute("data-empty", !last);
      difference.set(last?.difference ?? NaN);
      formula.set(number.formula);
      error.set(last?.error ?? NaN);
      graph.area.replaceChildren(
        ...ground,
        ...found.map(({ error: wrong }, i) => dot(tried[i], wrong, i === tried.length - 1)),
      );
      measure(quantities(seen, moved(), tried, last?.error ?? 1));
      const shares = PATHS.map((name) =>
        WORDS.share({ path: WORDS.paths[name], share: told(seen.shares[name]) }),
      ).join(", ");
      const words = WORDS.said({ block, shares });
      say(last ? `${words} ${WORDS.saidError(scientific(last.error))}` : words);
    };
  },
);
