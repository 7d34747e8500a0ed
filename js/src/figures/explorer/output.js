/** What the network returned, beside what it returned on its own. */

import { readout } from "../../controls/controls.js";
import { count, fixed, h, signed } from "../../ground/dom.js";
import { dice } from "../../ground/maths.js";
import { canvas, classPainter } from "../../draw/paint.js";
import { distance, shares, top } from "./result.js";
import { resample } from "./stored.js";

/** @typedef {import("./result.js").Result} Result */
/** @typedef {import("./stored.js").Plane} Plane */
/**
 * @typedef {object} Seen
 * @property {Result} now @property {Result} own
 * @property {Plane} picture @property {Plane} [label] @property {number | null} [truth]
 */

const FINE = 4; // canvas pixels across a position, where the map is small
const MOST = 640; // canvas pixels across at most
const BARS = 10; // classes that are shown
const NUMBERS = 12;

/**
 * @param {import("./result.js").Described} described
 * @param {number} [reduced] one of how many positions a side is stored
 */
export function outputView(described, reduced = 1) {
  if (described.kind === "map") return mapView(described.classes, reduced);
  return described.kind === "classes" ? classView(described.classes) : numberView(described.note);
}

/** A large number with words. @param {string} name @param {string} words */
function headline(name, words) {
  const value = readout(name, (v) => count(v));
  const rest = h("span", { text: words });
  const element = h("div", { class: "scse-headline" }, value.element, " ", rest);
  return { element, value, rest };
}

/** @param {{name: string, colour: string}[]} classes @param {number} reduced */
function mapView(classes, reduced) {
  const paint = classPainter(classes.map(({ colour }) => colour));
  const picture = canvas(1, 1, "Output: a class at each position");
  picture.classList.add("scse-fine");
  const changed = headline("changed", "pixels changed");
  const rows = classes.map(({ name, colour }, k) => {
    const swatch = h("span", { class: "scse-swatch", "aria-hidden": true });
    swatch.style.background = colour;
    const pixels = readout(`pixels-${k}`, (v) => count(v));
    const more = h("span", { class: "scse-more" });
    const score = readout(`dice-of-${k}`);
    const scored = h("span", { class: "scse-scored", hidden: true }, "Dice ", score.element);
    const element = h("li", {}, swatch, h("span", { text: name }), pixels.element, more, scored);
    return { element, pixels, more, score, scored };
  });
  const list = h(
    "ul",
    { class: "scse-areas", "aria-label": "Pixels of each class" },
    ...rows.map((r) => r.element),
  );
  return {
    panel: picture,
    below: h("span", {
      text:
        reduced > 1
          ? `stored smaller: one pixel of ${reduced}×${reduced}, and so are the numbers`
          : "dots: changed",
    }),
    outcome: h("div", { class: "scse-outcome" }, changed.element, list),
    change: changed.element,
    /** @param {Seen} seen */
    update({ now, own, picture: image, label }) {
      const { height, width } = now;
      const size = height * width;
      const fine = Math.max(1, Math.min(FINE, Math.floor(MOST / Math.max(height, width))));
      if (picture.width !== width * fine || picture.height !== height * fine) {
        Object.assign(picture, { width: width * fine, height: height * fine });
        picture.style.aspectRatio = `${width} / ${Math.max(height, width / 10)}`;
      }
      const before = own.height === height && own.width === width ? own.data : now.data;
      const truth = label && resample(label, height, width);
      const grey = Uint8ClampedArray.from(resample(image, height, width)); // whole numbers only
      paint(picture, now.data, { picture: grey, width, before, outline: truth });
      let differing = 0;
      const areas = new Float64Array(classes.length);
      const was = new Float64Array(classes.length);
      for (let p = 0; p < size; p++) {
        areas[now.data[p]] += 1;
        was[before[p]] += 1;
        if (now.data[p] !== before[p]) differing += 1;
      }
      changed.value.set(differing);
      changed.rest.textContent = `of ${count(size)} pixels changed`;
      changed.element.classList.toggle("scse-any", differing > 0);
      const scores = truth && dice(now.data, truth, classes.length);
      rows.forEach(({ pixels, more, element, score, scored }, k) => {
        pixels.set(areas[k]);
        const difference = areas[k] - was[k];
        more.textContent = difference
          ? `${difference < 0 ? "▼" : "▲"} ${count(Math.abs(difference))}`
          : "";
        element.hidden = classes.length > 12 && !areas[k] && !was[k];
        scored.hidden = !scores || k === 0;
        if (scores) score.set(scores[k]);
      });
      return `${differing} of ${size} pixels changed`;
    },
  };
}

