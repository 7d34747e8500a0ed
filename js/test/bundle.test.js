import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { bundles, coloured, colours, root } from "../build.js";
import { target, validators } from "../schema.js";

test("the committed bundles are what src/ builds to", async () => {
  for (const [path, text] of [...(await colours()), ...(await bundles())]) {
    const committed = await readFile(new URL(path, root), "utf8").catch(() => "");
    assert.ok(committed === text, `${path} is stale: run npm run build`);
  }
});

test("a picture names its colours", () => {
  const named = { ink: { light: "#111111", dark: "#eeeeee" }, mark: "#ffffff" };
  assert.equal(coloured('fill="{ink}" stroke="{mark}"', named), 'fill="#111111" stroke="#ffffff"');
  assert.throws(() => coloured('fill="{inc}"', named), /no colour is called inc/);
});

test("the committed validators are what the schemas compile to", async () => {
  assert.equal(await readFile(target, "utf8"), await validators(), "npm run build writes them");
});
