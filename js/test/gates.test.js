import assert from "node:assert/strict";
import { test } from "node:test";
import { problem } from "../src/gates/check.js";
import { changeOf, changes, editOf, used, withEdit, withEntry } from "../src/gates/edit.js";
import { RULES, ruleOf } from "../src/gates/rules.js";
import golden from "./golden.json" with { type: "json" };

/** @typedef {import("../src/gates/edit.js").Edit} Edit */
/** @typedef {import("../src/gates/rules.js").Branch} Branch */

/** @param {ArrayLike<number>} got @param {ArrayLike<number>} wanted @param {string} what */
function close(got, wanted, what) {
  assert.equal(got.length, wanted.length, what);
  for (let i = 0; i < got.length; i++) {
    assert.ok(Math.abs(got[i] - wanted[i]) < 1e-6, `${what} [${i}]: ${got[i]}, not ${wanted[i]}`);
  }
}

test("the rules are those of scse/rules.py", () => {
  assert.deepEqual(Object.keys(RULES).sort(), Object.keys(golden.rules).sort());
  for (const [name, { values, gain, ...wanted }] of Object.entries(golden.rules)) {
    const { apply, gain: most, ...rest } = ruleOf(name);
    assert.deepEqual(rest, wanted, name);
    assert.equal(most(3), gain, name);
    const [u, c, s] = golden.grid;
    if (values)
      close(
        u.map((v, i) => apply(v, c[i], s[i])),
        values,
        name,
      );
    else assert.throws(() => apply(1, 1, 1), /mixes the channels/);
  }
});

test("a rule that does not exist is an error, inherited names too", () => {
  assert.throws(() => ruleOf("sum"), /no rule "sum"; there are cse,/);
  assert.throws(() => ruleOf("toString"), /no rule/);
});

test("neutral gates leave the other branch alone, identity gates the map", () => {
  const alone = { channel: "cse", spatial: "sse" };
  for (const [name, rule] of Object.entries(RULES)) {
    if (name === "concat") continue;
    const { channel: c = NaN, spatial: s = NaN } = rule.identity ?? {};
    if (rule.identity) assert.equal(rule.apply(3, c, s), 3, name);
    if (rule.alone.channel !== "c·U" || rule.alone.spatial !== "s·U") continue; // as c·U × U
    for (const [branch, other] of Object.entries(alone)) {
      const gates = { ...rule.neutral, [branch]: 0.25 };
      const got = rule.apply(3, Number(gates.channel), Number(gates.spatial));
      assert.equal(got, RULES[other].apply(3, 0.25, 0.25), `${name} ${branch}`);
    }
  }
});

test("edits make of a gate what torch makes of it", () => {
  const { own, lent, neutral, positions, cases } = golden.edits;
  for (const entry of cases) {
    const edit = /** @type {Edit} */ (entry.edit);
    const branch = /** @type {Branch} */ (entry.branch);
    const change = changeOf(edit, {
      size: own[branch].length,
      positions: branch === "spatial" ? positions : undefined,
      neutral: neutral[branch],
      own: () => own[branch],
      lend: () => lent[branch],
    });
    assert.equal(change !== undefined, changes(edit));
    close(used(own[branch], change), entry.used, JSON.stringify(entry.edit));
  }
});

test("until another input's gate is there, the network's own stays", () => {
  const known = { size: 2, neutral: 0, own: () => [0.25, 0.5], lend: () => undefined };
  const change = changeOf({ base: "from", from: 3, set: { 1: 1 } }, known);
  assert.deepEqual([...used([0.25, 0.5], change)], [0.25, 1]);
});

test("neutral where no rule is known is an error", () => {
  const known = { size: 1, neutral: undefined, own: () => [0.5], lend: () => undefined };
  assert.throws(() => changeOf({ base: "neutral" }, known), /not known here/);
});

test("edits are kept free of what changes nothing", () => {
  const half = withEdit({}, "a#2", "channel", withEntry({ base: "own" }, 3, 0.5, 0.25));
  assert.deepEqual(half, { a: { channel: { base: "own", set: { 3: 0.5 } } } });
  const back = withEdit(
    half,
    "a",
    "channel",
    withEntry(editOf(half, "a", "channel"), 3, 0.25, 0.25),
  );
  assert.deepEqual(back, {});
  const both = withEdit(half, "a", "spatial", { base: "one" });
  assert.deepEqual(withEdit(both, "a", "channel", { base: "own" }), {
    a: { spatial: { base: "one" } },
  });
});

test("edits from outside are checked, in form and in what they name", () => {
  const sites = {
    a: {
      channels: 4,
      positions: [3, 5],
      branches: /** @type {Branch[]} */ (["channel", "spatial"]),
    },
  };
  const stroke = { width: 1, value: 1, points: [0, 0, 2, 2] };
  const fine = {
    a: {
      channel: { base: "from", from: 1, set: { 3: 0.5 } },
      spatial: { base: "own", strokes: [stroke] },
    },
  };
  assert.equal(problem(fine, sites, 2), undefined);
  assert.equal(problem({}, sites, 0), undefined);
  /** @type {[unknown, RegExp][]} */
  const wrong = [
    [[], /cannot be read: it must be object/],
    [null, /cannot be read/],
    [
      { a: { channel: { base: "off" } } },
      /cannot be read at a\.channel\.base: it must be equal to one of/,
    ],
    [{ a: { channel: {} } }, /at a\.channel: it must have required property 'base'/],
    [{ a: { channel: { base: "own", set: { "-1": 1 } } } }, /cannot be read at a\.channel\.set/],
    [{ a: { channel: { base: "own", set: { 1: "1" } } } }, /cannot be read at a\.channel\.set/],
    [{ a: { both: { base: "own" } } }, /cannot be read at a/],
    [{ toString: { channel: { base: "own" } } }, /not here: toString/],
    [{ a: { channel: { base: "from", from: 2 } } }, /no input 2/],
    [{ a: { channel: { base: "from" } } }, /from/],
    [{ a: { channel: { base: "one", from: 0 } } }, /from/],
    [{ a: { channel: { base: "own", set: { 4: 1 } } } }, /no entry 4/],
    [{ a: { channel: { base: "own", strokes: [stroke] } } }, /needs a mask/],
    [{ a: { spatial: { base: "own", strokes: [{ ...stroke, points: [0, 0, 1] }] } } }, /strokes/],
    [{ a: { spatial: { base: "own", strokes: [{ ...stroke, points: [0, 1e6] }] } } }, /strokes/],
  ];
  for (const [edits, words] of wrong) assert.match(problem(edits, sites, 2) ?? "", words);
});

test("the page takes and refuses what Python does", () => {
  const { right, refused } = golden.checked;
  const sites = /** @type {Record<string, import("../src/gates/check.js").Site>} */ (
    golden.checked.sites
  );
  for (const edits of right) assert.equal(problem(edits, sites, 2), undefined);
  for (const edits of refused)
    assert.ok(problem(edits, sites, 2), JSON.stringify(edits).slice(0, 99));
});
