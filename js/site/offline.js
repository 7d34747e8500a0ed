/**
 * The service worker of a site, with what it is to keep: JSON on standard input (see
 * book/_ext/offline.py), the script on standard output.
 */
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const { pages, engine, version } = JSON.parse(await text(process.stdin));
const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL("service-worker.js", import.meta.url))],
  bundle: true,
  write: false,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "none",
  define: {
    PAGES: JSON.stringify(pages),
    ENGINE: JSON.stringify(engine),
    VERSION: JSON.stringify(version),
    "process.env.NODE_ENV": '"production"',
  },
});
process.stdout.write(outputFiles[0].text);
