/**
 * GateLab: the blocks of a network, with their gates in the reader's hand. The last block is
 * computed here; those before it by an engine, which is fetched when the first of them is chosen.
 */

import { bar, button, bypass, choice, readout } from "../../controls/controls.js";
import { marker, pointable, stack } from "../../draw/cursor.js";
import { fixed, h, pixels as inPixels } from "../../ground/dom.js";
import { engineFor } from "../../engine/here.js";
import { classList, colourBar, miniature, panel, scoreboard } from "../../desk/figure.js";
import { deeper } from "./deeper.js";
import { firstToPull, ownState } from "./last.js";
import { formula, misread } from "./words.js";
import { argmax, dice, differences, meanDice, recalibrateChannel } from "../../ground/maths.js";
import { canvas, classPainter, paintMap, range } from "../../draw/paint.js";
import { index, numbers, oneOf, widget } from "../../widget.js";

/** @typedef {import("../../ground/maths.js").Mode} Mode */

/** @type {{value: Mode, label: string, title: string}[]} */
const MODES = [
  { value: "none", label: "none", title: "Both branches off: the maps pass unchanged" },
  { value: "cse", label: "cSE", title: "Channel gates only" },
  { value: "sse", label: "sSE", title: "Spatial mask only" },
  { value: "scse", label: "scSE", title: "Both, as the network was trained" },
];
const FINE = 4; // canvas pixels across a position of the segmentation

/**
 * A block that is drawn: what comes in, what it computes, what the reader made of it.
 * @typedef {object} View
 * @property {number[]} shape @property {ArrayLike<number>} maps U
 * @property {ArrayLike<number>} mask @property {ArrayLike<number>} own gates
 * @property {ArrayLike<number>} gates that go on
 * @property {Uint8Array} before the network's own segmentation
 * @property {Uint8Array} segmentation
 */

