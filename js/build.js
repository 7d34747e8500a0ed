// Bundle each widget into one module: src/figures -> ../scse/widgets/static/<name>.js,
// and write the colours of src/ground/colours.json into style sheets and logo.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { target, validators } from "./schema.js";
import { ENGLISH, modules, pseudo, speaking, wordsOf } from "./words.js";

/** Where each widget begins; its style sheet lies beside it. @type {Record<string, string>} */
export const WIDGETS = {
  block_flow: "figures/block_flow/index.js",
  gate_lab: "figures/gate_lab/index.js",
  gates_learn: "figures/gates_learn/index.js",
  squeeze_excite: "figures/squeeze_excite.js",
  squeeze_maps: "figures/squeeze_maps/index.js",
  pixel_probe: "figures/pixel_probe.js",
  contrast_swap: "figures/contrast_swap.js",
  contrast_slider: "figures/contrast_slider.js",
  costs: "figures/costs/index.js",
  explorer: "figures/explorer/index.js",
  family_cards: "figures/family_cards/index.js",
  gradient_paths: "figures/gradient_paths/index.js",
  join: "figures/join/index.js",
  mask_gallery: "figures/mask_gallery.js",
  pick_runs: "figures/pick_runs/index.js",
  playground: "figures/playground/index.js",
  question: "figures/question/index.js",
  receptive_field: "figures/receptive_field/index.js",
  run_table: "figures/run_table/index.js",
  sweep_dots: "figures/sweep_dots/index.js",
  wiring: "figures/wiring/index.js",
};
/** In which figures speak: what `SCSE_LANGUAGE` names, as in Python. */
const LANGUAGE = process.env.SCSE_LANGUAGE || ENGLISH;
/** What runs in a thread of its own. */
const WORKER = "engine/worker.js";
/** ONNX Runtime's WebAssembly: too large to be kept in the repository. */
const RUNTIME = "node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm";
const COLOURS = "ground/colours.json";
const PAINTS = "js/src/ground/colours.js";
const STATIC = "scse/widgets/static/";
const BOOK = "book/site_assets/";
/** @param {string} file below js/src */
const built = (file) => `Built from js/src/${file} by \`npm run build\`: edit there.`;
/** Paths of what is built begin here. */
export const root = new URL("../", import.meta.url);

/** @param {string} file below js/src */
const read = (file) => readFile(new URL(`src/${file}`, import.meta.url), "utf8");

/** @param {string} name @param {string} file of a widget, where it begins */
const sheetOf = (name, file) => file.replace(/[^/]*$/, `${name}.css`);

/** @typedef {string | {light: string, dark: string}} Colour the same in light and dark, or not */

/**
 * Every named colour as a custom property.
 * @param {string} selector @param {Record<string, Colour>} named
 */
function properties(selector, named) {
  const lines = Object.entries(named).map(([name, colour]) => {
    const value =
      typeof colour === "string" ? colour : `light-dark(${colour.light}, ${colour.dark})`;
    return `  --scse-${name}: ${value};\n`;
  });
  return `/* ${built(COLOURS)} */\n${selector} {\n${lines.join("")}}\n`;
}

/**
 * What a canvas is painted with, as a module of which a bundle takes what it needs: the scales, and
 * the colours that are the same in light and dark.
 * @param {Record<string, Colour>} named @param {Record<string, string[]>} scales
 */
function paints(named, scales) {
  const fixed = Object.entries(named).filter(([, colour]) => typeof colour === "string");
  const lines = fixed.map(([name, colour]) => `export const ${name} = "${colour}";\n`);
  return `// ${built(COLOURS)}\n${lines.join("")}export const scales = ${JSON.stringify(scales, null, 2)};\n`;
}

/**
 * A picture whose colours are names in braces: those of the light, since it has its own ground.
 * @param {string} svg @param {Record<string, Colour>} named
 */
export function coloured(svg, named) {
  return svg.replaceAll(/\{([\w-]+)\}/g, (_, name) => {
    const colour = named[name];
    if (!colour) throw new Error(`no colour is called ${name}: see js/src/${COLOURS}`);
    return typeof colour === "string" ? colour : colour.light;
  });
}

