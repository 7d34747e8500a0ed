import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { outline, stroke } from "../src/figures/question/curve.js";
import { memory } from "../src/figures/question/memory.js";
import {
  answerProblem,
  complete,
  inWords,
  judge,
  onAxis,
  truthInWords,
} from "../src/figures/question/model.js";

/** @typedef {import("../src/figures/question/model.js").Asked} Asked */
/** @typedef {import("../src/figures/question/model.js").Answer} Answer */
/** @typedef {import("../src/figures/question/model.js").Judgement} Judgement */
/** @type {Record<string, {question: Asked, cases: [Answer, Judgement | null][]}>} */
const golden = JSON.parse(await readFile(new URL("question_golden.json", import.meta.url), "utf8"));
const { pick, guess, draw } = Object.fromEntries(
  Object.entries(golden).map(([name, { question }]) => [name, question]),
);

/** A tab's storage. @param {Record<string, string>} kept */
const store = (kept = {}) => ({
  kept,
  /** @param {string} key */
  getItem: (key) => kept[key] ?? null,
  /** @param {string} key @param {string} value */
  setItem(key, value) {
    kept[key] = value;
  },
});

for (const [name, { question, cases }] of Object.entries(golden)) {
  test(`answers to "${name}" are judged as in Python`, () => {
    for (const [answer, expected] of cases) {
      const judged = judge(question, answer);
      assert.equal(answerProblem(question, answer), undefined);
      assert.equal(complete(answer), expected !== null);
      assert.deepEqual(
        { ...judged, gap: null },
        { ...expected, gap: null },
        `${JSON.stringify(answer)}`,
      );
      if (judged?.gap != null) {
        assert.ok(Math.abs(judged.gap - /** @type {number} */ (expected?.gap)) < 1e-12);
      }
    }
  });
}

test("answers that cannot be are told", () => {
  /** @type {[Asked, unknown][]} */
  const bad = [
    [pick, 3],
    [pick, 0.5],
    [pick, "0"],
    [guess, -1],
    [guess, Number.NaN],
    [draw, [0, 0, 0, 0]],
    [draw, [0, 0, 0, 0, 1.1]],
  ];
  for (const [question, answer] of bad)
    assert.match(answerProblem(question, answer) ?? "", /^must/);
  assert.equal(answerProblem(draw, [null, 0, 1, 0.5, null]), undefined);
});

test("answers have words", () => {
  assert.equal(inWords(pick, 1), "yes, it is");
  assert.equal(inWords(guess, 3), "3.0\u00a0%");
  assert.equal(inWords(draw, [0, 0.5, 1, 0.5, 0]), "0.00, 0.50, 1.00, 0.50, 0.00");
  assert.equal(inWords(draw, [null, 0, 0, 0, 0]), "");
  assert.equal(truthInWords(pick), "yes, it is");
  assert.equal(truthInWords(guess), "12.5\u00a0%");
  assert.equal(draw.kind === "curve" && onAxis(draw, 3), 3);
});

test("a commitment is remembered with its words, the first one for good", () => {
  const tab = store();
  const kept = memory("fixture", guess, tab);
  assert.equal(kept.recall(), undefined);
  kept.keep(3, true);
  assert.deepEqual(JSON.parse(tab.kept["scse-question fixture/guess"]), {
    answer: 3,
    revealed: true,
    prompt: "How many?",
    first: "3.0\u00a0%",
    right: false,
    truth: "12.5\u00a0%",
  });
  kept.keep(null, false); // try again
  assert.equal(kept.recall()?.first, "3.0\u00a0%");
  kept.keep(12.5, true);
  const { answer, first, right } = kept.recall() ?? {};
  assert.deepEqual([answer, first, right], [12.5, "3.0\u00a0%", false]);
  const shown = memory("shown", guess, tab);
  shown.keep(null, true);
  shown.keep(12.5, true);
  assert.deepEqual([shown.recall()?.first, shown.recall()?.right], ["", null]);
  assert.equal(memory("other", guess, tab).recall(), undefined);
});

test("a memory that does not fit the question any more is none", () => {
  for (const entry of [
    "no JSON",
    "null",
    JSON.stringify({ answer: 3, revealed: true, prompt: "What else?" }),
    JSON.stringify({ answer: 99, revealed: true, prompt: "How many?" }),
  ]) {
    const kept = memory("fixture", guess, store({ "scse-question fixture/guess": entry }));
    assert.equal(kept.recall(), undefined, entry);
  }
});

test("a browser that stores nothing is no obstacle", () => {
  const full = {
    getItem: () => null,
    setItem() {
      throw new Error("QuotaExceededError");
    },
  };
  memory("fixture", guess, full).keep(3, true);
  const none = memory("fixture", guess); // Node has no such storage, or an empty one
  assert.equal(none.recall(), undefined);
});

test("a stroke fills the places that it passes, either way", () => {
  const empty = [null, null, null, null, null];
  const fresh = () => Array(5).fill(Number.POSITIVE_INFINITY);
  const [left, right] = [
    { x: 0.8, value: 0 },
    { x: 3, value: 1.1 },
  ];
  const there = stroke(empty, fresh(), left, right).map((v) => v && Number(v.toFixed(6)));
  assert.deepEqual(there, [null, 0.1, 0.6, 1.1, null]);
  const back = stroke(empty, fresh(), right, left).map((v) => v && Number(v.toFixed(6)));
  assert.deepEqual(back, there);
});

test("a place keeps the value where the pen came closest, and follows it straight up", () => {
  /** @type {(number | null)[]} */
  let values = [null, null, null];
  const near = Array(3).fill(Number.POSITIVE_INFINITY);
  /** @param {number[]} path x, value, x, value … */
  const pull = (...path) => {
    for (let i = 0; i + 3 < path.length; i += 2) {
      const [x, value, toX, toValue] = path.slice(i, i + 4);
      values = stroke(values, near, { x, value }, { x: toX, value: toValue });
    }
  };
  pull(1, 0.9, 1, 0.9, 1.4, 0.2);
  assert.deepEqual(values, [null, 0.9, null]);
  pull(1, 0.5, 1.1, 0.4, 1.1, 0.8);
  assert.deepEqual(values, [null, 0.8, null]);
  pull(1.1, 0.8, 2, 0.8);
  assert.deepEqual(values, [null, 0.8, 0.8]);
});

test("an outline leaves out what is not drawn", () => {
  assert.equal(outline([null, 1, 0.5, null, 0]), "M25 0L25 0L50 50M100 100L100 100");
});
