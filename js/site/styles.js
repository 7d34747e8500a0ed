/**
 * One style sheet for the whole book: those that its pages name, joined in their order, without the
 * rules that no page and no script of the book has a use for, and small.
 *
 *   node styles.js <folder> <sheet> …     prints it; all paths below the folder; url(…) stay as they are
 */
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { build } from "esbuild";
import { PurgeCSS } from "purgecss";

const [folder, ...sheets] = process.argv.slice(2);
const content = [`${folder}/**/*.html`, `${folder}/_static/**/*.js`];
const aside = ["engine", "figures", "onnx"].map((name) => `${folder}/_static/${name}/**`);

/** @type {import("esbuild").Plugin} */
const purging = {
  name: "purging",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /.*/ }, ({ kind, path }) =>
      kind === "url-token" ? { path, external: true } : undefined,
    );
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const raw = await readFile(path, "utf8");
      const [{ css }] = await new PurgeCSS().purge({
        content,
        skippedContentGlobs: aside,
        css: [{ raw, name: path }],
        // Bootstrap's script and the theme's name what no page has.
        blocklist: [
          /^(accordion|carousel|drop(end|start|up)|list-group|modal|offcanvas|popover|toast)/,
          /^(thebe|version-switcher)/,
        ],
        safelist: ["scse-together"], // put into the pages after this, book/_ext/swift_pages.py
        // Words as they stand in a page or a script: what a script may put on an element stays.
        defaultExtractor: (text) => text.match(/[\w-]+/g) ?? [],
        keyframes: true,
      });
      return { contents: css, loader: "css", resolveDir: dirname(path) };
    });
  },
};

const result = await build({
  stdin: {
    contents: sheets.map((sheet) => `@import ${JSON.stringify(`./${sheet}`)};\n`).join(""),
    loader: "css",
    resolveDir: folder,
  },
  bundle: true,
  minify: true,
  write: false,
  legalComments: "none",
  plugins: [purging],
});
process.stdout.write(result.outputFiles[0].text);
