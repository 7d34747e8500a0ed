/** BlockFlow: a whole block as a diagram of its maps, and the computation as it runs. */

import { button, readout } from "../../controls/controls.js";
import { pictureChooser } from "../../desk/chooser.js";
import { fit } from "../../desk/card.js";
import { colourBar } from "../../desk/figure.js";
import { pager } from "../../desk/pager.js";
import { come, flight, player } from "../../desk/player.js";
import { canvas, paintMap, range } from "../../draw/paint.js";
import { ruleOf } from "../../gates/rules.js";
import { fixed, h } from "../../ground/dom.js";
import { index, widget } from "../../widget.js";
import { flow } from "./model.js";
import * as WORDS from "../../words/block_flow.js";
import * as COMMON from "../../words/common.js";

const PAGE = 4; // channels in sight

/**
 * What scse/widgets/block_flow.py describes.
 * @typedef {object} Manifest
 * @property {{title: string, credit: string}[]} samples @property {string} block
 * @property {string} kind of it, "scSE" @property {string} rule by which it applies its gates
 * @property {[number, number, number]} shape channels, height and width of the maps
 * @property {[number, number]} size of the pictures
 * @property {import("./model.js").Linear | null} fc1
 * @property {import("./model.js").Linear | null} fc2
 * @property {import("./model.js").Linear | null} project
 * @property {import("./model.js").Linear | null} merge
 * @property {string[]} terms that it shows, see book/_ext/terms.py
 */
/** @typedef {{picture: number}} State */
/** @typedef {import("../../widget.js").Context<Manifest, State>} Context */

/**
 * What happens in each stage: in the channel branch, in the spatial branch.
 * @param {Manifest} manifest
 */
function stagesOf({ fc1, project, rule }) {
  /** @param {string} channel @param {string} space */
  const words = (channel, space) =>
    [fc1 && channel, project && space].filter(Boolean).join(WORDS.and);
  const both = fc1 && project;
  return [
    {
      words: WORDS.squeeze(words(WORDS.squeezeChannel, WORDS.squeezeSpace)),
      seconds: 4.5,
    },
    {
      words: WORDS.excite(words(WORDS.exciteChannel, WORDS.exciteSpace)),
      seconds: 3.5,
    },
    { words: WORDS.sigmoid(words(WORDS.gatesC, WORDS.maskS)), seconds: 3 },
    { words: words(WORDS.scaleChannel, WORDS.scaleSpace), seconds: 4 },
    ...(both ? [{ words: WORDS.join(ruleOf(rule).formula), seconds: 4 }] : []),
  ];
}

/** An arrow along which something flows. @param {string} [turn] "up" or "down" where it parts */
function arrow(turn = "") {
  const element = h("span", { class: `scse-arrow ${turn && `scse-${turn}`}`, "aria-hidden": true });
  return {
    element,
    /** @param {number} part */
    set: (part) => element.style.setProperty("--part", `${100 * part}%`),
  };
}

/** So many maps in a square, as one picture. @param {string} term "" for none @param {string} label */
function sheaf(term, label) {
  const sheets = Array.from({ length: PAGE }, () => canvas(1, 1));
  const element = h(
    "div",
    { class: "scse-sheaf", role: "img", "aria-label": label, "data-term": term || undefined },
    ...sheets,
  );
  return { element, sheets };
}

/**
 * A place of the diagram: what it is called, and what is there.
 * @param {string} name @param {(Node | string)[]} title @param {...(Node | string)} body
 */
const station = (name, title, ...body) =>
  h(
    "div",
    { class: `scse-station scse-at-${name}` },
    h("div", { class: "scse-head" }, ...title),
    ...body,
  );

/** @param {string} text @param {string} [kind] "c" or "s": its colour */
const symbol = (text, kind) => h("b", { class: kind && `scse-${kind}`, text });

