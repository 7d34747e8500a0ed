import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { bundles, out } from "../build.js";
import { target, validators } from "../schema.js";

test("the committed bundles are what src/ builds to", async () => {
  for (const [name, text] of await bundles()) {
    const committed = await readFile(new URL(name, out), "utf8").catch(() => "");
    assert.ok(committed === text, `scse/widgets/static/${name} is stale: run npm run build`);
  }
});

test("the committed validators are what the schemas compile to", async () => {
  assert.equal(await readFile(target, "utf8"), await validators(), "npm run build writes them");
});