/** @returns {Promise<Map<string, string>>} path -> text of everything that is built of colours */
export async function colours() {
  const text = await read(COLOURS);
  const { named, scales } = JSON.parse(text);
  const logo = coloured(await read("logo.svg"), named);
  return new Map([
    [PAINTS, paints(named, scales)],
    [`${STATIC}colours.json`, text],
    [`${STATIC}widgets.css`, `${properties(".scse", named)}\n${await read("widgets.css")}`],
    [`${BOOK}colours.css`, properties(":root", named)],
    [`${BOOK}logo.svg`, `<!-- ${built("logo.svg")} -->\n${logo}`],
  ]);
}

/**
 * @param {Record<string, string>} entries name -> file below js/src
 * @param {import("esbuild").Format} format
 * @param {import("esbuild").Plugin[]} plugins
 */
async function bundled(entries, format, plugins) {
  const result = await build({
    absWorkingDir: fileURLToPath(new URL(".", import.meta.url)),
    entryPoints: Object.fromEntries(
      Object.entries(entries).map(([name, file]) => [name, `src/${file}`]),
    ),
    outdir: "out",
    bundle: true,
    write: false,
    format,
    charset: "utf8",
    target: "es2022",
    plugins,
    minify: true, // the sources are beside; a page carries these
    banner: { js: "// Built from js/src by `npm run build`: edit there." },
    // ONNX Runtime asks where it lies, and does not look: it is given its WebAssembly.
    logOverride: { "empty-import-meta": "silent" },
  });
  return result.outputFiles;
}

/**
 * The widgets as they speak a language; those that speak English lie beside all else.
 * @param {string} language @param {import("./words.js").Words} [words] in the place of its own
 * @returns {Promise<Map<string, string>>} path -> text
 */
export async function figures(language, words) {
  const plugins = [speaking(words ?? (await wordsOf(language)), language)];
  const folder = STATIC + (language === ENGLISH ? "" : `${language}/`);
  const made = await bundled(WIDGETS, "esm", plugins);
  return new Map(made.map(({ path, text }) => [folder + path.split(/[/\\]/).pop(), text]));
}

/** @returns {Promise<Map<string, string>>} path -> text of all else; bundles have the paints */
export async function bundles() {
  const files = await figures(LANGUAGE);
  for (const { text } of await bundled({ worker: WORKER }, "iife", [])) {
    files.set(`${STATIC}worker.js`, text);
  }
  for (const [name, file] of Object.entries(WIDGETS)) {
    files.set(`${STATIC}${name}.css`, await read(sheetOf(name, file)));
  }
  // What mounts a widget in a page without a kernel; a widget that is saved takes it along.
  files.set(`${STATIC}host.js`, await readFile(new URL(`${BOOK}widgets.js`, root), "utf8"));
  return files;
}

/** The runtime as the package and the site have it. */
export async function runtime() {
  const bytes = await readFile(new URL(RUNTIME, import.meta.url));
  await writeFile(new URL(`${STATIC}ort.wasm.gz`, root), gzipSync(bytes, { level: 9 }));
}

async function all() {
  await writeFile(target, await validators());
  for (const make of [colours, modules, bundles]) {
    for (const [path, text] of await make()) {
      await mkdir(new URL(".", new URL(path, root)), { recursive: true });
      await writeFile(new URL(path, root), text);
    }
  }
}

/** Words that stand all in brackets, and widgets that say them, for a test. @param {string} folder */
async function bracketed(folder) {
  const words = pseudo(await wordsOf(ENGLISH));
  await writeFile(`${folder}/${ENGLISH}.json`, JSON.stringify(words));
  for (const [path, text] of await figures(ENGLISH, words)) {
    await writeFile(`${folder}/${path.split("/").pop()}`, text);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , what, folder] = process.argv;
  await (what === "engine" ? runtime() : what === "pseudo" ? bracketed(folder) : all());
}
