/** PickRuns: every training run is a dot, and the reader says which of them count. */

import { button, choice, readout } from "../../controls/controls.js";
import { select } from "../../controls/select.js";
import { ends, lanes, percent, place } from "../../draw/dots.js";
import { fixed, h, signed } from "../../ground/dom.js";
import { oneOf, widget } from "../../widget.js";
import { evaluate, leaveOut, quantities, runsOf, scoresOf } from "./model.js";
import * as WORDS from "../../words/pick_runs.js";

/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {import("./model.js").State} State */
/** @typedef {import("../../widget.js").Context<Manifest, State>} Context */

const DOT = 0.13; // of the axis: the width of a dot where the figure is narrowest

const WAYS = /** @type {[import("./model.js").Way, string][]} */ (Object.entries(WORDS.ways));

/** @param {string[]} variants @param {string} other @returns {import("../../widget.js").Check} */
const apartFrom = (variants, other) => (value, get) =>
  oneOf(variants)(value, get) ?? (value === get(other) ? WORDS.differ : undefined);

export default widget(
  "picks",
  (/** @type {Manifest} */ { runs, tasks, variants }) => ({
    task: oneOf(tasks),
    over: apartFrom(variants, "under"),
    under: apartFrom(variants, "over"),
    out: (value) =>
      Array.isArray(value) && value.every((i) => Number.isInteger(i) && i >= 0 && i < runs.length)
        ? undefined
        : WORDS.runsUpTo(runs.length - 1),
  }),
  (/** @type {Context} */ { root, manifest, get, set, say, parts, measure }) => {
    const { runs, tasks, variants, titles, score } = manifest;
    /** @returns {State} */
    const state = () => ({
      task: get("task"),
      over: get("over"),
      under: get("under"),
      out: get("out"),
    });

    /** @param {string[]} values */
    const named = (values) => values.map((value) => ({ value, label: titles[value] }));
    const task = choice({
      label: WORDS.task,
      name: "task",
      options: named(tasks),
      onInput: (name) => set({ task: name }),
    });
    const names = named(variants);
    // To choose the other one's variant is to swap the two.
    const over = select({
      label: WORDS.compare,
      name: "over",
      options: names,
      onInput: (name) => set({ over: name, ...(name === get("under") && { under: get("over") }) }),
    });
    const under = select({
      label: WORDS.and,
      name: "under",
      options: names,
      onInput: (name) => set({ under: name, ...(name === get("over") && { over: get("under") }) }),
    });
    const ways = WAYS.map(([way, words]) =>
      button(words, `way-${way}`, () => set({ out: leaveOut(runs, state(), way) })),
    );

    /** @param {number} i */
    function toggle(i) {
      const out = get("out");
      set({
        out: out.includes(i) ? out.filter((j) => j !== i) : [...out, i].sort((a, b) => a - b),
      });
    }
    const dots = runs.map((run, i) => {
      const [low, high] = ends(scoresOf(runs, run.task));
      const element = h("button", {
        type: "button",
        class: "scse-dot",
        "data-name": `run-${i}`,
        "aria-label": WORDS.run({
          variant: titles[run.variant],
          run: run.label,
          score: fixed(run.score, 3),
        }),
        title: WORDS.runTitle({ run: run.label, score: fixed(run.score, 3) }),
        onclick: () => toggle(i),
      });
      element.style.left = percent(place(run.score, low, high));
      return element;
    });
    const rows = variants.map((variant) => {
      const counted = readout(`runs-${variant}`, String);
      const mean = readout(`mean-${variant}`, (value) => fixed(value, 3));
      const tick = h("span", { class: "scse-mean", "aria-hidden": true });
      let most = 0; // lanes, of all tasks: a row keeps its height
      for (const name of tasks) {
        const own = runsOf(runs, name, variant);
        const [low, high] = ends(scoresOf(runs, name));
        const at = lanes(
          own.map((i) => place(runs[i].score, low, high)),
          DOT,
        );
        at.forEach((lane, j) => dots[own[j]].style.setProperty("--lane", String(lane)));
        most = Math.max(most, ...at);
      }
      const all = readout(`all-${variant}`, String);
      const strip = h(
        "div",
        { class: "scse-strip", role: "group", "aria-label": WORDS.runsOf(titles[variant]) },
        tick,
        ...tasks.flatMap((name) => runsOf(runs, name, variant).map((i) => dots[i])),
      );
      strip.style.setProperty("--lanes", String(most + 1));
      const element = h(
        "div",
        { class: "scse-row" },
        h(
          "div",
          { class: "scse-variant" },
          h("b", { text: titles[variant] }),
          h("span", {}, ...WORDS.mean(mean.element)),
          h("small", {}, ...WORDS.counted({ counted: counted.element, all: all.element })),
        ),
        strip,
      );
      return { variant, counted, mean, all, tick, element };
    });
    const [from, to] = ["low", "high"].map((end) =>
      readout(`axis-${end}`, (value) => fixed(value, 3)),
    );
    const board = h(
      "div",
      { class: "scse-board" },
      ...rows.map(({ element }) => element),
      h(
        "div",
        { class: "scse-axis" },
        h("span"),
        h("div", {}, from.element, h("span", { text: score }), to.element),
      ),
    );

    const difference = readout("difference", (value) => signed(value, 3));
    const verdict = h("b", { class: "scse-verdict" });
    const overlap = h("span", { text: WORDS.overlap });
    const bar = h("span", { class: "scse-range" });
    const zero = h("span", { class: "scse-zero" });
    const now = h("span", { class: "scse-now-at" });
    const least = readout("least", (value) => signed(value, 3));
    const greatest = readout("greatest", (value) => signed(value, 3));
    const ahead = readout("ahead", String);
    const pairs = readout("pairs", String);
    const spared = readout("spared", (value) => fixed(value, 3));
    const formula = h("span");
    const leading = [h("span"), h("span")];
    const result = h(
      "div",
      { class: "scse-result", "data-term": "diff" },
      h("div", {}, formula, " = ", difference.element, " ", verdict, " ", overlap),
      h("div", { class: "scse-line", "aria-hidden": true }, bar, zero, now),
      h(
        "div",
        { class: "scse-words" },
        ...WORDS.pairs({
          least: least.element,
          greatest: greatest.element,
          over: leading[0],
          ahead: ahead.element,
          pairs: pairs.element,
          best: leading[1],
          spared: spared.element,
        }),
      ),
    );

    root.append(
      h(
        "div",
        { class: "scse-controls" },
        task.element,
        h("div", { class: "scse-two" }, over.element, under.element),
      ),
      h("div", { class: "scse-ways", role: "group", "aria-label": WORDS.pick }, ...ways),
      board,
      result,
      h("p", {
        text: WORDS.help,
      }),
    );
    parts({
      task: [task.element],
      compared: [root.querySelector(".scse-two")],
      ways: [root.querySelector(".scse-ways")],
      runs: [board],
      difference: [result],
    });

    return function update() {
      const current = state();
      const seen = evaluate(manifest, current);
      task.set(current.task);
      over.set(current.over);
      under.set(current.under);
      const [low, high] = ends(scoresOf(runs, current.task));
      runs.forEach((run, i) => {
        dots[i].hidden = run.task !== current.task;
        dots[i].setAttribute("aria-pressed", String(!current.out.includes(i)));
      });
      for (const { variant, counted, mean, all, tick, element } of rows) {
        counted.set(seen.counts[variant]);
        mean.set(seen.means[variant]);
        all.set(runsOf(runs, current.task, variant).length);
        tick.hidden = !seen.counts[variant];
        if (!tick.hidden) tick.style.left = percent(place(seen.means[variant], low, high));
        element.classList.toggle("scse-over", variant === current.over);
        element.classList.toggle("scse-under", variant === current.under);
      }
      const own = scoresOf(runs, current.task);
      from.set(Math.min(...own));
      to.set(Math.max(...own));

      const { difference: apart } = seen;
      const known = !Number.isNaN(apart);
      difference.set(apart);
      least.set(seen.least);
      greatest.set(seen.greatest);
      ahead.set(seen.ahead);
      pairs.set(seen.pairs);
      spared.set(seen.spared[current.over]);
      const [first, second] = [titles[current.over], titles[current.under]];
      formula.textContent = `${first} − ${second}`;
      for (const each of leading) each.textContent = first;
      const winner = apart > 0 ? first : second;
      verdict.textContent = known
        ? apart === 0
          ? WORDS.draw
          : WORDS.ahead(winner)
        : WORDS.countOne;
      verdict.className = `scse-verdict ${known && apart ? (apart > 0 ? "scse-c" : "scse-s") : ""}`;
      // Other runs of the same two would have said the opposite.
      overlap.hidden = !(known && seen.least < 0 && seen.greatest > 0);
      // The line reaches as far as single pairs and 0 do.
      const [left, right] = [Math.min(0, seen.least), Math.max(0, seen.greatest)];
      const at = (/** @type {number} */ value) =>
        percent(right > left ? place(value, left, right) : 0);
      bar.style.left = at(seen.least);
      bar.style.width = percent((seen.greatest - seen.least) / (right - left || 1));
      zero.style.left = at(0);
      now.hidden = !known;
      if (known) now.style.left = at(apart);
      measure(quantities(seen));
      say(
        known
          ? WORDS.said({
              over: first,
              under: second,
              difference: signed(apart, 3),
              overRuns: seen.counts[current.over],
              underRuns: seen.counts[current.under],
              verdict: overlap.hidden
                ? verdict.textContent
                : WORDS.both({ verdict: verdict.textContent, overlap: overlap.textContent }),
              least: signed(seen.least, 3),
              greatest: signed(seen.greatest, 3),
            })
          : verdict.textContent,
      );
    };
  },
);
