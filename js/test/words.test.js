import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import ts from "typescript";
import { root } from "../build.js";
import { ENGLISH, misfits, modules, PYTHONS, TABLE, roomOf, wordsOf } from "../words.js";

/** @param {string} room @param {import("../words.js").Words[string]} entries @param {string} language @returns {Promise<any>} */
const spoken = (room, entries, language) => {
  const home = new URL("../src/words/", import.meta.url).href;
  const text = roomOf(entries, language).replaceAll('"./', `"${home}`);
  return import(`data:text/javascript,${encodeURIComponent(text)}//${room}`);
};

test("the committed modules of words are what the words compile to", async () => {
  for (const [path, text] of await modules()) {
    const committed = await readFile(new URL(path, root), "utf8").catch(() => "");
    assert.ok(committed === text, `${path} is stale: run npm run build`);
  }
});

test("a text is a string, or a function of what fills its gaps", async () => {
  const words = await spoken(
    "gaps",
    { a: "Plain `$x`", b: "{one} of 2", c: "{to} from {from}" },
    "en",
  );
  assert.equal(words.a, "Plain `$x`");
  assert.equal(words.b(1), "1 of 2");
  assert.equal(words.c({ from: "here", to: "there" }), "there from here");
});

test("elements that fill gaps make a list of children", async () => {
  const words = await spoken("elements", { a: "Dice <score> of {n}", b: { k: ["<x>!"] } }, "en");
  assert.deepEqual(words.a({ score: "S", n: 3 }), ["Dice ", "S", " of ", 3]);
  assert.deepEqual(words.b.k[0]("X"), ["X", "!"]);
});

test("each language has its own plural forms", async () => {
  const forms = { one: "{n} one", few: "{n} few", many: "{n} many", other: "{n} other" };
  const polish = await spoken("polish", { a: forms }, "pl");
  assert.deepEqual([1, 2, 5, 22].map(polish.a), ["1 one", "2 few", "5 many", "22 few"]);
  const chinese = await spoken("chinese", { a: { other: "{n} 个像素" } }, "zh");
  assert.deepEqual([1, 2].map(chinese.a), ["1 个像素", "2 个像素"]);
});

test("a translation has the same words with the same gaps", () => {
  const ours = {
    a: "{x} of {n}",
    b: { one: "{n} step", other: "{n} steps" },
    c: { k: "K", l: "L" },
  };
  const theirs = { a: "{n} 中的 {x}", b: { other: "{n} 步" }, c: { k: "K", l: "L" } };
  assert.deepEqual(misfits(ours, theirs), []);
  assert.deepEqual(misfits(ours, { ...theirs, a: "{x}", c: { k: "K" }, d: "D" }, "zh"), [
    "zh.d is unknown",
    "zh.a has the gaps x, not n, x",
    "zh.c.l is missing",
  ]);
});

const NAMES = "cSE|sSE|scSE|SE|CBAM|ReLU|MACs|Dice|fc[12]|Esc|px"; // of things, in all languages
const SHOWN =
  /^(text|label|title|alt|summary|placeholder|caption|before|words|aria-label|aria-valuetext|aria-description|aria-roledescription)$/;
const SAID = /^(say|tell|complain|announce|append|prepend|replaceChildren|before|after|panel)$/;

/** Does a reader see or hear what stands here? @param {ts.Node} node */
function isShown(node) {
  let { parent } = node;
  while (
    ts.isConditionalExpression(parent) ||
    ts.isParenthesizedExpression(parent) ||
    ts.isArrayLiteralExpression(parent) ||
    ts.isSpreadElement(parent) ||
    (ts.isBinaryExpression(parent) && /^(\+|\?\?|\|\|)$/.test(parent.operatorToken.getText()))
  ) {
    [node, parent] = [parent, parent.parent];
  }
  if (ts.isPropertyAssignment(parent)) {
    return SHOWN.test(parent.name.getText().replaceAll('"', ""));
  }
  if (ts.isBinaryExpression(parent)) return /\.textContent$/.test(parent.left.getText());
  if (!ts.isCallExpression(parent)) return false;
  const name = parent.expression.getText().split(".").pop() ?? "";
  const at = parent.arguments.indexOf(/** @type {ts.Expression} */ (node));
  if (/^(h|svg)$/.test(name)) return at >= 2;
  if (name === "setAttribute")
    return at === 1 && SHOWN.test(parent.arguments[0].getText().slice(1, -1));
  if (name === "button" || name === "plot") return at === 0;
  if (/^asked\./.test(parent.expression.getText())) return false; // of an address
  return SAID.test(name);
}

