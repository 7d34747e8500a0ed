/** What the network returned, beside what it returned on its own. */

import { readout } from "../../controls/controls.js";
import { fit } from "../../desk/card.js";
import { descending } from "../../desk/order.js";
import { canvas, classPainter } from "../../draw/paint.js";
import { count, fixed, h, signed } from "../../ground/dom.js";
import { dice, differences } from "../../ground/maths.js";
import { resample } from "../../ground/plane.js";
import { distance, shares, top } from "./result.js";
import * as WORDS from "../../words/explorer.js";

/** @typedef {import("../../desk/figure.js").Class} Class */
/** @typedef {import("../../ground/plane.js").Plane} Plane */
/**
 * @typedef {object} Seen
 * @property {Plane} now class numbers of a map, else the values
 * @property {Plane} own
 * @property {Plane} picture @property {Plane} [label] @property {number | null} [truth]
 * @property {number} coarse so many positions a side of the network's map became one here
 */

const FINE = 4; // canvas pixels across a position, where the map is small
const MOST = 640; // canvas pixels across at most
const BARS = 10; // classes that are shown
const NUMBERS = 12;
const FLATTEST = 10; // so many times as wide as high a map is drawn at most

/** @param {import("./result.js").Described} described */
export function outputView({ kind, classes, note }) {
  const views = {
    map: () => mapView(classes),
    classes: () => classView(classes),
    numbers: () => numberView(note),
  };
  return views[kind]();
}

/** A large number with words. @param {string} name @param {string} words @param {(value: number) => string} [format] */
function headline(name, words, format = count) {
  const value = readout(name, format);
  const rest = h("span", { text: words });
  const element = h("div", { class: "scse-headline" }, value.element, " ", rest);
  return { element, value, rest };
}

/** A class with its pixels. @param {Class} shown @param {number} k its number */
function areaRow({ name, colour }, k) {
  const swatch = h("span", { class: "scse-swatch", "aria-hidden": true });
  swatch.style.background = colour;
  const pixels = readout(`pixels-${k}`, count);
  const more = h("span", { class: "scse-more" });
  const score = readout(`dice-of-${k}`);
  const scored = h("span", { class: "scse-scored", hidden: true }, ...WORDS.diceOf(score.element));
  const title = h("span", { text: name });
  return {
    element: h("li", {}, swatch, title, pixels.element, more, scored),
    /** @param {number} area @param {number} own @param {number | undefined} similarity Dice */
    set(area, own, similarity) {
      pixels.set(area);
      const difference = area - own;
      const arrow = difference < 0 ? "▼" : "▲";
      more.textContent = difference ? `${arrow}\u00a0${count(Math.abs(difference))}` : "";
      scored.hidden = similarity === undefined || k === 0;
      if (similarity !== undefined) score.set(similarity);
    },
  };
}

/** Pixels of each class. @param {ArrayLike<number>} map @param {number} classes */
function areasOf(map, classes) {
  const areas = new Float64Array(classes);
  for (let p = 0; p < map.length; p++) areas[map[p]] += 1;
  return areas;
}

/** @param {Class[]} classes */
function mapView(classes) {
  const paint = classPainter(classes.map(({ colour }) => colour));
  const sheet = canvas(1, 1, WORDS.map);
  sheet.classList.add("scse-fine");
  const changed = headline("changed", WORDS.changed);
  const rows = classes.map(areaRow);
  const list = h("ul", { class: "scse-areas" }, ...rows.map(({ element }) => element));
  list.setAttribute("aria-label", WORDS.areas);
  const below = h("span");
  return {
    panel: sheet,
    below,
    outcome: h("div", { class: "scse-outcome" }, changed.element, list),
    change: changed.element,
    /** @param {Seen} seen */
    update({ now, own, picture, label, coarse }) {
      const { height, width, data } = now;
      const fine = Math.max(1, Math.min(FINE, Math.floor(MOST / Math.max(height, width))));
      fit(sheet, height * fine, width * fine, FLATTEST);
      const before = own.height === height && own.width === width ? own.data : data;
      const truth = label && resample(label, height, width);
      const grey = Uint8ClampedArray.from(resample(picture, height, width)); // whole numbers only
      paint(sheet, data, { picture: grey, width, before, outline: truth });
      const size = height * width;
      const differing = differences(data, before);
      changed.value.set(differing);
      changed.rest.textContent = WORDS.ofChanged(count(size));
      changed.element.classList.toggle("scse-any", differing > 0);
      below.textContent = coarse > 1 ? WORDS.smaller(coarse) : WORDS.dots;
      const [areas, was] = [areasOf(data, classes.length), areasOf(before, classes.length)];
      const scores = truth && dice(data, truth, classes.length);
      rows.forEach(({ element, set }, k) => {
        set(areas[k], was[k], scores?.[k]);
        element.hidden = classes.length > 12 && !areas[k] && !was[k];
      });
      return WORDS.saidChanged({ differing, size });
    },
  };
}

