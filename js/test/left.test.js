import assert from "node:assert/strict";
import { test } from "node:test";
import { left } from "../src/desk/left.js";

globalThis.location = /** @type {Location} */ ({ pathname: "/index.html" });

/** A tab's storage. */
function store() {
  /** @type {Record<string, string>} */
  const kept = {};
  return {
    kept,
    /** @param {string} key */
    getItem: (key) => kept[key] ?? null,
    /** @param {string} key @param {string} value */
    setItem(key, value) {
      kept[key] = value;
    },
    /** @param {string} key */
    removeItem(key) {
      delete kept[key];
    },
  };
}

test("a figure is found as it was left by who comes back or loads again", () => {
  const storage = store();
  left("gatelab", storage, "navigate").keep({ picture: 2 });
  left("gatelab-2", storage, "navigate").keep({ picture: 1 });
  for (const how of ["back_forward", "reload"]) {
    assert.deepEqual(left("gatelab", storage, how).recall(), { picture: 2 });
  }
  assert.equal(left("other", storage, "reload").recall(), undefined);
});

test("who opens the page anew starts afresh, and so does who comes back to that", () => {
  const storage = store();
  left("gatelab", storage, "navigate").keep({ picture: 2 });
  assert.equal(left("gatelab", storage, "navigate").recall(), undefined);
  assert.equal(left("gatelab", storage, "back_forward").recall(), undefined);
});

test("a full, a damaged or a refused storage is none", () => {
  const full = {
    ...store(),
    setItem() {
      throw new Error("full");
    },
  };
  left("gatelab", full, "navigate").keep({ picture: 2 });
  const damaged = { ...store(), getItem: () => "{" };
  assert.equal(left("gatelab", damaged, "reload").recall(), undefined);
  const none = left("gatelab", undefined, "reload");
  none.keep({ picture: 2 });
  assert.equal(none.recall(), undefined);
});
