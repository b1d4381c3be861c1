//! Which libraries are known without being read, by what a specifier says.

use crate::catalog::Family;

/// A library that we know without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Library {
    /// `drizzle-orm/pg-core` and its kin.
    Core(Family),
    /// `drizzle-orm`.
    Orm,
    /// `drizzle-orm/supabase`.
    Supabase,
    /// `drizzle-orm/neon`.
    Neon,
    /// `drizzle-kit`.
    Kit,
    /// `path`.
    Path,
    /// `url`.
    Url,
    /// `process`.
    Process,
    /// `dotenv`.
    Dotenv,
    /// `@next/env`.
    NextEnv,
    /// `@t3-oss/env-core` and its kin.
    T3Env,
    /// `zod` and its kin.
    Zod,
    /// A library whose values are no part of a schema.
    Inert,
}

/// The library that `specifier` means.
pub(super) fn library(specifier: &str) -> Option<Library> {
    const LIBRARIES: &[(&str, Library)] = &[
        ("drizzle-orm", Library::Orm),
        ("drizzle-orm/sql", Library::Orm),
        ("drizzle-orm/pg-core", Library::Core(Family::Postgresql)),
        ("drizzle-orm/mysql-core", Library::Core(Family::Mysql)),
        ("drizzle-orm/singlestore-core", Library::Core(Family::Mysql)),
        ("drizzle-orm/sqlite-core", Library::Core(Family::Sqlite)),
        ("drizzle-orm/supabase", Library::Supabase),
        ("drizzle-orm/neon", Library::Neon),
        ("drizzle-kit", Library::Kit),
        ("path", Library::Path),
        ("path/posix", Library::Path),
        ("url", Library::Url),
        ("process", Library::Process),
        ("dotenv", Library::Dotenv),
        ("dotenv/config", Library::Dotenv),
        ("dotenv-flow", Library::Dotenv),
        ("@dotenvx/dotenvx", Library::Dotenv),
        ("@next/env", Library::NextEnv),
        ("zod", Library::Zod),
        ("zod/v4", Library::Zod),
        ("zod/v3", Library::Zod),
        ("zod/mini", Library::Zod),
    ];
    /// Packages of which no value is a table; what a schema file makes with them is no part of the database.
    const INERT: &[&str] = &[
        "drizzle-zod",
        "drizzle-valibot",
        "drizzle-typebox",
        "drizzle-arktype",
        "drizzle-effect",
        "valibot",
        "arktype",
        "@sinclair/typebox",
        "typebox",
        "nanoid",
        "uuid",
        "cuid",
        "@paralleldrive/cuid2",
        "ulid",
        "ulidx",
        "effect",
        "@hono/zod-openapi",
        "@asteasolutions/zod-to-openapi",
        "zod-openapi",
        "graphql",
        "date-fns",
        "dayjs",
        "crypto",
        "bcrypt",
        "bcryptjs",
        "lodash",
        "uuidv7",
        "typeid-js",
        "sonyflake",
        "superjson",
        "ms",
        "slugify",
        "react",
        "next",
        "next-auth",
        "better-auth",
        "remeda",
        "pg",
        "postgres",
        "mysql2",
        "better-sqlite3",
        "@libsql/client",
    ];
    let bare = specifier.strip_prefix("node:").unwrap_or(specifier);
    if let Some((_, library)) = LIBRARIES.iter().find(|(name, _)| *name == bare) {
        return Some(*library);
    }
    if bare.starts_with("@t3-oss/env-") {
        return Some(Library::T3Env);
    }
    let inert = bare.starts_with("drizzle-orm/")
        || INERT.iter().any(|name| bare == *name || bare.strip_prefix(name).is_some_and(|rest| rest.starts_with('/')));
    inert.then_some(Library::Inert)
}

/// The part of Drizzle that a package which is not there seems to re-export, by what its path ends with.
pub(super) fn reexported(specifier: &str) -> Option<Library> {
    const ENDS: &[(&str, Library)] = &[
        ("/drizzle", Library::Orm),
        ("/drizzle-orm", Library::Orm),
        ("/pg-core", Library::Core(Family::Postgresql)),
        ("/mysql-core", Library::Core(Family::Mysql)),
        ("/sqlite-core", Library::Core(Family::Sqlite)),
    ];
    let is_package = !specifier.starts_with(['.', '/', '#', '~']) && !specifier.starts_with("@/");
    ENDS.iter().find(|(end, _)| is_package && specifier.ends_with(end)).map(|(_, library)| *library)
}
