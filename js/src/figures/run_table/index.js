/** RunTable: every training run is a dot, alone or as its difference to the run of the same seed. */

import { choice, readout } from "../../controls/controls.js";
import { select } from "../../controls/select.js";
import { ends, lanes, percent, place } from "../../draw/dots.js";
import { readable } from "../../draw/plot.js";
import { fixed, h, signed } from "../../ground/dom.js";
import { oneOf, widget } from "../../widget.js";
import { differencesOf, evaluate, quantities, scoresOf, tableOf, variantOf } from "./model.js";
import * as WORDS from "../../words/run_table.js";

/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {import("./model.js").State} State */
/** @typedef {import("../../widget.js").Context<Manifest, State>} Context */
/** @typedef {{variant: string, seed: number, at: number}} Dot at: on the axis */

const DOT = 0.055; // of the axis: the width of a dot where the figure is narrowest

/** @param {Manifest["tables"]} tables @returns {import("../../widget.js").Check} */
const inTable = (tables) => (value, get) => {
  const table = tables.find(({ name }) => name === get("table"));
  // A table that is not there has been told already.
  return table && oneOf(table.variants.map(({ name }) => name))(value, get);
};

/** @param {Manifest["tables"]} tables @returns {import("../../widget.js").Check} */
const seedOf = (tables) => (value, get) => {
  const table = tables.find(({ name }) => name === get("table"));
  const variant = table?.variants.find(({ name }) => name === get("variant"));
  return variant?.runs.some(({ seed }) => seed === value) === false
    ? WORDS.seedOf(variant.runs.map(({ seed }) => seed).join(", "))
    : undefined;
};

