/** ContrastSwap: two contrasts of one slice exchange the channel gates of a block. */

import { bar, button, readout } from "./controls.js";
import { marker, pointable } from "./cursor.js";
import { fixed, h } from "./dom.js";
import { classList, panel, scoreboard } from "./figure.js";
import { dice, differences, meanDice } from "./maths.js";
import { canvas, classPainter, paintMap } from "./paint.js";
import { plot } from "./plot.js";
import { index, widget } from "./widget.js";

const FINE = 4;

export default widget(
  "swap",
  ({ parts }) => ({ step: index(parts.length) }),
  ({ root, manifest, arrays, get, set, say }) => {
    const { titles, classes, channels, parts, block } = manifest;
    const [height, width] = manifest.size;
    const size = height * width;
    const last = parts.length - 1;
    const paint = classPainter(classes.map((/** @type {any} */ k) => k.colour));
    const own = [arrays.gates.subarray(0, channels), arrays.gates.subarray(channels)];
    /** @param {number} i picture @param {number} k channel @param {number} part */
    const gate = (i, k, part) => own[i][k] + part * (own[1 - i][k] - own[i][k]);
    /** @param {number} step @param {number} i */
    const map = (step, i) =>
      /** @type {Uint8Array} */ (arrays.maps).subarray((step * 2 + i) * size, (step * 2 + i + 1) * size);
    // Channels in the order of what the contrast does to them
    const order = Array.from({ length: channels }, (_, k) => k).sort(
      (a, b) => own[0][a] - own[1][a] - (own[0][b] - own[1][b]),
    );
    const moves = Array.from(own[0], (g, k) => Math.abs(g - own[1][k]));
    const mean = moves.reduce((sum, m) => sum + m, 0) / channels;

    // The two pictures
    const sides = [0, 1].map((i) => {
      const photo = canvas(height, width);
      const result = canvas(height * FINE, width * FINE);
      const score = scoreboard(`-${i}`);
      const list = classList(classes, `-${i}`);
      paintMap(photo, arrays.images.subarray(i * size, (i + 1) * size), 0, 255, "gray");
      const element = h(
        "div",
        { class: "scse-twin" },
        panel(h("span", {}, h("span", { class: `scse-key scse-key-${i}`, "aria-hidden": true }), titles[i]), photo),
        panel("Segmentation", result),
        h("div", { class: "scse-twinscore" }, score.element, list.element),
      );
      return { result, score, list, element };
    });

    // The gates
    const drawing = plot(
      `The ${channels} gates of ${block} for both pictures, sorted by their difference. ` +
        `Mean difference ${fixed(mean)}, largest ${fixed(Math.max(...moves))}.`,
      "gate c",
    );
    const dots = [0, 1].map((i) =>
      order.map((k, at) => {
        const dot = h("span", { class: `scse-gatedot scse-key-${i}` });
        dot.style.left = `${(100 * (at + 0.5)) / channels}%`;
        drawing.area.append(dot);
        return { dot, k };
      }),
    );
    const stems = order.map((_, at) => {
      const stem = h("span", { class: "scse-stem" });
      stem.style.left = `${(100 * (at + 0.5)) / channels}%`;
      drawing.area.prepend(stem);
      return stem;
    });
    let at = order.length - 1;
    const column = marker();
    const values = [readout("gate-0", (v) => fixed(v, 3)), readout("gate-1", (v) => fixed(v, 3))];
    const reading = h("span", { class: "scse-note" });
    function point() {
      const part = parts[get("step")];
      column.at(at, 0, channels, 1);
      values.forEach((value, i) => value.set(gate(i, order[at], part)));
      reading.replaceChildren(
        `channel ${order[at] + 1}: ${titles[0]} `, values[0].element, `, ${titles[1]} `, values[1].element,
      );
      say(reading.textContent ?? "");
    }
    drawing.area.append(column.element);
    pointable(drawing.area, {
      label: `Gates of ${block}`,
      name: "point-gates",
      width: channels,
      height: 1,
      where: () => [at, 0],
      onMove(x) {
        at = x;
        point();
      },
      onLeave: column.hide,
    });

    // What the reader does
    const slider = bar({
      label: "Gates, from own to exchanged",
      name: "step",
      min: 0,
      max: last,
      step: 1,
      snap: true,
      format: (v) => `${Math.round(100 * parts[v])} % exchanged`,
      onInput: (step) => set({ step }),
    });
    const still = matchMedia("(prefers-reduced-motion: reduce)");
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let walking;
    /** One step at a time, so that the change can be seen. @param {number} goal */
    function walk(goal) {
      clearTimeout(walking);
      const step = get("step");
      if (step === goal || !root.isConnected) return;
      if (still.matches) return set({ step: goal });
      set({ step: step + Math.sign(goal - step) });
      walking = setTimeout(() => walk(goal), 130);
    }
    const swap = button("", "swap", () => walk(get("step") === last ? 0 : last));
    swap.classList.add("scse-primary");
    slider.element.addEventListener("pointerdown", () => clearTimeout(walking));
    const reset = button("Reset", "reset", () => walk(0));

    root.append(
      h("div", { class: "scse-controls" }, swap, reset),
      h("div", { class: "scse-twins" }, ...sides.map((side) => side.element)),
      h("div", { class: "scse-title" }, h("span", {}, `The ${channels} channel gates `, h("b", { class: "scse-c", text: "c" }), ` of ${block}`)),
      drawing.element,
      reading,
      h("div", { class: "scse-labelled" }, h("span", { text: "own gates" }), slider.element, h("span", { text: "the other’s" })),
      h("p", {
        text: `Channels are sorted by the difference of their gates: ${fixed(mean)} in the mean, ${fixed(Math.max(...moves))} at most. Dotted pixels changed.${manifest.credit ? ` Pictures: ${manifest.credit}.` : ""}`,
      }),
    );

    return function update() {
      const step = get("step");
      const part = parts[step];
      slider.set(step);
      swap.textContent = step === last ? `Give the ${channels} gates back` : `Swap the ${channels} gates`;
      const spoken = sides.map(({ result, score, list }, i) => {
        const now = map(step, i);
        const scored = meanDice(now, arrays.label, classes.length);
        paint(result, now, {
          picture: arrays.images.subarray(i * size, (i + 1) * size),
          width,
          before: map(0, i),
        });
        score.set(scored, meanDice(map(0, i), arrays.label, classes.length), differences(now, map(0, i)), size);
        list.set(dice(now, arrays.label, classes.length));
        return `${titles[i]}: Dice ${fixed(scored)}`;
      });
      dots.forEach((row, i) => {
        for (const { dot, k } of row) dot.style.bottom = `${100 * gate(i, k, part)}%`;
      });
      stems.forEach((stem, j) => {
        const pair = [gate(0, order[j], part), gate(1, order[j], part)];
        stem.style.bottom = `${100 * Math.min(...pair)}%`;
        stem.style.height = `${100 * Math.abs(pair[0] - pair[1])}%`;
      });
      point();
      if (!drawing.area.matches(":hover, :focus")) column.hide();
      say(spoken.join(". "));
    };
  },
);
