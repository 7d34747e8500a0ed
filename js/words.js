// Compile the words of a language to modules, of which a bundle takes what it says:
// ../scse/widgets/words/<language>.json -> src/words/<room>.js. CONTRIBUTING says how to write them.
import { readFile } from "node:fs/promises";
import ts from "typescript";

/** @typedef {Record<string, any>} Group of texts */
/** @typedef {string | string[] | Group} Entry a text, or texts that belong together */
/** @typedef {Record<string, Record<string, Entry>>} Words room -> key -> what is said */

/** The language that the sources are checked and tested in. */
export const ENGLISH = "en";
/** @param {string} language */
const home = (language) => new URL(`../scse/widgets/words/${language}.json`, import.meta.url);

const GAP = /\{(\w+)\}|<(\w+)>/g; // of text, of an element
const CATEGORIES = ["zero", "one", "two", "few", "many", "other"];

/** @param {Entry} entry @returns {entry is Record<string, string>} */
export const isPlural = (entry) =>
  typeof entry === "object" &&
  "other" in entry &&
  Object.keys(entry).every((key) => CATEGORIES.includes(key));

/** The gaps of a text, or of all of its plural forms, by name. @param {Entry} entry */
function gapsOf(entry) {
  const plural = isPlural(entry);
  /** @type {Map<string, string>} name -> type */
  const gaps = new Map(plural ? [["n", "number"]] : []);
  for (const text of plural ? Object.values(entry) : [String(entry)]) {
    for (const [, said, element] of text.matchAll(GAP)) {
      if (said && !gaps.has(said)) gaps.set(said, "string | number");
      if (element) gaps.set(element, "string | Node");
    }
  }
  return gaps;
}

/** @param {Map<string, string>} gaps */
const isRich = (gaps) => [...gaps.values()].includes("string | Node");

/**
 * An expression that fills the gaps of a text: a template, or a list where elements fill them.
 * @param {string} text @param {boolean} rich @param {Record<string, string>} [by] else by their names
 */
