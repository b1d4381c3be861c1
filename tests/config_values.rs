//! What the evaluator makes of drizzle configs: the forms in which people write the database's URL and the schema's path.

use std::collections::BTreeMap;

use drizzle_drift::declared::{Data, Environment, EnvironmentLoad, PlacedData, Reader};
use drizzle_drift::text::{FilePath, MemoryFiles};

#[derive(Default)]
struct Variables {
    values: BTreeMap<String, String>,
    loads: Vec<EnvironmentLoad>,
}

impl Environment for Variables {
    fn variable(&mut self, name: &str) -> Option<String> {
        self.values.get(name).cloned()
    }

    fn load(&mut self, load: EnvironmentLoad) {
        self.loads.push(load);
        self.values.insert("LOADED".into(), "loaded".into());
    }

    fn folder(&self) -> Option<String> {
        Some("/app".into())
    }
}

fn read(config: &str, others: &[(&str, &str)]) -> (PlacedData, Variables) {
    let mut files = MemoryFiles::default();
    files.insert("/app/drizzle.config.ts", config);
    for (path, text) in others {
        files.insert(*path, *text);
    }
    let mut variables = Variables::default();
    for (name, value) in [("URL_A", "a"), ("HOST", "h"), ("PORT", "5")] {
        variables.values.insert(name.into(), value.into());
    }
    let path = FilePath::new("/app/drizzle.config.ts");
    let data = Reader::default().module(&path, &files, &mut variables).expect("the config is there");
    (data, variables)
}

fn text(data: Option<&PlacedData>) -> String {
    match data.map(|data| &data.data) {
        Some(Data::String(text)) => text.clone(),
        Some(Data::Undefined) | None => "undefined".into(),
        Some(Data::Unknown(_)) => "unknown".into(),
        Some(_) => "something else".into(),
    }
}

/// An expression, the text it has, and the variables that went into it.
const URLS: &[(&str, &str, &[&str])] = &[
    ("process.env.URL_A", "a", &["URL_A"]),
    ("process.env.URL_A!", "a", &["URL_A"]),
    ("process.env['URL_A'] as string", "a", &["URL_A"]),
    ("process.env.MISSING!", "undefined", &["MISSING"]),
    ("process.env.MISSING ?? process.env.URL_A", "a", &["MISSING", "URL_A"]),
    ("process.env.MISSING || 'fallback'", "fallback", &["MISSING"]),
    ("import.meta.env.URL_A", "a", &["URL_A"]),
    ("Bun.env.URL_A", "a", &["URL_A"]),
    ("`postgres://${process.env.HOST}:${process.env.PORT}/db`", "postgres://h:5/db", &["HOST", "PORT"]),
    ("process.env.URL_A + '?sslmode=require'", "a?sslmode=require", &["URL_A"]),
    ("process.env.URL_A.replace(':6543', ':5432')", "a", &["URL_A"]),
    ("String(process.env.URL_A)", "a", &["URL_A"]),
    ("process.env.NODE_ENV === 'production' ? 'p' : 'd'", "d", &["NODE_ENV"]),
    ("somebody.knows()", "unknown", &[]),
];

#[test]
fn urls_are_read_in_every_form() {
    for (expression, expected, variables) in URLS {
        let (config, _) = read(&format!("export default {{ dbCredentials: {{ url: {expression} }} }};\n"), &[]);
        let url = config.get("dbCredentials").and_then(|credentials| credentials.get("url"));
        assert_eq!(text(url), *expected, "{expression}");
        assert_eq!(url.expect("a url").variables, *variables, "{expression}");
    }
}

/// Files beside the config: (path, text).
type Others = &'static [(&'static str, &'static str)];

