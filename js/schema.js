// Compile the JSON schemas to functions, by ajv: ../scse/**/*.schema.json -> src/gates/valid.js.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import Ajv from "ajv";
import standalone from "ajv/dist/standalone/index.js";
import { transform } from "esbuild";

const SCHEMAS = {
  edits: "../scse/edits.schema.json",
  playground: "../scse/widgets/playground.schema.json",
};
export const target = new URL("src/gates/valid.js", import.meta.url);

/** @returns {Promise<string>} the text of src/gates/valid.js */
export async function validators() {
  const ajv = new Ajv.default({ code: { source: true, esm: true, optimize: 2 } });
  /** @type {Record<string, string>} */
  const ids = {};
  for (const [name, file] of Object.entries(SCHEMAS)) {
    const schema = JSON.parse(await readFile(new URL(file, import.meta.url), "utf8"));
    ajv.addSchema(schema);
    ids[name] = schema.$id;
  }
  const source = standalone.default(ajv, ids);
  // Where and what is enough for a reader; the rest of a complaint would be carried for nothing.
  const short = source.replaceAll(/(schemaPath|keyword|params):\s*("[^"]*"|\{[^{}]*\}),\s*/g, "");
  const { code } = await transform(short, { minify: true, charset: "utf8" });
  const types = "/** @typedef {{(value: unknown): boolean, errors?: any[] | null}} Validate */";
  return `// Compiled from scse/*.schema.json by \`npm run build\`: edit there.\n// @ts-nocheck\n${types}\n${code}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(target, await validators());