export default widget(
  "gatelab",
  ({ samples, blocks, last }) => ({
    picture: index(samples.length),
    block: oneOf(["", ...Object.keys(blocks)]),
    mode: oneOf(MODES.map(({ value }) => value)),
    gates: (value, trait) =>
      numbers((blocks[trait("block")] ?? blocks[last]).channels, 0, 1)(value, trait),
  }),
  ({ root, manifest, arrays, get, set, say, model, experimental, signal }) => {
    const { samples, classes, blocks, last } = manifest;
    const [, height, width] = manifest.shape; // of the picture, and of the last block
    const size = height * width;
    const paint = classPainter(classes.map((/** @type {any} */ k) => k.colour));

    const states = samples.map((/** @type {any} */ _, /** @type {number} */ i) => {
      const length = manifest.shape[0] * size;
      const maps = /** @type {Float64Array} */ (arrays.maps).subarray(i * length, (i + 1) * length);
      const depth = arrays.inputs.length / (samples.length * size);
      const input = arrays.inputs.subarray(i * depth * size, (i + 1) * depth * size);
      const [low, high] = range(input.subarray(0, size));
      /** @type {ReturnType<typeof ownState> | undefined} */
      let own;
      return {
        maps,
        input: { shape: [depth, height, width], data: Float32Array.from(input) },
        picture: Uint8Array.from(input.subarray(0, size), (v) => (255 * (v - low)) / (high - low)),
        label: arrays.labels.subarray(i * size, (i + 1) * size),
        own: () => (own ??= ownState(manifest, maps)),
      };
    });
    const blockNow = () => get("block") || last;
    /** @type {View | undefined} */
    let shown;
    /** The reader's, none if they were of another block. @returns {number[]} */
    const gatesSet = () =>
      get("gates").length === blocks[blockNow()].channels ? get("gates") : [];
    const gatesNow = () => (gatesSet().length ? gatesSet() : Array.from(shown?.own ?? []));

    // The engine, for all blocks but the last
    const status = h("span", { class: "scse-status", role: "status", "data-name": "engine" });
    const { engine } = engineFor({
      model,
      experimental,
      signal,
      networks: { [manifest.network]: blocks },
      tell: (text) => (status.textContent = text),
    });
    const askFor = deeper(engine, manifest.network, (picture) => states[picture].input);

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
    const chooser = choice({
      label: "Block",
      name: "block",
      options: Object.entries(blocks).map(([value, site]) => ({
        value,
        label: value,
        title: `${/** @type {any} */ (site).channels} channels`,
      })),
      onInput: (value) => set({ block: value === last ? "" : value, gates: [] }),
    });
    chooser.element.hidden = Object.keys(blocks).length < 2;
    const branches = choice({
      label: "Branches",
      name: "mode",
      options: MODES,
      onInput: (mode) => set({ mode }),
    });
    const equation = formula(manifest.combine);
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
    /** The pixel that is pointed at, and the mask's value there. */
    function point() {
      if (!shown) return;
      const [, rows, columns] = shown.shape;
      const row = Math.floor((where[1] * rows) / height);
      const column = Math.floor((where[0] * columns) / width);
      const p = where[1] * width + where[0];
      const s = shown.mask[row * columns + column];
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
    const most = Math.max(...Object.values(blocks).map((/** @type {any} */ site) => site.channels));
    const desk = h("div", { class: "scse-desk" });
    const past = bypass();
    const short = miniature(result);
    const howMany = h("span");
    /** @param {number} k */
    function card(k) {
      const thumb = canvas(1, 1);
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
      desk.append(element);
      return { element, thumb, value, slider };
    }
    /** @type {ReturnType<typeof card>[]} */
    const cards = [];
    const hint = h("div", { class: "scse-pull", "aria-hidden": true, text: "pull me" });

    root.append(
      h(
        "div",
        { class: "scse-controls" },
        pictures.element,
        branches.element,
        equation.element,
        reset,
      ),
      h(
        "div",
        { class: "scse-panels" },
        panel("Picture", stacks[0], credit),
        panel(
          h("span", {}, "Spatial mask ", h("b", { class: "scse-s", text: "s" })),
          stacks[1],
          scale.element,
          maskNote,
        ),
        panel("Segmentation", stacks[2], truth),
        h("div", { class: "scse-outcome" }, h("div", {}, score.element, reads), list.element),
      ),
      h("div", { class: "scse-controls scse-blocks" }, chooser.element, status),
      h(
        "div",
        { class: "scse-title scse-opener" },
        short.element,
        h(
          "span",
          {},
          howMany,
          "Recalibrated maps ",
          h("b", { text: "Û" }),
          " and channel gates ",
          h("b", { class: "scse-c", text: "c" }),
        ),
      ),
      past.start,
      desk,
      past.end,
      note,
    );

    let drawn = "";
    /** @param {View} view */
    function draw(view) {
      shown = view;
      const { shape, maps, mask: s, own, gates, before, segmentation: now } = view;
      const [channels, rows, columns] = shape;
      const picture = get("picture");
      const mode = /** @type {Mode} */ (get("mode"));
      const { combine } = blocks[blockNow()];
      const { picture: grey, label } = states[picture];
      const channelOn = mode === "cse" || mode === "scse";

      if (`${picture} ${blockNow()}` !== drawn) {
        drawn = `${picture} ${blockNow()}`;
        const [low, high] = range(s);
        paintMap(photo, grey, 0, 255, "gray");
        Object.assign(mask, { width: columns, height: rows });
        paintMap(mask, s, low, high, "space");
        scale.set(low, high);
        credit.textContent = samples[picture].credit ?? "";
        while (cards.length < Math.min(most, channels)) cards.push(card(cards.length));
        root.classList.toggle("scse-many", channels > manifest.shape[0]);
        if (blockNow() === last)
          cards[firstToPull(states[picture].own())].slider.element.append(hint);
        else hint.remove();
      }
      past.set(channels);
      howMany.textContent = `${blockNow()}, ${channels} channels of ${rows} × ${columns}: `;
      maskOff.hidden = mode === "sse" || mode === "scse";

      segmentation = now;
      paint(result, segmentation, {
        picture: grey,
        width,
        before,
        outline: manifest.outline ? label : undefined,
      });
      const scored = meanDice(segmentation, label, classes.length);
      const pixels = differences(segmentation, before);
      score.set(scored, meanDice(before, label, classes.length), pixels, size);
      short.set(`Dice ${fixed(scored)}, ${inPixels(pixels)} changed`);
      const wrong = misread(label, segmentation, classes);
      reads.textContent = wrong.join(", ");
      list.set(dice(segmentation, label, classes.length));

      const area = rows * columns;
      const recalibrated = new Float64Array(area);
      cards.forEach(({ element, thumb, value, slider }, k) => {
        element.hidden = k >= channels;
        if (element.hidden) return;
        if (thumb.width !== columns) Object.assign(thumb, { width: columns, height: rows });
        recalibrateChannel(maps, k, gates[k], s, mode, combine, recalibrated);
        let top = 0; // The most a map can become, the gates being at most 1
        for (let p = k * area; p < (k + 1) * area; p++) top = Math.max(top, maps[p]);
        top = { add: 2 * top, max: top, mul: top * top }[/** @type {string} */ (combine)] ?? top;
        paintMap(thumb, recalibrated, 0, top, "feature");
        value.set(gates[k]);
        slider.set(gates[k]);
        slider.setHome(own[k]);
        slider.disable(!channelOn);
      });
      hint.hidden = get("gates").length > 0 || !channelOn;
      root.classList.toggle("scse-channel-off", !channelOn);

      const zeros = Array.from(gates).some((g) => g === 0);
      note.textContent = !channelOn
        ? "The channel branch is off: the gates have nothing to say. Choose cSE or scSE."
        : zeros && mode === "scse" && combine === "add"
          ? "At 0 the map is still there: s·U lets it through. In cSE it goes dark."
          : "Each bar is the gate of its map. The tick is what the network chose; a double click puts a bar back.";
      say(`Dice ${fixed(scored)}, ${inPixels(pixels)} changed. ${wrong.join(", ")}`);
    }

    /** The last block, computed here. */
    function compute() {
      const { maps, own: ownNow } = states[get("picture")];
      const mode = /** @type {Mode} */ (get("mode"));
      const own = ownNow();
      const gates = gatesSet().length ? gatesSet() : own.gates;
      draw({
        shape: manifest.shape,
        maps,
        mask: own.mask,
        own: own.gates,
        gates,
        before: own.segmentation,
        segmentation: own.segment(gates, mode),
      });
    }

    /** Any other block, by the engine. */
    async function ask() {
      const job = {
        picture: get("picture"),
        block: blockNow(),
        mode: get("mode"),
        gates: gatesSet(),
      };
      try {
        const done = await askFor(job);
        if (!done || job.block !== blockNow() || job.picture !== get("picture")) return;
        const { own, answer } = done;
        const { channel, spatial, maps } = /** @type {any} */ (answer.blocks[job.block]); // it has both
        const count = classes.length;
        draw({
          shape: maps.shape,
          maps: maps.data,
          mask: spatial.data,
          own: channel,
          gates: job.gates.length ? job.gates : Array.from(channel),
          before: argmax(own.output.data, count),
          segmentation: argmax(answer.output.data, count),
        });
      } catch (error) {
        status.textContent = `${/** @type {Error} */ (error).message} The last block works without it.`;
        if (job.block !== last) set({ block: "", gates: [] });
      }
    }

    return function update() {
      const block = blockNow();
      pictures.set(String(get("picture")));
      chooser.set(block);
      branches.set(get("mode"));
      equation.set(/** @type {Mode} */ (get("mode")));
      if (block === last) compute();
      else ask();
    };
  },
);
