/** GatesLearn: training runs that differ in their seed alone, on one axis of time. */

import { bar, choice, readout } from "../../controls/controls.js";
import { pictureChooser } from "../../desk/chooser.js";
import { colourBar } from "../../desk/figure.js";
import { descending } from "../../desk/order.js";
import { player } from "../../desk/player.js";
import { canvas, classPainter, paintMap, range } from "../../draw/paint.js";
import { plot, points, polyline } from "../../draw/plot.js";
import { fixed, h } from "../../ground/dom.js";
import { index, oneOf, widget } from "../../widget.js";
import { answerOf, blockOf, course, maskOf, pictureOf, quantities, rowsOf } from "./model.js";
import * as WORDS from "../../words/gates_learn.js";
import * as COMMON from "../../words/common.js";

/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {import("./model.js").State} State */
/** @typedef {import("../../widget.js").Context<Manifest, State>} Context */

const PARTS = 5; // of the time, to play through
const SECONDS = 3; // each

/**
 * The rows in the order of their last value, the largest on top: channels of different seeds have
 * nothing to do with each other.
 * @param {Float64Array} rows @param {number} length of a row
 */
function sorted(rows, length) {
  const ends = Float64Array.from(
    { length: rows.length / length },
    (_, k) => rows[(k + 1) * length - 1],
  );
  return Float64Array.from(
    descending(ends).flatMap((k) => [...rows.subarray(k * length, (k + 1) * length)]),
  );
}

