// Bundle each widget into one module: src/figures -> ../scse/widgets/static/<name>.js.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { target, validators } from "./schema.js";

/** Where each widget begins. @type {Record<string, string>} */
export const WIDGETS = {
  gate_lab: "figures/gate_lab/index.js",
  squeeze_excite: "figures/squeeze_excite.js",
  pixel_probe: "figures/pixel_probe.js",
  contrast_swap: "figures/contrast_swap.js",
  contrast_slider: "figures/contrast_slider.js",
  explorer: "figures/explorer/index.js",
  mask_gallery: "figures/mask_gallery.js",
  playground: "figures/playground/index.js",
};
const SHEETS = [
  "widgets.css",
  "ground/colours.json",
  "figures/explorer/explorer.css",
  "figures/playground/playground.css",
];
const src = new URL("src/", import.meta.url);
const out = new URL("../scse/widgets/static/", import.meta.url);

/** @returns {Promise<Map<string, string>>} file name -> text of everything that is shipped */
export async function bundles() {
  const result = await build({
    absWorkingDir: fileURLToPath(new URL(".", import.meta.url)),
    entryPoints: Object.fromEntries(
      Object.entries(WIDGETS).map(([name, file]) => [name, `src/${file}`]),
    ),
    outdir: "out",
    bundle: true,
    write: false,
    format: "esm",
    charset: "utf8",
    target: "es2022",
    minify: true, // the sources are beside; a page carries these
    banner: { js: "// Built from js/src by `npm run build`: edit there." },
  });
  /** @type {Map<string, string>} */
  const files = new Map();
  for (const file of result.outputFiles) {
    files.set(/** @type {string} */ (file.path.split(/[/\\]/).pop()), file.text);
  }
  for (const file of SHEETS) {
    const name = /** @type {string} */ (file.split("/").pop());
    files.set(name, await readFile(new URL(file, src), "utf8"));
  }
  // What mounts a widget in a page without a kernel; a widget that is saved takes it along.
  files.set(
    "host.js",
    await readFile(new URL("../book/site_assets/widgets.js", import.meta.url), "utf8"),
  );
  return files;
}

export { out };

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(target, await validators());
  for (const [name, text] of await bundles()) await writeFile(new URL(name, out), text);
}
