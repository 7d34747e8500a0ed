/** A curve that the reader draws: by pointer in one go, or by keys place after place. */

import { line, plot, points, polyline } from "../../draw/plot.js";
import { fixed, h, svg } from "../../ground/dom.js";
import { complete, onAxis } from "./model.js";
import * as WORDS from "../../words/question.js";

/** @typedef {{x: number, value: number}} Point x in places of the curve */

const STEP = 0.05; // of the arrow keys; with Shift a fifth of it
const SLACK = 0.15; // a hand that pulls one place up or down is not quite upright

/**
 * What is drawn after a piece of a stroke: a place takes the value where the pen came closest to it.
 * @param {(number | null)[]} values @param {number[]} near how close to each place the stroke came so
 *   far, in distances of places; brought up to date here
 * @param {Point} from @param {Point} to
 */
export function stroke(values, near, from, to) {
  const drawn = [...values];
  const [left, right] = from.x < to.x ? [from, to] : [to, from];
  drawn.forEach((_, place) => {
    const x = Math.max(left.x, Math.min(right.x, place));
    const distance = Math.abs(x - place);
    if (distance > 0.5 || distance > near[place] + SLACK) return;
    near[place] = Math.min(near[place], distance);
    const t = right.x > left.x ? (x - left.x) / (right.x - left.x) : right === to ? 1 : 0;
    drawn[place] = left.value + (right.value - left.value) * t;
  });
  return drawn;
}

/** The parts that are drawn, as the path of an SVG of 100×100. @param {(number | null)[]} values */
export function outline(values) {
  let path = "";
  values.forEach((value, i) => {
    if (value === null) return;
    const place = `${(100 * i) / (values.length - 1)} ${100 - 100 * value}`;
    const before = i > 0 && values[i - 1] !== null;
    path += before ? `L${place}` : `M${place}L${place}`; // a single place is a dot
  });
  return path;
}

/** @template T @param {T[]} values @param {number} at @param {T} value @returns {T[]} */
const replaced = (values, at, value) => values.map((old, i) => (i === at ? value : old));

/** @param {string} name @param {string} text */
const legend = (name, text) =>
  h(
    "span",
    { class: "scse-sampled" },
    svg(
      "svg",
      { viewBox: "0 0 24 6", "aria-hidden": "true" },
      svg("line", { x1: 0, x2: 24, y1: 3, y2: 3, class: name }),
    ),
    text,
  );

/** @param {import("./model.js").CurveQuestion} question @param {(answer: (number | null)[]) => void} onInput @returns {import("./asking.js").Part} */
export function curve(question, onInput) {
  const count = question.truth.length;
  /** @type {(number | null)[]} */
  const empty = Array(count).fill(null);
  const { element: plotted, drawing, area } = plot(question.y);
  const own = svg("path", { class: "scse-drawn", "vector-effect": "non-scaling-stroke" });
  const truth = polyline("scse-truth");
  const here = line(0, 0, 0, 100, "scse-place");
  drawing.append(here, truth, own);
  const told = h("div", { class: "scse-legend" });
  const how = h("p", {
    class: "scse-how",
    text: WORDS.draw,
  });
  const { label, range, ends } = question.x;
  const element = h(
    "fieldset",
    {},
    h("legend", { text: question.prompt }),
    plotted,
    h(
      "div",
      { class: "scse-abscissa" },
      ...[`${range[0]} ${ends[0]}`, label, `${range[1]} ${ends[1]}`].map((text) =>
        h("span", { text }),
      ),
    ),
    how,
    told,
  );
  for (const [name, value] of Object.entries({
    role: "slider",
    tabindex: "0",
    "data-name": "answer",
    "aria-label": WORDS.curve({ y: question.y, x: question.x.label }),
    "aria-valuemin": "0",
    "aria-valuemax": "1",
  })) {
    area.setAttribute(name, value);
  }
  area.classList.add("scse-paper");

  /** @type {(number | null)[]} */
  let values = empty;
  let fixedNow = false;
  let at = 0;
  function describe() {
    const value = values[at];
    area.setAttribute("aria-valuenow", String(value ?? 0));
    area.setAttribute(
      "aria-valuetext",
      WORDS.at({
        x: question.x.label,
        at: fixed(onAxis(question, at)),
        value: value === null ? WORDS.nothingDrawn : fixed(value),
      }),
    );
    const x = String((100 * at) / (count - 1));
    here.setAttribute("x1", x);
    here.setAttribute("x2", x);
  }
  /** @param {(number | null)[]} next */
  function draw(next) {
    values = next.map((value) => (value === null ? null : Number(value.toFixed(3))));
    onInput(values);
    describe();
  }

  /** @type {Point | undefined} */
  let last;
  /** @type {number[]} */
  let near = [];
  let before = empty;
  /** @param {PointerEvent} event */
  function follow(event) {
    const box = area.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * (count - 1);
    const value = Math.max(0, Math.min(1, 1 - (event.clientY - box.top) / box.height));
    const now = { x: Math.max(0, Math.min(count - 1, x)), value };
    at = Math.round(now.x);
    draw(stroke(values, near, last ?? now, now));
    last = now;
  }
  area.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || fixedNow) return;
    area.setPointerCapture(event.pointerId);
    before = values;
    last = undefined;
    near = Array(count).fill(Number.POSITIVE_INFINITY);
    follow(event);
  });
  area.addEventListener("pointermove", (event) => {
    if (area.hasPointerCapture(event.pointerId) && !fixedNow) follow(event);
  });
  // The finger scrolls the page after all.
  area.addEventListener("pointercancel", () => !fixedNow && draw(before));
  area.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const side = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const rise = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const end = { Home: 0, End: count - 1 }[event.key];
    if (side === undefined && rise === undefined && end === undefined) return;
    event.preventDefault();
    if (rise !== undefined) {
      if (fixedNow) return;
      const next = (values[at] ?? 0.5) + rise * (event.shiftKey ? STEP / 5 : STEP);
      draw(replaced(values, at, Math.max(0, Math.min(1, next))));
      return;
    }
    const from = at;
    at = end ?? Math.max(0, Math.min(count - 1, at + /** @type {number} */ (side)));
    const level = values[from];
    // Into the empty, a curve is drawn level: then the arrows bend it.
    if (side && values[at] === null && level !== null && !fixedNow)
      draw(replaced(values, at, level));
    else describe();
  });

  return {
    element,
    update({ answer, revealed }) {
      values = Array.isArray(answer) ? answer : empty;
      fixedNow = how.hidden = revealed;
      area.setAttribute("aria-disabled", String(revealed));
      own.setAttribute("d", outline(values));
      truth.setAttribute("points", revealed ? points(question.truth) : "");
      told.replaceChildren(
        ...(revealed
          ? [
              ...(complete(values) ? [legend("scse-drawn", WORDS.yourCurve)] : []),
              legend("scse-truth", WORDS.whatItIs),
            ]
          : []),
      );
      describe();
    },
    focus: () => area.focus(),
  };
}
