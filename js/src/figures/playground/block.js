/** One block, opened: its mask to paint on, its recalibrated maps and their gates to drag. */

import { bar, button, bypass, choice, enable, readout } from "../../controls/controls.js";
import { stack } from "../../draw/cursor.js";
import { fixed, h } from "../../ground/dom.js";
import { colourBar } from "../../desk/figure.js";
import { recalibrated } from "../../ground/maths.js";
import { canvas, paintMap } from "../../draw/paint.js";
import { changes } from "./overrule.js";
import { pen } from "../../desk/pen.js";

/** @typedef {import("./state.js").GateState} GateState */
/** @typedef {import("./state.js").Branch} Branch */
/** @typedef {{channels: number, positions: number[], branches: string[]}} Site */

const BRUSH = 0.12; // of the mask's width

/**
 * @param {object} options
 * @param {any} options.manifest
 * @param {(branch: Branch) => GateState} options.gate of the block that is shown
 * @param {(branch: Branch, gate: GateState, tag?: string) => void} options.change
 * @param {(base: string) => void} options.everywhere the same base for all gates of all blocks
 */
export function blockPanel({ manifest, gate, change, everywhere }) {
  const { examples, test_images: count } = manifest;
  /** @type {[string, string][]} */
  const bases = [
    ["own", "the network's own"],
    ["mean", `the mean of ${count} pictures`],
    ...examples.map((/** @type {any} */ e, /** @type {number} */ i) => [
      `example:${i}`,
      `those of “${e.title}”`,
    ]),
    ["off", "off: 0 everywhere"],
    ["one", "open: 1 everywhere"],
    ["invert", "upside down: 1 − gate"],
  ];
  /** @param {string} label @param {string} name @param {(base: string) => void} onInput */
  function baseSelect(label, name, onInput) {
    const element = h(
      "select",
      { class: "scse-select", "data-name": name, "aria-label": label },
      ...bases.map(([value, text]) => h("option", { value, text })),
    );
    element.addEventListener("change", () => onInput(element.value));
    return element;
  }

  // The mask
  const mask = canvas(1, 1);
  const cursor = h("div", { class: "scse-pencil", hidden: true });
  const sheet = stack(mask, cursor);
  const scale = colourBar("space", "mask");
  const maskBase = baseSelect("Spatial mask", "mask-base", (base) => change("spatial", { base }));
  let brush = 0;
  const brushes = choice({
    label: "Paint on it",
    name: "brush",
    options: [
      { value: "0", label: "shut", title: "paint 0" },
      { value: "1", label: "open", title: "paint 1" },
    ],
    onInput: (value) => {
      brush = Number(value);
      brushes.set(value);
    },
  });
  brushes.set("0");
  const wipe = button("Wipe paint", "wipe", () =>
    change("spatial", { ...gate("spatial"), strokes: [] }),
  );
  /** @type {Site} */
  let site = { channels: 0, positions: [1, 1], branches: [] };
  let before = /** @type {import("./compose.js").Stroke[]} */ ([]);
  let painting = 0;
  let fresh = true;
  pen(sheet, {
    label: "Spatial mask to paint on",
    name: "mask",
    size: () => [site.positions[1], site.positions[0]],
    onStroke(points, done) {
      if (fresh) {
        before = gate("spatial").strokes ?? [];
        painting += 1;
      }
      fresh = done;
      const width = Math.max(1, BRUSH * site.positions[1]);
      const strokes = [...before, { width, value: brush, points }];
      change("spatial", { ...gate("spatial"), strokes }, `paint ${painting}!`);
    },
    onCursor: (x, y, down) => {
      cursor.hidden = x < 0;
      cursor.style.left = `${(100 * x) / site.positions[1]}%`;
      cursor.style.top = `${(100 * y) / site.positions[0]}%`;
      cursor.classList.toggle("scse-down", down);
    },
  });

  // The gates
  const gateBase = baseSelect("Channel gates", "gate-base", (base) => change("channel", { base }));
  const all = baseSelect("Gates and masks of all blocks", "all-base", everywhere);
  all.append(h("option", { value: "", hidden: true, text: "mixed" }));
  const desk = h("div", { class: "scse-desk" });
  const past = bypass();
  /** @type {ArrayLike<number>} */
  let ticks = [];
  const most = Math.max(
    ...Object.values(manifest.networks[manifest.reference].blocks).map(
      (/** @type {any} */ b) => b.channels,
    ),
  );
  const cards = Array.from({ length: most }, (_, k) => {
    const thumb = canvas(1, 1);
    const value = readout(`gate-${k}`, (v) => fixed(v, 2));
    const slider = bar({
      label: `Gate of channel ${k + 1}`,
      name: `bar-${k}`,
      onInput(v) {
        const now = gate("channel");
        /** @type {Record<string, number>} */
        const by = { ...now.set, [k]: v };
        // Put back to its tick, a bar is the network's again.
        if (now.base === "own" && Math.abs(v - ticks[k]) < 1e-6) delete by[k];
        change("channel", { ...now, set: by }, `gate ${k}`);
      },
    });
    const name = h("span", { class: "scse-name", "aria-hidden": true, text: String(k + 1) });
    const element = h("div", { class: "scse-card" }, name, thumb, slider.element, value.element);
    desk.append(element);
    return { element, thumb, value, slider };
  });

  const title = h("div", { class: "scse-title" });
  const note = h("p", { class: "scse-hint" });
  const maskSide = h(
    "div",
    { class: "scse-maskside" },
    h("div", {}, "Spatial mask ", h("b", { class: "scse-s", text: "s" })),
    sheet,
    scale.element,
    maskBase,
    h("div", { class: "scse-row" }, brushes.element, wipe),
  );
  const gatesToo = h("span", {}, ", channel gates ", h("b", { class: "scse-c", text: "c" }));
  const deskSide = h(
    "div",
    { class: "scse-deskside" },
    h(
      "div",
      { class: "scse-row" },
      h("span", {}, "Recalibrated maps ", h("b", { text: "Û" }), gatesToo),
      gateBase,
    ),
    past.start,
    desk,
    past.end,
  );
  const everything = h("label", { class: "scse-row" }, h("span", { text: "all blocks:" }), all);
  const header = h("div", { class: "scse-row scse-opener" }, title, everything);
  const element = h(
    "div",
    { class: "scse-block" },
    header,
    h("div", { class: "scse-opened" }, maskSide, deskSide),
    note,
  );

  return {
    element,
    header,
    /**
     * @param {string} name @param {Site | undefined} now none for a network without gates
     * @param {import("../../engine/contract.js").Block | undefined} block as the network computes it
     * @param {{channel: ArrayLike<number> | undefined, spatial: ArrayLike<number> | undefined}} goesOn
     * @param {string} common base of all gates, "" if they differ
     */
    update(name, now, block, goesOn, common) {
      title.textContent = now
        ? `${name}: ${now.channels} channels of ${now.positions.join(" × ")}`
        : "A plain U-Net: no gates, nothing to overrule";
      for (const part of [element.children[1], everything, note]) {
        /** @type {HTMLElement} */ (part).hidden = !now;
      }
      all.value = common;
      if (!now || !block) return;
      site = now;
      const [height, width] = now.positions;
      const hasMask = now.branches.includes("spatial");
      const hasGates = now.branches.includes("channel");
      maskSide.hidden = !hasMask;
      gateBase.hidden = gatesToo.hidden = !hasGates;
      const ways = [hasGates && "drag a bar", hasMask && "paint on the mask"]
        .filter(Boolean)
        .join(", or ");
      if (goesOn.spatial) {
        if (mask.width !== width) Object.assign(mask, { width, height });
        mask.style.aspectRatio = `${width} / ${height}`;
        let [low, high] = [1, 0];
        for (let p = 0; p < goesOn.spatial.length; p++) {
          low = Math.min(low, goesOn.spatial[p]);
          high = Math.max(high, goesOn.spatial[p]);
        }
        paintMap(mask, goesOn.spatial, low, high, "space");
        scale.set(low, high);
        maskBase.value = gate("spatial").base;
        enable([
          [wipe, Boolean(gate("spatial").strokes?.length)],
          [maskBase, true],
        ]);
      }
      if (hasGates) gateBase.value = gate("channel").base;
      ticks = block.channel ?? [];
      past.set(hasGates ? now.channels : 0);
      drawCards(now, block, goesOn);
      note.textContent = !block.maps
        ? "The maps of this picture come with the engine."
        : changes(gate("channel"))
          ? "Ticks show what the network would choose now. A double click puts a bar back."
          : `${ways[0].toUpperCase()}${ways.slice(1)}: the whole network behind this block runs again.`;
    },
  };

  /**
   * @param {Site} now @param {import("../../engine/contract.js").Block} block
   * @param {{channel: ArrayLike<number> | undefined, spatial: ArrayLike<number> | undefined}} goesOn
   */
  function drawCards(now, block, goesOn) {
    const { maps } = block;
    const [h1, w1] = maps ? maps.shape.slice(1) : [1, 1];
    const out = new Float64Array(h1 * w1);
    const [height, width] = now.positions;
    const mode = !goesOn.channel ? "sse" : !goesOn.spatial ? "cse" : "scse";
    // The mask at the positions of the maps, which may be fewer
    const seen = Float64Array.from(out, (_, p) => {
      const y = Math.floor(((Math.floor(p / w1) + 0.5) * height) / h1);
      const x = Math.floor((((p % w1) + 0.5) * width) / w1);
      return goesOn.spatial?.[y * width + x] ?? 0;
    });
    cards.forEach(({ element: card, thumb, value, slider }, k) => {
      card.hidden = k >= now.channels;
      if (card.hidden) return;
      slider.element.hidden = value.element.hidden = !goesOn.channel;
      if (goesOn.channel) {
        value.set(goesOn.channel[k]);
        slider.set(goesOn.channel[k]);
        slider.setHome(block.channel?.[k]);
      }
      thumb.classList.toggle("scse-none", !maps);
      if (!maps) return;
      if (thumb.width !== w1) Object.assign(thumb, { width: w1, height: h1 });
      thumb.style.aspectRatio = `${w1} / ${h1}`;
      let top = 0;
      for (let p = 0; p < out.length; p++) {
        const u = maps.data[k * out.length + p];
        top = Math.max(top, u);
        out[p] = recalibrated(u, goesOn.channel?.[k] ?? 0, seen[p], mode, "add");
      }
      paintMap(thumb, out, 0, mode === "scse" ? 2 * top : top, "feature"); // a gate is 1 at most
    });
  }
}