/// A config, other files, and its URL.
const WRAPPERS: &[(&str, Others, &str)] = &[
    ("import { defineConfig } from 'drizzle-kit';\nexport default defineConfig({ url: 'x' });\n", &[], "x"),
    ("import type { Config } from 'drizzle-kit';\nexport default { url: 'x' } satisfies Config;\n", &[], "x"),
    ("const config: Config = { url: 'x' };\nexport default config;\n", &[], "x"),
    ("module.exports = { url: 'x' };\n", &[], "x"),
    ("const { env } = process;\nconst { URL_A: url } = env;\nexport default { url };\n", &[], "a"),
    ("if (!process.env.URL_A) {\n  throw new Error('no');\n}\nexport default { url: process.env.URL_A };\n", &[], "a"),
    (
        "function url() {\n  const base = process.env.URL_A;\n  if (!base) return 'none';\n  return base + '!';\n}\nexport default { url: url() };\n",
        &[],
        "a!",
    ),
    (
        "let url;\nif (process.env.URL_A) {\n  url = process.env.URL_A;\n} else {\n  url = 'none';\n}\nexport default { url };\n",
        &[],
        "a",
    ),
    ("let url = 'x';\nif (somebody.knows()) {\n  url = 'y';\n}\nexport default { url };\n", &[], "unknown"),
    (
        "import { url } from './url';\nexport default { url };\n",
        &[("/app/url.ts", "export let url: string;\nif (process.env.URL_A) {\n  url = process.env.URL_A;\n}\n")],
        "a",
    ),
    (
        "import { env } from '@/env';\nexport default { url: env.URL_A };\n",
        &[
            ("/app/tsconfig.json", "{ \"compilerOptions\": { \"paths\": { \"@/*\": [\"./src/*\"] } } }"),
            (
                "/app/src/env.ts",
                "import { createEnv } from '@t3-oss/env-core';\nimport { z } from 'zod';\nexport const env = createEnv({ server: { URL_A: z.string().url() }, runtimeEnv: process.env });\n",
            ),
        ],
        "a",
    ),
    (
        "import { z } from 'zod';\nconst env = z.object({ MISSING: z.string().default('d') }).parse(process.env);\nexport default { url: env.MISSING };\n",
        &[],
        "d",
    ),
    (
        "import { createEnv } from '@t3-oss/env-core';\nconst env = createEnv({ server: { URL_A: z.string() }, runtimeEnv: listed() });\nexport default { url: env.URL_A };\n",
        &[],
        "unknown",
    ),
    ("import 'dotenv/config';\nexport default { url: process.env.LOADED };\n", &[], "loaded"),
    (
        "import * as dotenv from 'dotenv';\ndotenv.config({ path: '.env.local' });\nexport default { url: process.env.LOADED };\n",
        &[],
        "loaded",
    ),
    ("import path from 'path';\nexport default { url: path.join(__dirname, '..', 'schema.ts') };\n", &[], "/schema.ts"),
    (
        "import { resolve } from 'node:path';\nexport default { url: resolve('db', './schema.ts') };\n",
        &[],
        "/app/db/schema.ts",
    ),
    (
        "import { relative } from 'node:path';\nimport { fileURLToPath } from 'node:url';\nexport default { url: relative(process.cwd(), fileURLToPath(new URL('./db/schema.ts', import.meta.url))) };\n",
        &[],
        "db/schema.ts",
    ),
];

#[test]
fn configs_are_read_in_every_wrapping() {
    for (config, others, expected) in WRAPPERS {
        let (data, _) = read(config, others);
        assert_eq!(text(data.get("url")), *expected, "{config}");
    }
}

#[test]
fn env_files_are_loaded_in_order() {
    let (_, variables) = read(
        "import { config } from 'dotenv';\nimport { loadEnvConfig } from '@next/env';\nconfig({ path: '.env.local', override: true });\nconfig();\nloadEnvConfig(process.cwd());\nexport default {};\n",
        &[],
    );
    assert_eq!(
        variables.loads,
        [
            EnvironmentLoad::File { path: ".env.local".into(), override_existing: true },
            EnvironmentLoad::File { path: ".env".into(), override_existing: false },
            EnvironmentLoad::NextFolder("/app".into()),
        ]
    );
}