export default widget(
  "runs",
  (/** @type {Manifest} */ { tables }) => ({
    table: oneOf(tables.map(({ name }) => name)),
    view: oneOf(["scores", "differences"]),
    against: inTable(tables),
    variant: inTable(tables),
    seed: seedOf(tables),
  }),
  (/** @type {Context} */ { root, manifest, get, set, say, parts, measure }) => {
    const { tables, titles, score } = manifest;
    /** @returns {State} */
    const state = () => ({
      table: get("table"),
      view: get("view"),
      against: get("against"),
      variant: get("variant"),
      seed: get("seed"),
    });

    /** What stays as it is in another table, where it is there too. @param {string} name */
    function turnTo(name) {
      const { variants } = tableOf(tables, name);
      const has = (/** @type {string} */ variant) => variants.some((v) => v.name === variant);
      const against = has(get("against")) ? get("against") : variants[0].name;
      const rest = variants.filter((each) => each.name !== against);
      const variant = has(get("variant")) ? get("variant") : rest[0].name;
      const seeds = variants.find((v) => v.name === variant)?.runs.map(({ seed }) => seed) ?? [];
      const seed = seeds.includes(get("seed")) ? get("seed") : seeds[0];
      set({ table: name, against, variant, seed });
    }
    const table = select({
      label: WORDS.table,
      name: "table",
      options: tables.map(({ name }) => ({ value: name, label: titles[name] })),
      onInput: turnTo,
    });
    const view = choice({
      label: WORDS.show,
      name: "view",
      options: Object.entries(WORDS.views).map(([value, label]) => ({ value, label })),
      onInput: (value) => set({ view: /** @type {State["view"]} */ (value) }),
    });
    const against = select({
      label: WORDS.against,
      name: "against",
      options: [],
      onInput: (name) => set({ against: name }),
    });

    const rows = h("div", { class: "scse-rows" });
    const [low, high] = ["low", "high"].map((end) =>
      readout(`axis-${end}`, (value) =>
        get("view") === "scores" ? fixed(value, 2) : signed(value, 3),
      ),
    );
    const measured = h("span");
    const axis = h(
      "div",
      { class: "scse-axis" },
      h("span"),
      h("div", {}, low.element, measured, high.element),
    );
    const board = h("div", { class: "scse-board" }, rows, axis);

    const title = h("b");
    const own = readout("run-score", (value) => fixed(value, 3));
    const other = readout("run-other", (value) => fixed(value, 3));
    const difference = readout("run-difference", (value) => signed(value, 3));
    const found = readout("found", String);
    const count = h("span");
    const pair = h("span");
    const classes = h("div", { class: "scse-classes", role: "list" });
    const card = h(
      "div",
      { class: "scse-run" },
      h("div", {}, title, " ", ...WORDS.run({ score: own.element, found: found.element, count })),
      h(
        "div",
        { "data-term": "d" },
        ...WORDS.pair({ pair, other: other.element, difference: difference.element }),
      ),
      classes,
    );

    root.append(
      h("div", { class: "scse-controls" }, table.element, view.element, against.element),
      board,
      card,
      h("p", { text: WORDS.help }),
    );
    parts({
      table: [table.element],
      view: [view.element, against.element],
      runs: [board],
      run: [card],
    });

    /** The dots that are shown, in the order of the keyboard. @type {(Dot & {element: HTMLElement})[]} */
    let dots = [];
    /** The run that is pointed at, where it is not the one that was picked. @type {Dot | undefined} */
    let pointed;

    /** @param {Dot | undefined} dot */
    const words = (dot) =>
      dot === undefined
        ? ""
        : WORDS.dot({
            variant: titles[dot.variant],
            seed: dot.seed,
            score: get("view") === "scores" ? fixed(dot.at, 3) : signed(dot.at, 3),
          });
    /** @param {number} x @param {number} y of the board, 0..1 */
    function nearest(x, y) {
      const box = board.getBoundingClientRect();
      const far = dots.map(({ element }) => {
        const dot = element.getBoundingClientRect();
        return Math.hypot(
          dot.left + dot.width / 2 - box.left - x * box.width,
          dot.top + dot.height / 2 - box.top - y * box.height,
        );
      });
      return far.indexOf(Math.min(...far));
    }
    const most = Math.max(
      ...tables.map(({ variants }) => variants.reduce((sum, { runs }) => sum + runs.length, 0)),
    );
    const reader = readable(board, {
      label: WORDS.runs,
      name: "runs",
      count: most,
      locate: nearest,
      describe: (i) => words(dots[i]),
      onMove(i) {
        pointed = dots[Math.min(i, dots.length - 1)];
        mark();
        tell();
      },
      onLeave() {
        pointed = undefined;
        mark();
        tell();
      },
    });
    const pick = () => pointed && set({ variant: pointed.variant, seed: pointed.seed });
    board.addEventListener("click", pick);
    board.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      pick();
    });

    /** The run that is shown, and those of its seed. */
    function mark() {
      const { variant, seed } = pointed ?? state();
      for (const dot of dots) {
        dot.element.classList.toggle("scse-picked", dot.variant === variant && dot.seed === seed);
        dot.element.classList.toggle("scse-same", dot.seed === seed);
      }
    }

    /** The card of the run. */
    function tell() {
      const { variant, seed } = pointed ?? state();
      const now = { ...state(), variant, seed };
      const { run } = evaluate(manifest, now);
      const names = tableOf(tables, now.table).classes;
      title.textContent = WORDS.named({ variant: titles[variant], seed });
      pair.textContent = WORDS.named({ variant: titles[now.against], seed });
      count.textContent = String(names.length);
      own.set(run.score);
      other.set(run.other);
      difference.set(run.difference);
      found.set(run.found);
      classes.replaceChildren(
        ...names.map((name, i) => {
          const fill = h("i", { class: "scse-fill" });
          fill.style.width = percent(run.classes[i]);
          const tick = h("i", { class: "scse-tick", hidden: Number.isNaN(run.others[i]) });
          if (!tick.hidden) tick.style.left = percent(run.others[i]);
          const value = readout(`class-${i}`, (number) => fixed(number, 3));
          value.set(run.classes[i]);
          return h(
            "div",
            { role: "listitem" },
            h("span", { text: name }),
            h("div", { class: "scse-share", "aria-hidden": true }, fill, tick),
            value.element,
          );
        }),
      );
    }

    /**
     * A row: the variant, what its runs say together, and its dots.
     * @param {import("./model.js").Variant} variant @param {Map<number, number>} values
     * @param {ReturnType<typeof evaluate>["rows"][string]} row @param {[number, number]} range
     */
    function rowOf(variant, values, row, [from, to]) {
      const { name } = variant;
      const apart = get("view") === "differences";
      const reference = name === get("against");
      const at = (/** @type {number} */ value) => percent(place(value, from, to));
      const seeds = [...values].sort((a, b) => a[1] - b[1]);
      const lane = lanes(
        seeds.map(([, value]) => place(value, from, to)),
        DOT,
      );
      const own = seeds.map(([seed, value], i) => {
        const element = h("span", { class: "scse-dot" });
        element.style.left = at(value);
        element.style.setProperty("--lane", String(lane[i]));
        return { variant: name, seed, at: value, element };
      });
      dots.push(...own);
      const middle = apart ? row.difference : row.mean;
      const tick = h("span", { class: "scse-mean", hidden: !values.size });
      tick.style.left = at(middle);
      const range = h("span", { class: "scse-range", hidden: !apart || Number.isNaN(row.low) });
      const zero = h("span", { class: "scse-zero", hidden: !apart });
      if (!zero.hidden) zero.style.left = at(0);
      if (!range.hidden) {
        range.style.left = at(row.low);
        range.style.width = percent((row.high - row.low) / (to - from));
      }
      const strip = h(
        "div",
        { class: "scse-strip", "aria-hidden": true },
        zero,
        range,
        tick,
        ...own.map(({ element }) => element),
      );
      strip.style.setProperty("--lanes", String(Math.max(0, ...lane) + 1));
      /** @param {string} what @param {number} value @param {(value: number) => string} format */
      const number = (what, value, format) => {
        const shown = readout(`${what}-${name}`, format);
        shown.set(value);
        return shown.element;
      };
      const three = (/** @type {number} */ value) => fixed(value, 3);
      const signedThree = (/** @type {number} */ value) => signed(value, 3);
      const said = apart
        ? reference
          ? [WORDS.reference]
          : row.pairs
            ? [
                ...WORDS.difference(number("difference", row.difference, signedThree)),
                " ",
                ...(Number.isNaN(row.low)
                  ? []
                  : WORDS.interval({
                      low: number("low", row.low, signedThree),
                      high: number("high", row.high, signedThree),
                    })),
                " ",
                ...WORDS.ahead({
                  ahead: number("ahead", row.ahead, String),
                  pairs: number("pairs", row.pairs, String),
                }),
              ]
            : [WORDS.noPair]
        : [
            ...WORDS.mean(number("mean", row.mean, three)),
            ...(Number.isNaN(row.sd) ? [] : [" ± ", number("sd", row.sd, three)]),
            " ",
            ...WORDS.counted(number("count", row.runs, String)),
          ];
      return h(
        "div",
        { class: `scse-row${reference ? " scse-reference" : ""}` },
        h(
          "div",
          { class: "scse-variant" },
          h("b", { text: titles[name] }),
          h("small", {}, ...said),
        ),
        strip,
      );
    }

    return function update() {
      const current = state();
      const shown = tableOf(tables, current.table);
      const seen = evaluate(manifest, current);
      table.set(current.table);
      view.set(current.view);
      against.offer(shown.variants.map(({ name }) => ({ value: name, label: titles[name] })));
      against.set(current.against);
      const apart = current.view === "differences";
      const reference = variantOf(shown, current.against);
      const values = shown.variants.map((variant) =>
        apart ? differencesOf(variant, reference) : scoresOf(variant),
      );
      // The axis holds the intervals, and 0, too.
      const bounds = values.flatMap((of) => [...of.values()]);
      const more = apart
        ? [0, ...Object.values(seen.rows).flatMap((row) => [row.low, row.high])]
        : [];
      const all = [...bounds, ...more.filter((value) => !Number.isNaN(value))];
      const range = /** @type {[number, number]} */ (ends(all));
      dots = [];
      pointed = undefined;
      rows.replaceChildren(
        ...shown.variants.map((variant, i) =>
          rowOf(variant, values[i], seen.rows[variant.name], range),
        ),
      );
      low.set(Math.min(...all));
      high.set(Math.max(...all));
      measured.textContent = apart ? WORDS.minus(titles[current.against]) : score;
      board.setAttribute("aria-valuemax", String(dots.length));
      reader.refresh();
      mark();
      tell();
      measure(quantities(seen, current));
      const row = seen.rows[current.variant];
      say(
        WORDS.said({
          table: titles[current.table],
          variant: titles[current.variant],
          mean: fixed(row.mean, 3),
          against: titles[current.against],
          difference: signed(row.difference, 3),
          ahead: row.ahead,
          pairs: row.pairs,
        }),
      );
    };
  },
);