export default widget(
  "learn",
  (/** @type {Manifest} */ { steps, blocks, pictures }) => ({
    moment: index(steps.length),
    block: oneOf(blocks.map(({ name }) => name)),
    picture: index(pictures.length),
    show: oneOf(Object.keys(WORDS.show)),
  }),
  (/** @type {Context} */ { root, manifest, arrays, get, set, say, parts, measure, signal }) => {
    const { steps, blocks, pictures, seeds, classes, loss, dice } = manifest;
    const last = steps.length - 1;
    const paint = classPainter(classes.map(({ colour }) => colour));
    /** @type {Record<string, import("./model.js").Course>} */
    const courses = {};
    /** @param {string} name */
    const courseOf = (name) => (courses[name] ??= course(manifest, arrays, name));

    const chooser = choice({
      label: COMMON.block,
      name: "block",
      options: blocks.map(({ name }) => ({ value: name, label: name })),
      onInput: (block) => set({ block }),
    });
    const images = pictureChooser({
      label: COMMON.image,
      titles: pictures,
      onInput: (picture) => set({ picture }),
    });
    const shows = choice({
      label: WORDS.rows,
      name: "show",
      options: Object.entries(WORDS.show).map(([value, label]) => ({ value, label })),
      onInput: (value) => set({ show: /** @type {State["show"]} */ (value) }),
    });
    const step = readout("step", (v) => fixed(v, 0));

    const runs = seeds.map((seed, i) => {
      const drawn = plot("", WORDS.plot(seed));
      const lines = Object.fromEntries(
        Object.keys(WORDS.curves).map((name) => [name, polyline(`scse-${name}`)]),
      );
      drawn.drawing.append(...Object.values(lines));
      const rows = canvas(1, steps.length, WORDS.gates);
      rows.setAttribute("data-term", "c");
      const time = bar({
        label: WORDS.time(seed),
        name: `time-${i}`,
        kind: "plain",
        max: last,
        step: 1,
        snap: true,
        format: (m) => WORDS.timeAt(steps[Math.round(m)]),
        onInput: (moment) => set({ moment }),
      });
      const mask = canvas(...manifest.size, COMMON.mask);
      mask.setAttribute("data-term", "s");
      const answer = canvas(...manifest.answer, WORDS.answers);
      const numbers = {
        loss: readout(`loss-${i}`),
        dice: readout(`dice-${i}`),
        moved: readout(`moved-${i}`),
        apart: readout(`apart-${i}`),
        low: readout(`mask-low-${i}`),
        high: readout(`mask-high-${i}`),
      };
      const timeline = h(
        "div",
        { class: "scse-timeline" },
        drawn.area,
        rows,
        h("div", { class: "scse-ends", "aria-hidden": true }, ...ticks()),
        time.element,
      );
      /** @param {string} name @param {ReturnType<typeof readout>} number */
      const told = (name, number) => h("span", {}, `${name} `, number.element);
      const under = h(
        "div",
        { class: "scse-pair" },
        h(
          "div",
          {},
          h(
            "small",
            {},
            ...WORDS.maskRange({ low: numbers.low.element, high: numbers.high.element }),
          ),
          mask,
        ),
        h("div", {}, h("small", { text: WORDS.answer }), answer),
      );
      const element = h(
        "div",
        { class: "scse-run", role: "group", "aria-label": WORDS.seed(seed) },
        h("div", { class: "scse-title" }, WORDS.seed(seed)),
        timeline,
        h(
          "div",
          { class: "scse-told" },
          told(WORDS.numbers.loss, numbers.loss),
          told(WORDS.numbers.dice, numbers.dice),
          told(WORDS.numbers.moved, numbers.moved),
          told(WORDS.numbers.apart, numbers.apart),
        ),
        under,
      );
      return { element, drawn, lines, rows, time, mask, answer, numbers };
    });
    /** Where the axis is labelled. */
    function ticks() {
      const marks = [0, Math.round(last / 2), last];
      return marks.map((m, i) =>
        h("span", { text: i ? String(steps[m]) : WORDS.timeAt(steps[m]) }),
      );
    }

    const cuts = Array.from({ length: PARTS + 1 }, (_, i) => Math.round((i * last) / PARTS));
    let quiet = false; // the reader has moved the time: the player gives way
    let played = -1;
    const watch = player({
      stages: cuts.slice(1).map((to, i) => ({
        words: WORDS.steps({ from: steps[cuts[i]], to: steps[to] }),
        seconds: SECONDS,
      })),
      before: WORDS.before,
      say,
      signal,
      draw() {
        if (quiet) return;
        played = cuts.slice(1).reduce((at, to, i) => at + watch.part(i) * (to - cuts[i]), 0);
        played = Math.round(played);
        if (played !== get("moment")) set({ moment: played });
      },
    });

    const scale = colourBar("channel", "gates");
    const difference = colourBar("difference", "difference");
    scale.set(0, 1);
    difference.set(-1, 1);
    const heights = h("span");
    const legend = h(
      "div",
      { class: "scse-legend" },
      ...Object.entries(WORDS.curves).map(([name, text]) =>
        h("span", {}, h("i", { class: `scse-${name}`, "aria-hidden": true }), text),
      ),
      heights,
    );
    const columns = h("div", { class: "scse-runs" }, ...runs.map(({ element }) => element));
    columns.style.setProperty("--half", `${50 / steps.length}%`);
    root.append(
      h("div", { class: "scse-controls" }, chooser.element),
      h("div", { class: "scse-controls" }, images.element, shows.element),
      h("div", { class: "scse-when" }, ...WORDS.stepOf({ step: step.element, last: steps[last] })),
      watch.element,
      legend,
      columns,
      h("div", { class: "scse-scales" }, scale.element, difference.element),
      h("p", {
        text: WORDS.help,
      }),
    );
    parts({
      block: [chooser.element],
      picture: [images.element],
      show: [shows.element],
      play: [watch.element],
      curves: [...runs.map(({ drawn }) => drawn.area), legend],
      gates: runs.map(({ rows }) => rows),
      masks: runs.map(({ mask }) => mask.parentElement),
      answers: runs.map(({ answer }) => answer.parentElement),
    });

    return function update() {
      /** @type {State} */
      const state = {
        moment: get("moment"),
        block: get("block"),
        picture: get("picture"),
        show: get("show"),
      };
      const { moment, block, picture, show } = state;
      if (moment !== played) {
        quiet = true;
        watch.finish();
        quiet = false;
      }
      const seen = courseOf(block);
      const channels = blockOf(manifest, block).channels;
      const grey = pictureOf(manifest, arrays, picture);
      chooser.set(block);
      images.set(picture);
      shows.set(show);
      step.set(steps[moment]);
      scale.element.hidden = show !== "gates";
      difference.element.hidden = show === "gates";
      // Gates may go beyond where they end.
      const top = Math.ceil(10 * Math.max(1, ...seen.flatMap(({ way }) => way))) / 10;
      heights.textContent = WORDS.scale(fixed(top, 1));
      runs.forEach(({ lines, rows, time, mask, answer, numbers }, i) => {
        const curves = {
          loss: loss[i].map((v) => v / loss[i][0]),
          dice: dice[i],
          way: seen[i].way,
        };
        for (const [name, values] of Object.entries(curves)) {
          lines[name].setAttribute("points", points(values.map((v) => v / top)));
        }
        if (rows.height !== channels) rows.height = channels;
        const [low, kind] = show === "gates" ? [0, "channel"] : [-1, "difference"];
        const shown = sorted(rowsOf(seen[i], picture, show), steps.length);
        paintMap(rows, shown, low, 1, /** @type {import("../../draw/paint.js").Scale} */ (kind));
        time.set(moment);
        numbers.loss.set(loss[i][moment]);
        numbers.dice.set(dice[i][moment]);
        numbers.moved.set(seen[i].moved[moment]);
        numbers.apart.set(seen[i].apart[moment]);
        const values = maskOf(manifest, arrays, state, i);
        mask.classList.toggle("scse-none", !values);
        const [from, to] = values ? range(values) : [NaN, NaN];
        numbers.low.set(from);
        numbers.high.set(to);
        if (values) paintMap(mask, values, 0, 1, "space");
        paint(answer, answerOf(manifest, arrays, state, i), {
          picture: grey,
          width: manifest.answer[1],
        });
      });
      measure(quantities(manifest, seen, moment));
      const told = seeds.map((seed, i) =>
        WORDS.saidSeed({
          seed,
          loss: fixed(loss[i][moment]),
          dice: fixed(dice[i][moment]),
          moved: fixed(seen[i].moved[moment]),
        }),
      );
      say(WORDS.said({ step: steps[moment], block, seeds: told.join(WORDS.between) }));
    };
  },
);