/** @param {{name: string, colour: string}[]} classes */
function classView(classes) {
  const verdict = h("div", { class: "scse-headline scse-verdict", "data-name": "verdict" });
  const moved = readout("moved", (v) => fixed(v, 3));
  const rows = Array.from({ length: Math.min(BARS, classes.length) }, (_, i) => {
    const name = h("span", { class: "scse-classname" });
    const value = readout(`share-${i}`, (v) => `${fixed(100 * v, 1)} %`);
    const more = h("span", { class: "scse-more" });
    const gauge = h("span", { class: "scse-share", "aria-hidden": true });
    const element = h("li", {}, name, gauge, value.element, more);
    return { element, name, value, more, gauge };
  });
  const change = h("div", {}, "largest change of a share: ", moved.element);
  const list = h(
    "ol",
    { class: "scse-tops", "aria-label": "Classes with the largest share" },
    ...rows.map((r) => r.element),
  );
  return {
    panel: list,
    below: h("span", {
      text: `softmax of the output${classes.length > BARS ? `, the ${BARS} largest of ${count(classes.length)}` : ""}; tick: the network’s own`,
    }),
    outcome: h("div", { class: "scse-outcome" }, verdict, change),
    change,
    /** @param {Seen} seen */
    update({ now, own, truth }) {
      const present = shares(now.data);
      const before = shares(own.data);
      const name = (/** @type {number} */ k) => classes[k]?.name ?? String(k);
      const [was, is] = [top(own.data), top(now.data)];
      verdict.textContent = was === is ? name(is) : `${name(was)} → ${name(is)}`;
      if (truth !== null && truth !== undefined) {
        verdict.append(h("span", { class: "scse-more", text: ` truth: ${name(truth)}` }));
      }
      verdict.classList.toggle("scse-any", was !== is);
      verdict.setAttribute("data-value", String(is));
      const largest = Math.max(...present.map((v, k) => Math.abs(v - before[k])));
      moved.set(largest);
      const order = present.map((_, k) => k).sort((a, b) => present[b] - present[a] || a - b);
      rows.forEach(({ name: label, value, more, gauge, element }, i) => {
        const k = order[i];
        label.textContent = name(k);
        element.classList.toggle("scse-truth", k === truth);
        value.set(present[k]);
        gauge.style.setProperty("--at", `${100 * present[k]}%`);
        gauge.style.setProperty("--home", `${100 * before[k]}%`);
        const difference = 100 * (present[k] - before[k]);
        more.textContent = Math.abs(difference) >= 0.05 ? signed(difference, 1) : "";
      });
      return was === is
        ? `${name(is)}, ${fixed(100 * present[is], 1)} %`
        : `top class now ${name(is)}, was ${name(was)}`;
    },
  };
}

/** @param {string} [note] */
function numberView(note = "the first numbers of the output") {
  const moved = headline("moved", "mean absolute change of the output");
  const format = (/** @type {number} */ v) =>
    Math.abs(v) >= 1e4 || (v && Math.abs(v) < 1e-3) ? v.toExponential(2) : fixed(v, 4);
  const list = h("ol", { class: "scse-numbers", "aria-label": "The first numbers of the output" });
  const value = readout("moved", format);
  moved.element.firstElementChild?.replaceWith(value.element);
  return {
    panel: list,
    below: h("span", { text: note }),
    outcome: h("div", { class: "scse-outcome" }, moved.element),
    change: moved.element,
    /** @param {Seen} seen */
    update({ now, own }) {
      const shown = Array.from({ length: Math.min(NUMBERS, now.data.length) }, (_, i) => {
        const entry = readout(`number-${i}`, format);
        entry.set(now.data[i]);
        const difference = now.data[i] - own.data[i];
        const more = difference ? ` (${difference < 0 ? "" : "+"}${format(difference)})` : "";
        return h("li", {}, entry.element, h("span", { class: "scse-more", text: more }));
      });
      list.replaceChildren(...shown);
      const length = Math.min(own.data.length, now.data.length);
      const d = distance(Array.from(now.data).slice(0, length), own.data);
      value.set(d);
      moved.element.classList.toggle("scse-any", d > 0);
      return `mean change of the output ${format(d)}`;
    },
  };
}