export default widget(
  "flow",
  (/** @type {Manifest} */ { samples }) => ({ picture: index(samples.length) }),
  (/** @type {Context} */ { root, manifest, arrays, get, set, say, parts, signal }) => {
    const { samples, shape, size: full, fc1, project, rule } = manifest;
    const [channels, height, width] = shape;
    const size = height * width;
    const both = fc1 && project;
    const results = samples.map((_, i) =>
      flow(
        { ...manifest, channels },
        arrays.maps.subarray(i * channels * size, (i + 1) * channels * size),
      ),
    );

    const pictures = pictureChooser({
      label: COMMON.image,
      titles: samples.map(({ title }) => title),
      onInput: (picture) => set({ picture }),
    });
    const reset = button(COMMON.reset, "reset", () => set({ picture: 0 }));
    const pages = pager({ size: PAGE, onTurn: () => update() });
    pages.arrange([...Array(channels).keys()], { key: "all", of: "", stay: true });
    const watch = player({
      stages: stagesOf(manifest),
      before: WORDS.start,
      draw: () => draw(),
      say,
      signal,
    });

    // The stations
    const photo = canvas(full[0], full[1], COMMON.inputImage);
    const credit = h("span", { class: "scse-credit" });
    const input = sheaf("U", WORDS.maps.U);
    const gated = sheaf("", WORDS.maps.c);
    const masked = sheaf("", WORDS.maps.s);
    const output = sheaf("out", WORDS.maps.out);
    const rows = Array.from({ length: PAGE }, (_, i) => {
      const fill = h("span", { class: "scse-level" });
      const parts = {
        name: h("span", { class: "scse-index" }),
        z: readout("z"),
        logit: readout("logit", undefined, { "data-term": "logits" }),
        gate: readout("gate", (v) => fixed(v, 3)),
        gauge: h("span", { class: "scse-gauge", "aria-hidden": true }, fill),
        fill,
        mean: h("div", { class: "scse-mean", "data-term": "z" }),
        excited: h("div", { class: "scse-excited", "data-term": "c" }),
      };
      parts.mean.append(parts.name, parts.z.element);
      parts.excited.append(parts.logit.element, parts.gauge, parts.gate.element);
      return { ...parts, flying: flight(root, input.sheets[i], input.sheets[i], parts.z.element) };
    });
    const units = canvas(1, 1);
    units.setAttribute("data-term", "relu");
    const off = h("span", { class: "scse-off-units" });
    const projected = canvas(height, width, WORDS.q);
    projected.setAttribute("data-term", "q");
    const mask = canvas(height, width, WORDS.s);
    mask.setAttribute("data-term", "s");
    const scales = { q: colourBar("gray", "q"), s: colourBar("space", "mask") };
    const intoSpace = input.sheets.map((sheet) => flight(root, sheet, sheet, projected));
    const joining = [gated, masked].flatMap(({ sheets }) =>
      sheets.map((sheet, i) => flight(root, sheet, sheet, output.sheets[i])),
    );

    // The arrows, by the stage in which they are gone along
    const arrows = {
      squeeze: [arrow("up"), arrow("down")],
      first: [arrow()],
      second: [arrow()],
      sigmoid: [arrow()],
      scale: [arrow(), arrow()],
      join: [arrow("down"), arrow("up"), arrow()],
    };
    const channelLane = h(
      "section",
      { class: "scse-lane scse-lane-channel", "aria-label": WORDS.channelBranch },
      station("z", WORDS.means(symbol("z")), ...rows.map(({ mean }) => mean)),
      arrows.first[0].element,
      station(
        "units",
        WORDS.units(h("span", { "data-term": "W2", text: "fc1" })),
        units,
        off,
        h("div", { class: "scse-head", "data-term": "W1", text: "fc2" }),
      ),
      arrows.second[0].element,
      station(
        "c",
        WORDS.gates({ sigma: h("span", { "data-term": "sigma", text: "σ" }), c: symbol("c", "c") }),
        ...rows.map(({ excited }) => excited),
      ),
      arrows.scale[0].element,
      station("gated", [symbol("c", "c"), "·U"], gated.element),
    );
    const spaceLane = h(
      "section",
      { class: "scse-lane scse-lane-space", "aria-label": WORDS.spatialBranch },
      station(
        "q",
        [symbol("q"), " ", h("span", { "data-term": "w", text: WORDS.convolution })],
        projected,
        scales.q.element,
      ),
      h(
        "span",
        { class: "scse-over" },
        h("span", { "data-term": "sigma", text: "σ" }),
        arrows.sigmoid[0].element,
      ),
      station("s", WORDS.mask(symbol("s", "s")), mask, scales.s.element),
      arrows.scale[1].element,
      station("masked", [symbol("s", "s"), "·U"], masked.element),
    );
    const lanes = h("div", { class: "scse-lanes" });
    if (fc1) lanes.append(channelLane);
    if (project) lanes.append(spaceLane);
    const join = h(
      "div",
      { class: "scse-station scse-meeting" },
      h("b", { text: ruleOf(rule).formula }),
    );
    root.append(
      h("div", { class: "scse-controls" }, pictures.element, reset),
      h(
        "div",
        { class: "scse-diagram" },
        h(
          "div",
          { class: "scse-source" },
          station("photo", [WORDS.inputImage], photo),
          station("U", WORDS.mapsOf({ u: symbol("U"), channels, height, width }), input.element),
        ),
        h(
          "div",
          { class: "scse-fork" },
          ...arrows.squeeze.slice(fc1 ? 0 : 1, project ? 2 : 1).map(({ element }) => element),
        ),
        lanes,
        h(
          "div",
          { class: "scse-fork" },
          ...arrows.join.slice(fc1 ? 0 : 1, project ? 2 : 1).map(({ element }) => element),
        ),
        h(
          "div",
          { class: "scse-target" },
          both ? join : "",
          station("out", WORDS.goesOn(symbol("Û")), output.element),
        ),
      ),
      watch.element,
      pages.element,
      h("p", {
        text: WORDS.help({ kind: manifest.kind, block: manifest.block }),
      }),
      credit,
    );

    parts({
      picture: [pictures.element],
      maps: [root.querySelector(".scse-source")],
      branches: [lanes],
      output: [root.querySelector(".scse-target")],
      play: [watch.element],
    });

    let drawn = "";
    /** Ends of the colour scale of every channel in sight. @type {[number, number][]} */
    let ends = [];
    function draw() {
      const result = results[get("picture")];
      const shown = pages.visible();
      const [squeezed, excited, sigma, scaled, joined = scaled] = stagesOf(manifest).map((_, i) =>
        watch.part(i),
      );
      const key = `${get("picture")} ${shown}`;
      if (key !== drawn) {
        drawn = key;
        ends = shown.map((k) => {
          const [a, b] = [range(result.map(k)), range(result.out(k))];
          return [Math.min(0, a[0], b[0]), Math.max(a[1], b[1])];
        });
        still(result, shown);
      }
      const { channel, space } = result;
      rows.forEach(({ mean, z, logit, gate, gauge, fill, excited: row, flying }, i) => {
        const k = shown[i];
        mean.hidden = row.hidden = k === undefined;
        if (k === undefined || !channel) return;
        flying.set(squeezed);
        come(squeezed, z.element);
        come(excited, logit.element);
        come(sigma, gate.element, gauge);
        fill.style.width = `${100 * channel.gates[k] * sigma}%`;
      });
      if (channel) come(excited, units, off);
      if (space) {
        for (const each of intoSpace.slice(0, shown.length)) each.set(squeezed);
        come(squeezed ** 3, projected, scales.q.element);
        come(sigma, mask, scales.s.element);
      }
      shown.forEach((k, i) => {
        if (channel) paintMap(gated.sheets[i], result.gated(k, scaled), ...ends[i], "feature");
        if (space) paintMap(masked.sheets[i], result.masked(k, scaled), ...ends[i], "feature");
      });
      come(Math.min(1, 4 * scaled), gated.element, masked.element);
      come(joined ** 3, output.element);
      for (const each of joining.filter((_, i) => i % PAGE < shown.length)) {
        each.set(both ? joined : 1);
      }
      const parts = { squeeze: squeezed, sigmoid: sigma, scale: scaled, join: joined };
      for (const [name, part] of Object.entries(parts)) {
        for (const one of arrows[/** @type {keyof arrows} */ (name)]) one.set(part);
      }
      arrows.first[0].set(Math.min(1, 2 * excited));
      arrows.second[0].set(Math.max(0, 2 * excited - 1));
    }

    /**
     * What does not move: the maps that come and go, and all numbers.
     * @param {ReturnType<typeof flow>} result @param {number[]} shown
     */
    function still({ channel, space, map, out }, shown) {
      for (const { sheets } of [input, gated, masked, output]) {
        sheets.forEach((sheet, i) => {
          sheet.hidden = i >= shown.length;
          fit(sheet, height, width);
        });
      }
      shown.forEach((k, i) => {
        paintMap(input.sheets[i], map(k), ...ends[i], "feature");
        paintMap(output.sheets[i], out(k), ...ends[i], "feature");
        if (!channel) return;
        rows[i].name.textContent = String(k + 1);
        for (const [name, part, value] of /** @type {const} */ ([
          ["z", rows[i].z, channel.z[k]],
          ["logit", rows[i].logit, channel.logits[k]],
          ["gate", rows[i].gate, channel.gates[k]],
        ])) {
          part.element.setAttribute("data-name", `${name}-${k}`);
          part.set(value);
        }
      });
      input.element.setAttribute(
        "aria-label",
        WORDS.mapsOfChannels(shown.map((k) => k + 1).join(", ")),
      );
      if (channel) {
        const { hidden } = channel;
        const across = Math.ceil(Math.sqrt(hidden.length));
        fit(units, Math.ceil(hidden.length / across), across);
        paintMap(units, hidden, 0, range(hidden)[1], "gray");
        off.textContent = WORDS.hidden({
          units: hidden.length,
          off: hidden.filter((v) => v === 0).length,
        });
      }
      if (space) {
        for (const [sheet, values, scale, bar] of /** @type {const} */ ([
          [projected, space.q, "gray", scales.q],
          [mask, space.mask, "space", scales.s],
        ])) {
          const [low, high] = range(values);
          paintMap(sheet, values, low, high, scale);
          bar.set(low, high);
        }
      }
    }

    function update() {
      const picture = get("picture");
      const { channel, space } = results[picture];
      pictures.set(picture);
      paintMap(
        photo,
        arrays.images.subarray(picture * full[0] * full[1], (picture + 1) * full[0] * full[1]),
        0,
        255,
        "gray",
      );
      credit.textContent = samples[picture].credit ?? "";
      const gates = channel?.gates;
      pages.set(undefined, [0, 1]);
      watch.finish();
      draw();
      const told = pages
        .visible()
        .map((k) =>
          gates
            ? WORDS.gateOf({ channel: k + 1, gate: fixed(gates[k], 3) })
            : WORDS.channelOf(k + 1),
        );
      const all = told.join(", ");
      const [low, high] = space ? range(space.mask).map((v) => fixed(v)) : [];
      say(space ? WORDS.toldMask({ channels: all, low, high }) : WORDS.told(all));
    }
    return update;
  },
);
