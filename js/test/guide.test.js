import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, moves } from "../src/desk/goal.js";
import { history } from "../src/desk/history.js";
import { lessonHref, lessonOf, spokenOf } from "../src/desk/lesson.js";
import { outcome, pageOf } from "../src/desk/outcome.js";
import { parts } from "../src/desk/parts.js";
import { quantities as ofLab } from "../src/figures/gate_lab/quantities.js";
import { compared as ofPlayground } from "../src/desk/compared.js";
import { brightness } from "../src/figures/pixel_probe.js";
import { quantities as ofMeans } from "../src/figures/squeeze_excite.js";
import golden from "./quantities_golden.json" with { type: "json" };

const PAGE = "https://example.org/book/index.html";

/** @param {Record<string, number>} got @param {Record<string, number>} wanted */
function same(got, wanted) {
  assert.deepEqual(Object.keys(got).sort(), Object.keys(wanted).sort());
  for (const [name, value] of Object.entries(wanted)) {
    assert.ok(Math.abs(got[name] - value) < 1e-9, `${name}: ${got[name]}, not ${value}`);
  }
}

test("quantities are what Python says", () => {
  const { label, before } = golden;
  const { classes } = golden;
  for (const { edits, segmentation, quantities } of golden.edits) {
    /** @type {any} literals */
    const [typed, seen] = [edits, { segmentation, before }];
    same(ofLab(classes, label, seen, typed), /** @type {any} */ (quantities));
    const own = Object.entries(quantities).filter(([name]) => !name.includes(" read as "));
    same(ofPlayground(classes.length, seen, label, typed), Object.fromEntries(own));
  }
  for (const { z, own_z: ownZ, gates, own_gates: own, quantities } of golden.means) {
    same(ofMeans(z, ownZ, gates, own), quantities);
  }
});

test("the brightness at a pixel of a map is what Python says", () => {
  const { picture, full, cases } = golden.brightness;
  for (const { size, pixel, quantity } of cases) {
    const [of, at] = /** @type {[number, number][]} */ ([size, pixel]);
    const found = brightness(picture, /** @type {[number, number]} */ (full), of, at);
    assert.ok(Math.abs(found - quantity) < 1e-9, `${size}: ${found}, not ${quantity}`);
  }
});

test("in a picture whose truth is not known a Playground has no Dice", () => {
  const seen = { segmentation: Uint8Array.of(1, 2), before: undefined };
  assert.deepEqual(ofPlayground(3, seen, undefined, {}), {
    "pixels changed": 0,
    "blocks with other channel gates": 0,
    "masks changed": 0,
    "bars moved": 0,
  });
});

test("a goal is judged by the numbers, and says how it stands", () => {
  const goal = [
    { quantity: "Dice", label: "Dice", sign: ">=", value: 0.9 },
    { quantity: "bars moved", label: "Bars", sign: "<=", value: 1 },
  ];
  const stands = (/** @type {Record<string, number> | undefined} */ numbers) =>
    judge(goal, numbers).map(({ met, words }) => `${met} ${words}`);
  assert.deepEqual(stands({ Dice: 0.53, "bars moved": 1 }), [
    "false Dice: 0.53, wanted at least 0.90",
    "true Bars: 1, wanted at most 1",
  ]);
  assert.equal(
    stands({ Dice: 0.8971, "bars moved": 2 })[0],
    "false Dice: 0.8971, wanted at least 0.90",
  );
  assert.equal(stands({ Dice: 0.9, "bars moved": 2 })[1], "false Bars: 2, wanted at most 1");
  assert.equal(stands(undefined)[0], "false Dice: –, wanted at least 0.90");
  assert.deepEqual([moves(1), moves(3)], ["1 move", "3 moves"]);
});

test("an address says what a class sees of each figure", () => {
  const search =
    "?hide=gatelab.bars,digits.scores,&hide=gatelab.mask&alone=digits&goal=gatelab.Find+1.5";
  assert.deepEqual(lessonOf(search, "gatelab"), {
    hide: ["bars", "mask"],
    alone: false,
    goal: "Find 1.5",
  });
  assert.deepEqual(lessonOf(search, "digits"), { hide: ["scores"], alone: true, goal: "" });
  assert.deepEqual(lessonOf("", "digits"), { hide: [], alone: false, goal: "" });
  assert.deepEqual(lessonOf(search, "gate"), { hide: [], alone: false, goal: "" });
  assert.deepEqual(spokenOf(search).sort(), ["digits", "gatelab"]);
  assert.deepEqual(spokenOf("?q=1"), []);
});

test("an address for a class comes back as it went, beside what it says of others", () => {
  const lesson = { hide: ["bars", "scores"], alone: true, goal: "Find it: 50 % & more, a=b" };
  const href = lessonHref(`${PAGE}?q=1&hide=digits.scores#gatelab=abc`, "gatelab", lesson);
  const url = new URL(href);
  assert.deepEqual(lessonOf(url.search, "gatelab"), lesson);
  assert.deepEqual(lessonOf(url.search, "digits").hide, ["scores"]);
  assert.equal(url.searchParams.get("q"), "1");
  assert.equal(url.hash, "#gatelab=abc");
  const bare = lessonHref(href, "gatelab", { hide: [], alone: false, goal: "" });
  assert.equal(new URL(bare).search, "?q=1&hide=digits.scores");
});

test("parts that one language has alone are an error", () => {
  const named = parts({ bars: "bars", mask: "mask" });
  assert.throws(() => named.are({ bars: [], nose: [] }), /mask,nose/);
  named.are({ bars: [], mask: [] });
  assert.equal(named.first("bars"), undefined);
});

test("steps of a tour are one step, whenever they come", () => {
  const past = history("mine");
  past.record("first", "tour 1!", 0);
  past.record("second", "tour 1!", 60_000);
  assert.equal(past.depth(), 1);
  past.record("mine", "", 61_000);
  assert.equal(past.undo(), "second", "back into the tour");
  assert.equal(past.undo(), "mine", "and before it");
});

test("what came of a puzzle is kept in the tab, the first of solved and shown", () => {
  /** @type {Map<string, string>} */
  const stored = new Map();
  const storage = {
    getItem: (/** @type {string} */ key) => stored.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) =>
      void stored.set(key, value),
  };
  const now = () => JSON.parse(stored.get("scse-puzzle squeeze/half-the-error") ?? "null");
  const kept = outcome("half-the-error", storage, pageOf("/book/squeeze.html"));
  kept.keep("tried");
  assert.deepEqual(now(), { outcome: "tried", moves: 0 });
  kept.keep("solved", 3);
  kept.keep("shown");
  kept.keep("tried");
  kept.keep("solved", 2);
  assert.deepEqual(now(), { outcome: "solved", moves: 3 });
  stored.set("scse-puzzle squeeze/half-the-error", "{");
  kept.keep("shown");
  kept.keep("solved", 1);
  assert.deepEqual(now(), { outcome: "shown", moves: 0 });
  assert.equal(pageOf("/book/"), "index");
  outcome("x", undefined, "squeeze").keep("solved", 1); // a browser that keeps nothing
});
