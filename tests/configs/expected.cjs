// Writes expected.json: what the configs below really export, each executed by Node as drizzle-kit executes it (`.env` of
// the folder loaded first, TypeScript through tsx). Run in a folder with the packages that they import:
//   npm install drizzle-kit@0.31.11 tsx dotenv@17 zod@4 @t3-oss/env-core @t3-oss/env-nextjs @next/env@15
//   MODULES=$PWD/node_modules node tests/configs/expected.cjs
const fs = require("fs");
const os = require("os");
const path = require("path");
const { execFileSync } = require("child_process");

const modules = process.env.MODULES;
const url = "postgres://u:p%40$w@localhost:5432/app";
const env = { ".env": `DATABASE_URL=${url}\nDB_HOST=db\nDB_PORT=5433\nDB_NAME=app\nPREFIX=acme\n` };
const kit = 'import { defineConfig } from "drizzle-kit";\n';
const body = 'dialect: "postgresql", schema: "./src/schema.ts"';
const withUrl = (expression) => `${kit}export default defineConfig({ ${body}, dbCredentials: { url: ${expression} } });\n`;

// name, config (or files), what else is special
const cases = [
  ["defineConfig", withUrl('"postgres://h/d"')],
  ["satisfies", `import type { Config } from "drizzle-kit";\nexport default { ${body}, dbCredentials: { url: process.env.DATABASE_URL } } satisfies Config;\n`],
  ["a constant with a type", `import type { Config } from "drizzle-kit";\nconst config: Config = { ${body}, dbCredentials: { url: process.env.DATABASE_URL! } };\nexport default config;\n`],
  ["as Config", `export default { ${body}, dbCredentials: { url: process.env.DATABASE_URL as string } } as any;\n`],
  ["module.exports", { "drizzle.config.js": `/** @type {import("drizzle-kit").Config} */\nmodule.exports = { ${body}, dbCredentials: { url: process.env.DATABASE_URL } };\n` }],
  ["JSON", { "drizzle.config.json": `{"dialect": "postgresql", "schema": "./src/schema.ts", "dbCredentials": {"url": "postgres://h/d"}}` }],
  ["process.env with !", withUrl("process.env.DATABASE_URL!")],
  ["process.env by index", withUrl('process.env["DATABASE_URL"]!')],
  ["destructured", `${kit}const { DATABASE_URL } = process.env;\nexport default defineConfig({ ${body}, dbCredentials: { url: DATABASE_URL! } });\n`],
  ["a default that is not needed", withUrl('process.env.DATABASE_URL ?? "postgres://fallback/x"')],
  ["a default with ??", withUrl('process.env.NOT_SET ?? "postgres://fallback/x"')],
  ["a default with ||", withUrl('process.env.NOT_SET || "postgres://fallback/x"')],
  ["the second variable", withUrl("process.env.NOT_SET ?? process.env.DATABASE_URL!")],
  ["a guard that throws", `${kit}if (!process.env.DATABASE_URL) {\n  throw new Error("DATABASE_URL is missing");\n}\nexport default defineConfig({ ${body}, dbCredentials: { url: process.env.DATABASE_URL } });\n`],
  ["a template", withUrl("`postgres://u:p@${process.env.DB_HOST}:${process.env.DB_PORT}/${process.env.DB_NAME}`")],
  ["concatenation", withUrl('"postgres://" + process.env.DB_HOST + "/" + process.env.DB_NAME')],
  ["appended parameters", withUrl("`${process.env.DATABASE_URL}?sslmode=require`")],
  ["a replaced port", withUrl('process.env.DATABASE_URL!.replace(":5432", ":6543")')],
  ["a function", `${kit}function url() {\n  const host = process.env.DB_HOST;\n  return \`postgres://\${host}/app\`;\n}\nexport default defineConfig({ ${body}, dbCredentials: { url: url() } });\n`],
  ["an arrow", `${kit}const url = (name: string) => process.env[name] ?? "none";\nexport default defineConfig({ ${body}, dbCredentials: { url: url("DATABASE_URL") } });\n`],
  ["a ternary on NODE_ENV", withUrl('process.env.NODE_ENV === "production" ? "postgres://prod/x" : "postgres://dev/x"')],
  ["parts", `${kit}export default defineConfig({ ${body}, dbCredentials: { host: process.env.DB_HOST!, port: Number(process.env.DB_PORT), user: "me", password: "a b", database: process.env.DB_NAME!, ssl: false } });\n`],
  ["parts with parseInt", `${kit}export default defineConfig({ ${body}, dbCredentials: { host: "h", port: parseInt(process.env.DB_PORT ?? "5432", 10), database: "d" } });\n`],
  ["dotenv/config", `import "dotenv/config";\n${withUrl("process.env.DATABASE_URL!")}`],
  ["dotenv with a path", `import { config } from "dotenv";\n${kit}config({ path: ".env.local" });\nexport default defineConfig({ ${body}, dbCredentials: { url: process.env.LOCAL_URL! } });\n`, { ".env.local": "LOCAL_URL=postgres://local/x\n" }],
  ["dotenv twice", `import { config } from "dotenv";\n${kit}config({ path: ".env.local" });\nconfig();\nexport default defineConfig({ ${body}, dbCredentials: { url: process.env.LOCAL_URL! } });\n`, { ".env.local": "LOCAL_URL=postgres://local/x\n" }],
  ["dotenv as a namespace", `import * as dotenv from "dotenv";\n${kit}dotenv.config({ path: "./config/.env.db" });\nexport default defineConfig({ ${body}, dbCredentials: { url: process.env.LOCAL_URL! } });\n`, { "config/.env.db": "LOCAL_URL='postgres://local/x'\n" }],
  ["dotenv as a default", `import dotenv from "dotenv";\n${kit}dotenv.config({ path: ".env.local", override: true });\nexport default defineConfig({ ${body}, dbCredentials: { url: process.env.DATABASE_URL! } });\n`, { ".env.local": "DATABASE_URL=postgres://override/x\n" }],
  ["dotenv with a resolved path", `import { config } from "dotenv";\nimport path from "path";\n${kit}config({ path: path.resolve(__dirname, "config", ".env.db") });\nexport default defineConfig({ ${body}, dbCredentials: { url: process.env.LOCAL_URL! } });\n`, { "config/.env.db": "LOCAL_URL=postgres://local/x\n" }],
  ["loadEnvFile", `${kit}process.loadEnvFile(".env.local");\nexport default defineConfig({ ${body}, dbCredentials: { url: process.env.LOCAL_URL! } });\n`, { ".env.local": "LOCAL_URL=postgres://local/x\n" }],
  ["Next.js's loader", `import { loadEnvConfig } from "@next/env";\n${kit}loadEnvConfig(process.cwd());\nexport default defineConfig({ ${body}, dbCredentials: { url: process.env.LOCAL_URL! } });\n`, { ".env.local": "PART=local\nLOCAL_URL=postgres://${PART}/x\n" }],
  ["t3's createEnv", `import { env } from "./src/env";\n${kit}export default defineConfig({ ${body}, dbCredentials: { url: env.DATABASE_URL }, tablesFilter: ["app_*"] });\n`, { "src/env.ts": 'import { createEnv } from "@t3-oss/env-nextjs";\nimport { z } from "zod";\nexport const env = createEnv({\n  server: { DATABASE_URL: z.string().min(1) },\n  client: {},\n  runtimeEnv: { DATABASE_URL: process.env.DATABASE_URL },\n});\n' }],
  ["t3's core with process.env", `import { env } from "./src/env";\n${kit}export default defineConfig({ ${body}, dbCredentials: { url: env.DATABASE_URL } });\n`, { "src/env.ts": 'import { createEnv } from "@t3-oss/env-core";\nimport { z } from "zod";\nexport const env = createEnv({ server: { DATABASE_URL: z.string(), DB_HOST: z.string().default("x") }, runtimeEnv: process.env });\n' }],
  ["zod", `import { z } from "zod";\n${kit}const env = z.object({ DATABASE_URL: z.string(), DB_PORT: z.coerce.number() }).parse(process.env);\nexport default defineConfig({ ${body}, dbCredentials: { url: env.DATABASE_URL } });\n`],
  ["an object of settings", `import { settings } from "./src/settings";\n${kit}export default defineConfig({ ${body}, dbCredentials: { url: settings.db.url } });\n`, { "src/settings.ts": 'export const settings = { db: { url: process.env.DATABASE_URL! } };\n' }],
  ["shorthand and spread", `${kit}const dialect = "postgresql" as const;\nconst base = { dialect, schema: "./src/schema.ts" };\nexport default defineConfig({ ...base, dbCredentials: { url: "postgres://h/d" }, casing: "snake_case" });\n`],
  ["an imported casing", `import { casing } from "./src/shared";\n${kit}export default defineConfig({ ${body}, casing, dbCredentials: { url: "postgres://h/d" } });\n`, { "src/shared.ts": 'export const casing = "snake_case" as const;\n' }],
  ["a base config of another file", `import base from "./base";\n${kit}export default defineConfig({ ...base, tablesFilter: "x_*", schemaFilter: "app" });\n`, { "base.ts": `export default { ${body}, dbCredentials: { url: "postgres://h/d" } } as const;\n` }],
  ["an array of schemas", `${kit}export default defineConfig({ dialect: "postgresql", schema: ["./src/schema.ts", "./src/other/*.ts"], dbCredentials: { url: "postgres://h/d" } });\n`, { "src/other/a.ts": "export {};\n" }],
  ["path.join", `import path from "path";\n${kit}export default defineConfig({ dialect: "postgresql", schema: path.join("src", "schema.ts"), dbCredentials: { url: "postgres://h/d" } });\n`],
  ["path.resolve of __dirname", `import { resolve } from "node:path";\n${kit}export default defineConfig({ dialect: "postgresql", schema: resolve(__dirname, "./src/schema.ts"), dbCredentials: { url: "postgres://h/d" } });\n`],
  ["process.cwd()", `import * as path from "path";\n${kit}export default defineConfig({ dialect: "postgresql", schema: path.join(process.cwd(), "src/schema.ts"), dbCredentials: { url: "postgres://h/d" } });\n`],
  ["a template of a constant", `${kit}const root = "./src";\nexport default defineConfig({ dialect: "postgresql", schema: \`\${root}/schema.ts\`, out: \`\${root}/drizzle\`, dbCredentials: { url: "postgres://h/d" } });\n`],
  ["a filter from a variable", `${kit}export default defineConfig({ ${body}, dbCredentials: { url: "postgres://h/d" }, tablesFilter: [\`\${process.env.PREFIX}_*\`, "!old"] });\n`],
  ["SQLite", `${kit}export default defineConfig({ dialect: "sqlite", schema: "./src/schema.ts", dbCredentials: { url: process.env.NOT_SET ?? "file:./local.db" } });\n`],
  ["Turso", `${kit}export default defineConfig({ dialect: "turso", schema: "./src/schema.ts", dbCredentials: { url: "libsql://x.turso.io", authToken: process.env.PREFIX } });\n`],
];

const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "configs-")));
const results = cases.map(([name, config, more], index) => {
  const folder = path.join(root, String(index));
  const own = typeof config === "string" ? { "drizzle.config.ts": config } : config;
  const files = { ...own, "src/schema.ts": "export {};\n", ...env, ...more };
  for (const [file, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), text);
  }
  fs.symlinkSync(modules, path.join(folder, "node_modules"));
  const program = `require("dotenv/config"); require("tsx/cjs"); const m = require("./${Object.keys(own)[0]}"); process.stdout.write("\\n@@" + JSON.stringify(m.default ?? m));`;
  const clean = { PATH: process.env.PATH, HOME: process.env.HOME, DOTENV_CONFIG_QUIET: "true" };
  const output = execFileSync(process.execPath, ["-e", program], { cwd: folder, env: clean, encoding: "utf8" });
  const exported = JSON.parse(output.slice(output.lastIndexOf("\n@@") + 3).replaceAll(folder, "/app"));
  return { name, files, exported };
});
fs.rmSync(root, { recursive: true });
fs.writeFileSync(path.join(__dirname, "expected.json"), JSON.stringify(results, null, 1) + "\n");