/** A class with its share. @param {number} i its place in the list */
function shareRow(i) {
  const name = h("span", { class: "scse-classname" });
  const value = readout(`share-${i}`, (v) => `${fixed(100 * v, 1)} %`);
  const more = h("span", { class: "scse-more" });
  const gauge = h("span", { class: "scse-share", "aria-hidden": true });
  const element = h("li", {}, name, gauge, value.element, more);
  return {
    element,
    /** @param {string} title @param {number} share @param {number} own @param {boolean} truth is it? */
    set(title, share, own, truth) {
      name.textContent = title;
      element.classList.toggle("scse-truth", truth);
      value.set(share);
      gauge.style.setProperty("--at", `${100 * share}%`);
      gauge.style.setProperty("--home", `${100 * own}%`);
      const difference = 100 * (share - own);
      more.textContent = Math.abs(difference) >= 0.05 ? signed(difference, 1) : "";
    },
  };
}

/** @param {Class[]} classes */
function classView(classes) {
  const verdict = h("div", { class: "scse-headline scse-verdict", "data-name": "verdict" });
  const moved = readout("moved", (v) => fixed(v, 3));
  const rows = Array.from({ length: Math.min(BARS, classes.length) }, (_, i) => shareRow(i));
  const change = h("div", {}, ...WORDS.moved(moved.element));
  const list = h("ol", { class: "scse-tops" }, ...rows.map(({ element }) => element));
  list.setAttribute("aria-label", WORDS.tops);
  const below =
    classes.length > BARS
      ? WORDS.softmaxPart({ n: BARS, all: count(classes.length) })
      : WORDS.softmax;
  /** @param {number} k */
  const name = (k) => classes[k]?.name ?? String(k);
  return {
    panel: list,
    below: h("span", { text: below }),
    outcome: h("div", { class: "scse-outcome" }, verdict, change),
    change,
    /** @param {Seen} seen */
    update({ now, own, truth }) {
      const [present, before] = [shares(now.data), shares(own.data)];
      const [is, was] = [top(now.data), top(own.data)];
      verdict.textContent = was === is ? name(is) : `${name(was)} → ${name(is)}`;
      if (truth !== null && truth !== undefined) {
        verdict.append(h("span", { class: "scse-more", text: WORDS.truth(name(truth)) }));
      }
      verdict.classList.toggle("scse-any", was !== is);
      verdict.setAttribute("data-value", String(is));
      moved.set(Math.max(...present.map((v, k) => Math.abs(v - before[k]))));
      const order = descending(present);
      rows.forEach(({ set }, i) => {
        const k = order[i];
        set(name(k), present[k], before[k], k === truth);
      });
      return was === is
        ? WORDS.saidTop({ name: name(is), share: fixed(100 * present[is], 1) })
        : WORDS.saidTopWas({ now: name(is), was: name(was) });
    },
  };
}

/** Numbers of any size. @param {number} v */
const short = (v) =>
  Math.abs(v) >= 1e4 || (v && Math.abs(v) < 1e-3) ? v.toExponential(2) : fixed(v, 4);

/** @param {string} [note] what they are */
function numberView(note = WORDS.numbersNote) {
  const moved = headline("moved", WORDS.meanChange, short);
  const list = h("ol", { class: "scse-numbers", "aria-label": WORDS.numbers });
  return {
    panel: list,
    below: h("span", { text: note }),
    outcome: h("div", { class: "scse-outcome" }, moved.element),
    change: moved.element,
    /** @param {Seen} seen */
    update({ now, own }) {
      const shown = Array.from({ length: Math.min(NUMBERS, now.data.length) }, (_, i) => {
        const entry = readout(`number-${i}`, short);
        entry.set(now.data[i]);
        const difference = now.data[i] - own.data[i];
        const more = difference ? ` (${difference < 0 ? "" : "+"}${short(difference)})` : "";
        return h("li", {}, entry.element, h("span", { class: "scse-more", text: more }));
      });
      list.replaceChildren(...shown);
      const length = Math.min(own.data.length, now.data.length); // stored is the beginning only
      const change = distance(Array.from(now.data).slice(0, length), own.data);
      moved.value.set(change);
      moved.element.classList.toggle("scse-any", change > 0);
      return WORDS.saidChange(short(change));
    },
  };
}
