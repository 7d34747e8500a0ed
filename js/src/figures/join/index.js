/** Join: the same map and the same two gates, joined by each rule. */

import { bar, button, choice, readout } from "../../controls/controls.js";
import { select } from "../../controls/select.js";
import { pictureChooser } from "../../desk/chooser.js";
import { colourBar, panel } from "../../desk/figure.js";
import { canvas, paintMap, range } from "../../draw/paint.js";
import { ruleOf } from "../../gates/rules.js";
import { scales } from "../../ground/colours.js";
import { added, count, fixed, h } from "../../ground/dom.js";
import { index, numbers, oneOf, widget } from "../../widget.js";
import {
  counted,
  factor,
  gatesOf,
  JOINS,
  join,
  mean,
  ORIGIN,
  quantities,
  TITLES,
} from "./model.js";
import * as WORDS from "../../words/join.js";
import * as COMMON from "../../words/common.js";
import * as CHECKS from "../../words/checks.js";

/**
 * What scse/widgets/join.py describes.
 * @typedef {object} Manifest
 * @property {{title: string, credit: string}[]} samples @property {string} block
 * @property {[number, number, number]} shape channels, height and width of the maps
 * @property {import("../../ground/maths.js").Linear} fc1
 * @property {import("../../ground/maths.js").Linear} fc2
 * @property {import("../../ground/maths.js").Linear} project
 * @property {import("../../ground/maths.js").Linear} merge W_m, as an untrained block has it
 * @property {number} reach of the shift, either way @property {number[]} sizes to choose from
 * @property {string[]} terms that it shows, see book/_ext/terms.py
 */
/**
 * gate: empty for the block's own.
 * @typedef {{picture: number, channel: number, rule: string, gate: number[], shift: number,
 *            size: number}} State
 */
/** @typedef {import("../../widget.js").Context<Manifest, State>} Context */

/** What a rule multiplies a value by, in words. @type {Record<string, string>} */
const FACTORS = WORDS.factors;

/** @param {number} low @param {number} high @returns {import("../../widget.js").Check} */
const within = (low, high) => (value) =>
  typeof value === "number" && value >= low && value <= high
    ? undefined
    : CHECKS.number({ low, high });