/** The text of a literal, with gaps. @param {ts.Node} node */
function textOf(node) {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join("{}");
}

/** Words of a language, not symbols. @param {string} text */
const hasWords = (text) =>
  /\p{L}{2}/u.test(text.replaceAll(new RegExp(`\\b(${NAMES})\\b`, "g"), ""));

/** Two words in a row: nothing that a program would say to itself. @param {string} text */
const isSentence = (text) => /\p{L}{2,}[,.:;]? \p{L}{2,}/u.test(text);

/**
 * What is said in a source, and not by the words.
 * @param {string} source @param {string} name
 */
function strays(source, name) {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  /** @type {string[]} */
  const found = [];
  /** @param {ts.Node} node */
  function look(node) {
    if (ts.isImportDeclaration(node) || ts.isCaseClause(node)) return;
    const thrown = ts.isNewExpression(node) && ts.isThrowStatement(node.parent);
    if (thrown) return; // to a programmer
    const text = textOf(node);
    const key = ts.isPropertyAssignment(node.parent) && node.parent.name === node;
    if (text !== undefined && !key && !/^(scse-|\(prefers-|to right$)/.test(text)) {
      if (isShown(node) ? hasWords(text) : isSentence(text) && !isCode(node)) {
        found.push(
          `${name}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1} ${text}`,
        );
      }
    }
    ts.forEachChild(node, look);
  }
  ts.forEachChild(file, look);
  return found;
}

/** Names of numbers and classes are more than one word, too. @param {ts.Node} node */
const isCode = ({ parent }) =>
  ts.isElementAccessExpression(parent) ||
  (ts.isPropertyAssignment(parent) && /^"?(class|d|transform)"?$/.test(parent.name.getText())) ||
  (ts.isCallExpression(parent) && /querySelector/.test(parent.expression.getText()));

/** Sources of figures and of what they share. @returns {Promise<string[]>} below js/src */
async function sources() {
  const src = new URL("../src/", import.meta.url);
  const all = await readdir(src, { recursive: true });
  const files = all.map((file) => String(file).replaceAll("\\", "/"));
  return files.filter(
    (file) => /\.js$/.test(file) && !/^words\/|^gates\/valid|^ground\/colours/.test(file),
  );
}
/** @param {string} file */
const read = (file) => readFile(new URL(`../src/${file}`, import.meta.url), "utf8");

test("what a stray word is", () => {
  const source = `
    h("p", { class: "scse-row", text: "Some help" }, "more ", value, ON ? "yes" : "no");
    element.textContent = \`Dice \${score}\`;
    const later = "a sentence of its own";
    button("Go", "go-now"); say(\`\${n} pixels\`); line.setAttribute("aria-label", "Line");
    throw new Error("no such thing here"); symbol("U"); choice({ label: "ẑ → σ", name: "two words" });
    const numbers = { "pixels changed": 3 }; h("b", {}, "scSE", " = ");
  `;
  assert.deepEqual(
    strays(source, "f").map((each) => each.replace(/^f:\d+ /, "")),
    [
      "Some help",
      "more ",
      "yes",
      "no",
      "a sentence of its own",
      "Go",
      "{} pixels",
      "Line",
      "two words",
    ],
  );
});

test("no word that is seen or heard stands outside of the file of words", async () => {
  const files = (await sources()).filter((file) => !file.startsWith("engine/worker"));
  const found = await Promise.all(files.map(async (file) => strays(await read(file), file)));
  assert.deepEqual(found.flat(), [], "see CONTRIBUTING.md, Words");
});

test("every word is said somewhere", async () => {
  const words = await wordsOf(ENGLISH);
  const unsaid = new Set(
    Object.entries(words).flatMap(([room, entries]) =>
      Object.keys(entries).map((key) => `${room}.${key}`),
    ),
  );
  for (const file of await sources()) {
    const source = await read(file);
    for (const [, name, room] of source.matchAll(
      /^import \* as (\w+) from ".*\/words\/(\w+)\.js";$/gm,
    )) {
      for (const [, key] of source.matchAll(new RegExp(`\\b${name}\\.(\\w+)`, "g"))) {
        unsaid.delete(`${room}.${key}`);
      }
    }
  }
  const python = [...unsaid].filter((each) => {
    const [room, key] = each.split(".");
    return room === TABLE || PYTHONS.includes(key);
  });
  for (const each of python) unsaid.delete(each);
  assert.deepEqual([...unsaid], []);
});