function filled(text, rich, by = {}) {
  const pieces = text.split(/(\{\w+\}|<\w+>)/).filter(Boolean);
  const written = pieces.map((piece) => {
    const gap = piece.match(/^[{<](\w+)[}>]$/)?.[1];
    if (gap) return rich ? (by[gap] ?? gap) : `\${${by[gap] ?? gap}}`;
    return rich ? JSON.stringify(piece) : piece.replaceAll(/[`\\$]/g, "\\$&");
  });
  return rich ? `[${written.join(", ")}]` : `\`${written.join("")}\``;
}

/** @param {Record<string, string>} forms @param {boolean} rich @param {string} language */
function pluralOf({ other, ...forms }, rich, language) {
  const rules = new Intl.PluralRules(language);
  const last = filled(other, rich);
  return Object.entries(forms).reduceRight((rest, [category, text]) => {
    // Most languages say "one" of 1 alone: no need to look into the rules when a page is read.
    const alone =
      category === "one" &&
      [...Array(200).keys()].every((n) => (rules.select(n) === "one") === (n === 1));
    const is = alone ? "n === 1" : `categoryOf(${JSON.stringify(language)}, n) === "${category}"`;
    return `${is} ? ${filled(text, rich)} : ${rest}`;
  }, last);
}

/** @param {Entry} entry @param {string} language @returns {string} an expression of JavaScript */
function compiled(entry, language) {
  if (Array.isArray(entry)) return `[${entry.map((e) => compiled(e, language)).join(", ")}]`;
  const plural = isPlural(entry);
  if (typeof entry === "object" && !plural) {
    const lines = Object.entries(entry).map(
      ([key, value]) => `${JSON.stringify(key)}: ${compiled(value, language)}`,
    );
    return `{ ${lines.join(", ")} }`;
  }
  const gaps = gapsOf(entry);
  if (gaps.size === 0) return JSON.stringify(entry);
  const rich = isRich(gaps);
  const names = [...gaps.keys()].join(", ");
  const types = [...gaps].map(([name, type]) => `${name}: ${type}`).join(", ");
  const body = plural ? pluralOf(entry, rich, language) : filled(String(entry), rich);
  const [type, given] = gaps.size === 1 ? [types, names] : [`gaps: { ${types} }`, `{ ${names} }`];
  return `/** @type {(${type}) => ${rich ? "(string | Node)[]" : "string"}} */ ((${given}) => ${body})`;
}

/** Said by Python alone: what parts are called, what stands in a still … */
export const PYTHONS = ["parts", "still", "reasons", "page"];
/** A table of Python's: what the data call things, and how that is said. */
export const TABLE = "names";

/**
 * The module of a room: a text without gaps is a string; one with a gap is a function of what fills
 * it, one with several a function of an object that names them. It gives a string, or a list of
 * children where elements fill gaps. Of plural forms, `n` chooses.
 * @param {Record<string, Entry>} entries @param {string} language
 */
export function roomOf(entries, language) {
  const here = Object.entries(entries).filter(([key]) => !PYTHONS.includes(key));
  const lines = here.map(([key, entry]) => `export const ${key} = ${compiled(entry, language)};\n`);
  const text = lines.join("");
  const begin = text.includes("categoryOf(") ? 'import { categoryOf } from "./plural.js";\n' : "";
  return `// Compiled from scse/widgets/words by \`npm run build\`: edit there.\n${begin}${text}`;
}

/** What a translation lacks, or has too much. @param {Entry} ours @param {Entry | undefined} theirs @param {string} [at] @returns {string[]} */
export function misfits(ours, theirs, at = "") {
  if (theirs === undefined) return [`${at} is missing`];
  if (typeof ours === "string" || isPlural(ours)) {
    if (typeof theirs !== "string" && !isPlural(theirs)) return [`${at} is no text`];
    const [a, b] = [ours, theirs].map((entry) => [...gapsOf(entry).keys()].sort().join(", "));
    const kind =
      isPlural(ours) === isPlural(theirs) ? [] : [`${at}: both have plural forms, or none`];
    return a === b ? kind : [...kind, `${at} has the gaps ${b || "none"}, not ${a || "none"}`];
  }
  const [mine, other] = /** @type {Record<string, Entry>[]} */ ([ours, theirs]);
  const more = Object.keys(other).filter((key) => !(key in mine));
  return [
    ...more.map((key) => `${at}.${key} is unknown`),
    ...Object.keys(mine).flatMap((key) => misfits(mine[key], other[key], `${at}.${key}`)),
  ];
}

/**
 * Every text in brackets: what stands outside of them on a page is no word of the file.
 * @param {any} entry @returns {any}
 */
export const pseudo = (entry) =>
  typeof entry === "string"
    ? `⟦${entry}⟧`
    : Array.isArray(entry)
      ? entry.map(pseudo)
      : Object.fromEntries(Object.entries(entry).map(([key, value]) => [key, pseudo(value)]));

/** @param {string} language @returns {Promise<Words>} */
export async function wordsOf(language) {
  const read = async (/** @type {string} */ l) => JSON.parse(await readFile(home(l), "utf8"));
  const words = await read(language);
  const wrong = language === ENGLISH ? [] : misfits(await read(ENGLISH), words, language);
  if (wrong.length) throw new Error(wrong.join("\n"));
  return words;
}

/** @returns {Promise<Map<string, string>>} path -> text of the modules that are in the repository */
export async function modules() {
  const words = await wordsOf(ENGLISH);
  return new Map(
    Object.entries(words)
      .filter(([room]) => room !== TABLE)
      .map(([room, entries]) => [`js/src/words/${room}.js`, roomOf(entries, ENGLISH)]),
  );
}

const IMPORT = /^import \* as (\w+) from "[./]+\/words\/(\w+)\.js";$/gm;

/**
 * What fills the gaps, where a call says so plainly: `(value)`, or `({ a, b: value })`.
 * @param {Map<string, string>} gaps @param {ts.Expression} given @param {(node: ts.Node) => string} write
 */
function fillings(gaps, given, write) {
  const names = [...gaps.keys()];
  if (names.length === 1) return { [names[0]]: write(given) };
  /** @type {Record<string, string>} */
  const found = {};
  for (const each of ts.isObjectLiteralExpression(given) ? given.properties : []) {
    const value = ts.isPropertyAssignment(each) ? each.initializer : each.name;
    if (each.name && value) found[each.name.getText()] = write(value);
  }
  return names.every((name) => name in found) ? found : undefined;
}

/**
 * A source with its words written where they are said. As constants and functions of a module they
 * would make each bundle larger by a twentieth.
 * @param {string} source @param {Words} words
 */
function inlined(source, words) {
  const rooms = new Map(Array.from(source.matchAll(IMPORT), ([, name, room]) => [name, room]));
  if (rooms.size === 0) return source;
  const file = ts.createSourceFile("", source, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  /** The text that is meant, if it has one form only. @param {ts.Node} node */
  function meant(node) {
    if (!ts.isPropertyAccessExpression(node)) return undefined;
    const entry = words[rooms.get(node.expression.getText()) ?? ""]?.[node.name.text];
    return typeof entry === "string" ? entry : undefined;
  }
  /** @param {ts.Node} node @returns {string} */
  function write(node) {
    const text = meant(node);
    if (text !== undefined && gapsOf(text).size === 0) return JSON.stringify(text);
    const called = ts.isCallExpression(node) ? meant(node.expression) : undefined;
    if (called !== undefined && ts.isCallExpression(node)) {
      const gaps = gapsOf(called);
      const given = fillings(gaps, node.arguments[0], write);
      const once = [...called.matchAll(GAP)].length === gaps.size;
      if (given && once) return filled(called, isRich(gaps), given);
    }
    let [written, from] = ["", node.pos];
    ts.forEachChild(node, (child) => {
      written += source.slice(from, child.pos) + write(child);
      from = child.end;
    });
    return written + source.slice(from, node.end);
  }
  return write(file);
}

/**
 * What esbuild does with the words: those of a language, in their places.
 * @param {Words} words @param {string} language @returns {import("esbuild").Plugin}
 */
export const speaking = (words, language) => ({
  name: "words",
  setup(build) {
    build.onLoad({ filter: /[/\\]js[/\\]src[/\\].+\.js$/ }, async ({ path }) => {
      const room = path.match(/[/\\]src[/\\]words[/\\](\w+)\.js$/)?.[1];
      if (room && room in words) return { contents: roomOf(words[room], language) };
      return { contents: inlined(await readFile(path, "utf8"), words) };
    });
  },
});
