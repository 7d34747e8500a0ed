// Bundle each widget into one readable module: src/<name>.js -> ../scse/widgets/static/<name>.js.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export const WIDGETS = [
  "gate_lab",
  "squeeze_excite",
  "pixel_probe",
  "contrast_swap",
  "contrast_slider",
  "explorer",
  "mask_gallery",
  "playground",
];
const src = new URL("src/", import.meta.url);
const out = new URL("../scse/widgets/static/", import.meta.url);

/** @returns {Promise<Map<string, string>>} file name -> text of everything that is shipped */
export async function bundles() {
  const result = await build({
    absWorkingDir: fileURLToPath(new URL(".", import.meta.url)),
    entryPoints: WIDGETS.map((name) => `src/${name}.js`),
    outdir: "out",
    bundle: true,
    write: false,
    format: "esm",
    charset: "utf8",
    target: "es2022",
    banner: { js: "// Built from js/src by `npm run build`: edit there." },
  });
  /** @type {Map<string, string>} */
  const files = new Map();
  for (const file of result.outputFiles) {
    files.set(/** @type {string} */ (file.path.split(/[/\\]/).pop()), file.text);
  }
  for (const name of ["widgets.css", "colours.json"]) {
    files.set(name, await readFile(new URL(name, src), "utf8"));
  }
  for (const name of WIDGETS) {
    const own = await readFile(new URL(`${name}.css`, src), "utf8").catch(() => undefined);
    if (own) files.set(`${name}.css`, own);
  }
  // What mounts a widget in a page without a kernel; a widget that is saved takes it along.
  files.set("host.js", await readFile(new URL("../book/site_assets/widgets.js", import.meta.url), "utf8"));
  return files;
}

export { out };

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of await bundles()) await writeFile(new URL(name, out), text);
}