export default widget(
  "join",
  (/** @type {Manifest} */ { samples, shape, reach, sizes }) => ({
    picture: index(samples.length),
    channel: index(shape[0]),
    rule: oneOf(JOINS),
    gate: numbers(1, 0, 1),
    shift: within(-reach, reach),
    size: (value) =>
      sizes.includes(/** @type {number} */ (value)) ? undefined : CHECKS.oneOf(sizes.join(", ")),
  }),
  (/** @type {Context} */ { root, manifest, arrays, get, set, say, parts, measure }) => {
    const { samples, shape, merge, reach, sizes } = manifest;
    const [channels, height, width] = shape;
    const length = channels * height * width;
    const states = samples.map((_, i) => {
      const maps = arrays.maps.subarray(i * length, (i + 1) * length);
      return { maps, own: gatesOf(manifest, maps) };
    });

    const pictures = pictureChooser({
      label: COMMON.image,
      titles: samples.map(({ title }) => title),
      onInput: (picture) => set({ picture }),
    });
    const channel = select({
      label: COMMON.channel,
      name: "channel",
      options: Array.from({ length: channels }, (_, k) => ({
        value: String(k),
        label: String(k + 1),
      })),
      onInput: (value) => set({ channel: Number(value), gate: [] }),
    });
    const times = choice({
      label: WORDS.times,
      name: "size",
      options: sizes.map((value) => ({ value: String(value), label: String(value) })),
      onInput: (value) => set({ size: Number(value) }),
    });
    const reset = button(COMMON.reset, "reset", () => set({ gate: [], shift: 0, size: 1 }));

    // What goes in
    const map = canvas(height, width, WORDS.theMap);
    map.setAttribute("data-term", "u_k");
    const mask = canvas(height, width, WORDS.theMask);
    mask.setAttribute("data-term", "s");
    const maskScale = colourBar("space", "mask");
    const mapScale = colourBar("feature", "map");
    const credit = h("span");
    const gateBar = bar({
      label: WORDS.gateBar,
      name: "gate-bar",
      onInput: (value) => set({ gate: [value] }),
    });
    const gateNow = readout("gate", (v) => fixed(v, 3));
    const shiftBar = bar({
      label: WORDS.shiftBar,
      name: "shift-bar",
      kind: "space",
      min: -reach,
      max: reach,
      step: 0.25,
      onInput: (shift) => set({ shift }),
    });
    const shiftNow = readout("shift", added);
    const maskMean = readout("mask-mean");

    // What comes out
    const cards = JOINS.map((name) => {
      const sheet = canvas(height, width);
      const ratio = readout(`ratio-${name}`);
      const label = h(
        "span",
        { class: "scse-joined" },
        sheet,
        h("b", { text: TITLES[name] }),
        h("small", { text: ruleOf(name).formula }),
        h("small", {}, ...WORDS.ratio(ratio.element)),
      );
      return { name, sheet, ratio, label };
    });
    const rules = choice({
      label: WORDS.rules,
      name: "rule",
      options: cards.map(({ name, label }) => ({ value: name, label })),
      onInput: (rule) => set({ rule }),
    });
    rules.element.setAttribute("data-term", "out");
    const outScale = colourBar("feature", "out");

    // The chosen one
    const gate = canvas(height, width, WORDS.factor);
    const gateWords = h("span");
    const gateScale = colourBar("gray", "factor");
    const apart = canvas(height, width, WORDS.difference);
    const apartScale = colourBar("difference", "apart");
    const from = canvas(height, width, WORDS.source);
    const shares = Object.entries(WORDS.origins).map(([name, words]) => {
      const number = readout(`from-${name}`, count);
      const swatch = h("span", { class: "scse-swatch", "aria-hidden": true });
      const code = ORIGIN[/** @type {keyof typeof ORIGIN} */ (name)];
      swatch.style.background = scales.origin[code];
      const element = h("span", { class: "scse-share" }, swatch, `${words} `, number.element);
      return { name, number, element };
    });
    const chosen = h("span");
    const symbol = (/** @type {string} */ text) => h("b", { class: `scse-${text}`, text });
    root.append(
      h("div", { class: "scse-controls" }, pictures.element, channel.element, times.element, reset),
      h(
        "div",
        { class: "scse-goesin" },
        panel(WORDS.mapU, map, mapScale.element),
        panel(h("span", {}, ...WORDS.maskS(symbol("s"))), mask, maskScale.element),
        h(
          "div",
          { class: "scse-bars" },
          h(
            "div",
            { "data-term": "c" },
            ...WORDS.gateIs({ c: symbol("c"), gate: gateNow.element }),
          ),
          gateBar.element,
          h(
            "div",
            { "data-term": "s" },
            ...WORDS.maskIs({ s: symbol("s"), shift: shiftNow.element, mean: maskMean.element }),
          ),
          shiftBar.element,
          credit,
        ),
      ),
      rules.element,
      outScale.element,
      h(
        "div",
        { class: "scse-panels" },
        panel(h("span", {}, ...WORDS.multiplied(chosen)), gate, gateScale.element, gateWords),
        panel(h("span", { text: WORDS.difference }), apart, apartScale.element),
        panel(WORDS.sources, from, ...shares.map(({ element }) => element)),
      ),
      h("p", {
        text: WORDS.help(manifest.block),
      }),
    );
    parts({
      picture: [pictures.element],
      channel: [channel.element],
      size: [times.element],
      maps: [root.querySelector(".scse-goesin")],
      gate: [gateBar.element],
      mask: [shiftBar.element],
      rules: [rules.element],
      factor: [gate.parentElement],
      difference: [apart.parentElement],
      origin: [from.parentElement],
    });

    /** The ends of the colours: those of the block's own gates, so that they stay while a bar moves. */
    let ends = { key: "", low: 0, high: 1, apart: 1 };
    /** @param {typeof states[number]} state @param {string} key @param {number} size */
    function scale({ maps, own }, key, size) {
      if (ends.key === key) return;
      const given = { channel: get("channel"), gate: [], shift: 0, size };
      const { u, outputs } = join(merge, maps, own, given);
      const all = [u, ...Object.values(outputs)].map(range);
      const most = Object.values(outputs).map((out) =>
        Math.max(...range(out.map((v, p) => v - outputs.add[p])).map(Math.abs)),
      );
      ends = {
        key,
        low: Math.min(0, ...all.map(([low]) => low)),
        high: Math.max(...all.map(([, high]) => high)),
        apart: Math.max(...most) || 1,
      };
    }

    return function update() {
      const [picture, k, rule, size] = [get("picture"), get("channel"), get("rule"), get("size")];
      const state = states[picture];
      const now = join(merge, state.maps, state.own, {
        channel: k,
        gate: get("gate"),
        shift: get("shift"),
        size,
      });
      scale(state, `${picture} ${k} ${size}`, size);
      pictures.set(picture);
      channel.set(String(k));
      times.set(String(size));
      rules.set(rule);
      credit.textContent = samples[picture].credit ?? "";
      paintMap(map, now.u, ends.low, ends.high, "feature");
      mapScale.set(ends.low, ends.high);
      paintMap(mask, now.s, 0, 1, "space");
      maskScale.set(0, 1);
      gateNow.set(now.c);
      gateBar.set(now.c);
      gateBar.setHome(state.own.c[k]);
      shiftNow.set(get("shift"));
      shiftBar.set(get("shift"));
      shiftBar.setHome(0);
      maskMean.set(mean(now.s));
      for (const { name, sheet, ratio } of cards) {
        paintMap(sheet, now.outputs[name], ends.low, ends.high, "feature");
        ratio.set(now.ratios[name]);
      }
      outScale.set(ends.low, ends.high);

      chosen.textContent = TITLES[rule];
      const by = factor(rule, now.u, now.c, now.s);
      gate.classList.toggle("scse-none", !by);
      paintMap(gate, by ?? new Float64Array(now.u.length), 0, 2, "gray");
      gateScale.set(0, 2);
      gateWords.textContent = FACTORS[rule];
      const out = now.outputs[rule];
      paintMap(
        apart,
        out.map((v, p) => v - now.outputs.add[p]),
        -ends.apart,
        ends.apart,
        "difference",
      );
      apartScale.set(-ends.apart, ends.apart);
      paintMap(from, now.origin, 0, 2, "origin");
      const counts = counted(now.origin);
      for (const { name, number } of shares) {
        number.set(counts[/** @type {keyof typeof counts} */ (name)]);
      }
      measure(quantities(now));
      const told = JOINS.map((name) => `${TITLES[name]} ${fixed(now.ratios[name])}`);
      say(
        WORDS.said({
          channel: k + 1,
          gate: fixed(now.c, 3),
          ratios: told.join(", "),
          fromGate: count(counts.channel),
          fromMask: count(counts.mask),
          ties: count(counts.tie),
        }),
      );
    };
  },
);
