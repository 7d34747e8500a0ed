/** GateLab: a network's last block, with its gates in the reader's hand. */

import { bar, button, choice, readout } from "./controls.js";
import { marker, pointable, stack } from "./cursor.js";
import { count, fixed, h } from "./dom.js";
import { classList, colourBar, panel, scoreboard } from "./figure.js";
import {
  argmax,
  dice,
  differences,
  excite,
  meanDice,
  pointwise,
  project,
  recalibrate,
  sigmoid,
  squeeze,
} from "./maths.js";
import { canvas, classPainter, paintMap, range } from "./paint.js";
import { index, numbers, oneOf, widget } from "./widget.js";

/** @typedef {import("./maths.js").Mode} Mode */

/** @type {{value: Mode, label: string, title: string}[]} */
const MODES = [
  { value: "none", label: "none", title: "Both branches off: the maps pass unchanged" },
  { value: "cse", label: "cSE", title: "Channel gates only" },
  { value: "sse", label: "sSE", title: "Spatial mask only" },
  { value: "scse", label: "scSE", title: "Both, as the network was trained" },
];
const FINE = 4; // canvas pixels across a position of the segmentation

/** What the block would do on its own to one picture. @param {any} manifest @param {Float64Array} maps */
function ownState({ shape, fc1, fc2, project: w, head, combine, classes }, maps) {
  const gates = excite(fc1, fc2, squeeze(maps, shape[0])).gates;
  const mask = project(maps, w.weight[0], w.bias[0]).map(sigmoid);
  /** @param {ArrayLike<number>} c @param {Mode} mode */
  const segment = (c, mode) =>
    argmax(pointwise(recalibrate(maps, c, mask, mode, combine), head), classes.length);
  return { gates, mask, segment, segmentation: segment(gates, "scse") };
}

/** The gate that changes most pixels when it is pulled to 0. @param {ReturnType<typeof ownState>} own */
function firstToPull(own) {
  const changes = Array.from(own.gates, (_, k) => {
    const pulled = own.gates.map((gate, i) => (i === k ? 0 : gate));
    return differences(own.segment(pulled, "scse"), own.segmentation);
  });
  return changes.indexOf(Math.max(...changes));
}

/**
 * What the true classes are mostly taken for where that is wrong: "9 → 3".
 * @param {ArrayLike<number>} label @param {ArrayLike<number>} segmentation
 * @param {{name: string}[]} classes
 */
function misread(label, segmentation, classes) {
  const votes = classes.map(() => new Array(classes.length).fill(0));
  for (let p = 0; p < label.length; p++) votes[label[p]][segmentation[p]]++;
  return votes.flatMap((row, k) => {
    const most = row.indexOf(Math.max(...row));
    return k && row[most] && most !== k ? [`${classes[k].name} → ${classes[most].name}`] : [];
  });
}

/** Û = … with the two branches in their colours. @param {string} combine */
function formula(combine) {
  const c = () => h("b", { class: "scse-c", text: "c·U" });
  const s = () => h("b", { class: "scse-s", text: "s·U" });
  const both = {
    add: () => [c(), " + ", s()],
    max: () => ["max(", c(), ", ", s(), ")"],
    mul: () => [c(), " × ", s()],
  }[/** @type {"add" | "max" | "mul"} */ (combine)];
  const element = h("span", { class: "scse-formula" });
  return {
    element,
    /** @param {Mode} mode */
    set(mode) {
      const right = { none: () => ["U"], cse: () => [c()], sse: () => [s()], scse: both }[mode];
      element.replaceChildren("Û = ", ...right());
    },
  };
}

export default widget(
  "gatelab",
  ({ samples, shape }) => ({
    picture: index(samples.length),
    mode: oneOf(MODES.map(({ value }) => value)),
    gates: numbers(shape[0], 0, 1),
  }),
  ({ root, manifest, arrays, get, set, say }) => {
    const { samples, shape, classes, combine } = manifest;
    const [channels, height, width] = shape;
    const size = height * width;
    const paint = classPainter(classes.map((/** @type {any} */ k) => k.colour));

    const states = samples.map((/** @type {any} */ _, /** @type {number} */ i) => {
      const maps = /** @type {Float64Array} */ (arrays.maps).subarray(
        i * channels * size,
        (i + 1) * channels * size,
      );
      /** @type {ReturnType<typeof ownState> | undefined} */
      let own;
      return {
        maps,
        picture: arrays.images.subarray(i * size, (i + 1) * size),
        label: arrays.labels.subarray(i * size, (i + 1) * size),
        own: () => (own ??= ownState(manifest, maps)),
        // The most a map can become, the gates being at most 1
        tops: Array.from({ length: channels }, (_, k) => {
          const top = range(maps.subarray(k * size, (k + 1) * size))[1];
          return { add: 2 * top, max: top, mul: top * top }[/** @type {string} */ (combine)] ?? top;
        }),
      };
    });
    const present = () => states[get("picture")];
    /** @returns {number[]} */
    const gatesNow = () => (get("gates").length ? get("gates") : Array.from(present().own().gates));

    // Choices
    const pictures = choice({
      label: "Picture",
      name: "picture",
      options: samples.map((/** @type {any} */ { title }, /** @type {number} */ i) => ({
        value: String(i),
        label: title,
      })),
      onInput: (value) => set({ picture: Number(value), gates: [] }),
    });
    pictures.element.hidden = samples.length < 2;
    const branches = choice({
      label: "Branches",
      name: "mode",
      options: MODES,
      onInput: (mode) => set({ mode }),
    });
    const equation = formula(combine);
    const reset = button("Reset", "reset", () => set({ gates: [], mode: "scse" }));

    // Panels
    const photo = canvas(height, width);
    const mask = canvas(height, width);
    const result = canvas(height * FINE, width * FINE);
    result.classList.add("scse-fine");
    const markers = [marker(), marker(), marker()];
    const stacks = [photo, mask, result].map((c, i) => stack(c, markers[i].element));
    const maskOff = h("div", { class: "scse-off", text: "off" });
    stacks[1].append(maskOff);
    const scale = colourBar("space", "mask");
    const credit = h("span", { class: "scse-credit" });
    const maskAt = readout("mask-value", (v) => fixed(v, 3));
    const maskNote = h("span", { class: "scse-note" });
    const score = scoreboard();
    const reads = h("div", { class: "scse-reads", "data-name": "misread" });
    const list = classList(classes);
    const truth = h("span", { text: manifest.outline ? "white line: truth · dots: changed" : "" });
    const note = h("p", { class: "scse-hint" });

    let where = /** @type {[number, number]} */ ([width >> 1, height >> 1]);
    /** @type {Uint8Array} */
    let segmentation = new Uint8Array(size);
    function point() {
      const p = where[1] * width + where[0];
      const s = present().own().mask[p];
      for (const m of markers) m.at(where[0], where[1], width, height);
      maskAt.set(s);
      maskNote.replaceChildren(`row ${where[1]}, column ${where[0]}: s = `, maskAt.element);
      say(`s is ${fixed(s, 3)}; class ${classes[segmentation[p]].name}`);
    }
    stacks.forEach((element, i) =>
      pointable(element, {
        label: ["Picture", "Spatial mask", "Segmentation"][i],
        name: ["point-picture", "point-mask", "point-segmentation"][i],
        width,
        height,
        where: () => where,
        onMove: (x, y) => {
          where = [x, y];
          point();
        },
        onLeave: () => {
          for (const m of markers) m.hide();
          maskNote.replaceChildren();
        },
      }),
    );

    // The mixing desk
    const cards = Array.from({ length: channels }, (_, k) => {
      const thumb = canvas(height, width);
      const value = readout(`gate-${k}`, (v) => fixed(v, 3));
      const slider = bar({
        label: `Gate of channel ${k + 1}`,
        name: `bar-${k}`,
        vertical: true,
        onInput: (v) => set({ gates: gatesNow().map((gate, i) => (i === k ? v : gate)) }),
      });
      const element = h(
        "div",
        { class: "scse-card" },
        h("span", { class: "scse-name", "aria-hidden": true, text: String(k + 1) }),
        thumb,
        slider.element,
        value.element,
      );
      return { element, thumb, value, slider };
    });
    const hint = h("div", { class: "scse-pull", "aria-hidden": true, text: "pull me" });
    const recalibrated = new Float64Array(size);

    root.append(
      h("div", { class: "scse-controls" }, pictures.element, branches.element, equation.element, reset),
      h(
        "div",
        { class: "scse-panels" },
        panel("Picture", stacks[0], credit),
        panel(h("span", {}, "Spatial mask ", h("b", { class: "scse-s", text: "s" })), stacks[1], scale.element, maskNote),
        panel("Segmentation", stacks[2], truth),
        h("div", { class: "scse-outcome" }, h("div", {}, score.element, reads), list.element),
      ),
      h(
        "div",
        { class: "scse-title" },
        h("span", {}, "Recalibrated maps ", h("b", { text: "Û" }), " and channel gates ", h("b", { class: "scse-c", text: "c" })),
      ),
      h("div", { class: "scse-desk" }, ...cards.map((card) => card.element)),
      note,
    );

    let drawn = -1;
    return function update() {
      const picture = get("picture");
      const mode = /** @type {Mode} */ (get("mode"));
      const { maps, picture: grey, label, tops, own: ownNow } = states[picture];
      const own = ownNow();
      const gates = gatesNow();
      const channelOn = mode === "cse" || mode === "scse";
      const spaceOn = mode === "sse" || mode === "scse";

      pictures.set(String(picture));
      branches.set(mode);
      equation.set(mode);
      if (picture !== drawn) {
        const [low, high] = range(own.mask);
        paintMap(photo, grey, 0, 255, "gray");
        paintMap(mask, own.mask, low, high, "space");
        scale.set(low, high);
        credit.textContent = samples[picture].credit ?? "";
        cards[firstToPull(own)].slider.element.append(hint);
        drawn = picture;
      }
      maskOff.hidden = spaceOn;

      const all = recalibrate(maps, gates, own.mask, mode, combine);
      segmentation = argmax(pointwise(all, manifest.head), classes.length);
      paint(result, segmentation, {
        picture: grey,
        width,
        before: own.segmentation,
        outline: manifest.outline ? label : undefined,
      });
      const scored = meanDice(segmentation, label, classes.length);
      const before = meanDice(own.segmentation, label, classes.length);
      const pixels = differences(segmentation, own.segmentation);
      score.set(scored, before, pixels, size);
      const wrong = misread(label, segmentation, classes);
      reads.textContent = wrong.join(", ");
      list.set(dice(segmentation, label, classes.length));

      cards.forEach(({ thumb, value, slider }, k) => {
        recalibrated.set(all.subarray(k * size, (k + 1) * size));
        paintMap(thumb, recalibrated, 0, tops[k], "feature");
        value.set(gates[k]);
        slider.set(gates[k]);
        slider.setHome(own.gates[k]);
        slider.disable(!channelOn);
      });
      hint.hidden = get("gates").length > 0 || !channelOn;
      root.classList.toggle("scse-channel-off", !channelOn);

      const zeros = gates.some((/** @type {number} */ g) => g === 0);
      note.textContent = !channelOn
        ? "The channel branch is off: the gates have nothing to say. Choose cSE or scSE."
        : zeros && mode === "scse" && combine === "add"
          ? "At 0 the map is still there: s·U lets it through. In cSE it goes dark."
          : "Each bar is the gate of its map. The tick is what the network chose; a double click puts a bar back.";
      say(`Dice ${fixed(scored)}, ${count(pixels)} pixels changed. ${wrong.join(", ")}`);
    };
  },
);
