//! Libraries that stand between a config or schema and its values: path, dotenv, zod, t3 env, drizzle-kit.

use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use super::Casing;
use super::data::EnvironmentLoad;
use super::drizzle::{DrizzleFunction, Purpose, library_member};
use super::environment::Parser;
use super::evaluate::{Arguments, Evaluator, plain};
use super::known::Library;
use super::value::{Location, Object, Value};
use crate::catalog::Family;
use crate::syntax::Name;

/// Roles that `drizzle-orm/supabase` and `drizzle-orm/neon` export: (export, role).
const SUPABASE_ROLES: &[(&str, &str)] = &[
    ("anonRole", "anon"),
    ("authenticatedRole", "authenticated"),
    ("serviceRole", "service_role"),
    ("postgresRole", "postgres_role"),
    ("supabaseAuthAdminRole", "supabase_auth_admin"),
];
const NEON_ROLES: &[(&str, &str)] = &[("authenticatedRole", "authenticated"), ("anonymousRole", "anonymous")];

impl Evaluator<'_> {
    /// `library.name`.
    pub fn library_member(&mut self, library: Library, name: Name, location: Location) -> Value {
        let text = self.text(name);
        match library {
            Library::Core(family) => {
                if let Some(value) = library_member(library, &text) {
                    return value;
                }
                match &*text {
                    "snakeCase" => Value::Cased(family, Casing::SnakeCase),
                    "camelCase" => Value::Cased(family, Casing::CamelCase),
                    // What else the core exports (types, `alias`, `union`) makes no part of a schema.
                    _ => Value::Opaque,
                }
            }
            Library::Orm => library_member(library, &text).unwrap_or(Value::Opaque),
            Library::Supabase | Library::Neon => self.provider_member(library, &text, location),
            Library::Kit => Value::LibraryFunction(library, name),
            Library::Process => self.member(&Value::Global("process"), name, location),
            Library::Inert => Value::Opaque,
            Library::Zod if matches!(&*text, "z" | "default") => Value::Library(library),
            Library::Zod if &*text == "coerce" => Value::Library(library),
            Library::Path if matches!(&*text, "posix" | "default") => Value::Library(library),
            Library::Dotenv | Library::NextEnv | Library::Url if &*text == "default" => Value::Library(library),
            Library::Path if &*text == "sep" => Value::string("/"),
            _ => Value::LibraryFunction(library, name),
        }
    }

    fn provider_member(&mut self, library: Library, text: &str, location: Location) -> Value {
        let roles = if library == Library::Supabase { SUPABASE_ROLES } else { NEON_ROLES };
        if let Some((_, role)) = roles.iter().find(|(export, _)| *export == text) {
            return Value::Role(Rc::new(super::drizzle::Role { name: Ok((*role).into()) }));
        }
        let sql = |text: &str| Self::sql_template(vec![text.into()], Vec::new());
        match (library, text) {
            (Library::Neon, "crudPolicy") => {
                Value::Drizzle(DrizzleFunction::Other(Family::Postgresql, Purpose::CrudPolicy))
            }
            (Library::Neon, "authUid") => {
                let name = self.name("authUid");
                Value::LibraryFunction(library, name)
            }
            (Library::Supabase, "authUid") => sql("(select auth.uid())"),
            (Library::Supabase, "realtimeTopic") => sql("realtime.topic()"),
            (Library::Supabase, "authUsers") => self.provider_table("auth", "users", location),
            (Library::Supabase, "realtimeMessages") => self.provider_table("realtime", "messages", location),
            (Library::Neon, "usersSync") => self.provider_table("neon_auth", "users_sync", location),
            _ => Value::Opaque,
        }
    }

    /// A table that a provider's module exports; its columns are the ones people refer to.
    fn provider_table(&mut self, schema: &str, name: &str, location: Location) -> Value {
        let object = Object::literal(location);
        for column in ["id"] {
            let function = super::drizzle::core_column(if schema == "neon_auth" { "text" } else { "uuid" });
            let builder = match function {
                Some(function) => self.call_drizzle(function, &Arguments::default(), location),
                None => continue,
            };
            let key = self.name(column);
            let not_null = self.name("primaryKey");
            let builder = self.call_method(&builder, not_null, Arguments::default(), location);
            object.set(key, plain(builder, location));
        }
        if let Value::Unknown(unknown) = Self::unknown(location, "only the columns people refer to are known") {
            object.set_open(unknown);
        }
        let function = super::drizzle::TableFunction {
            family: Family::Postgresql,
            schema: Ok(Some(schema.into())),
            customize: None,
            casing: None,
            row_level_security: false,
        };
        let placed = |value| super::value::Placed { value, location };
        let arguments = Arguments::of(vec![placed(Value::string(name)), placed(Value::Object(Rc::new(object)))]);
        let table = self.build_table(&Rc::new(function), &arguments, location);
        if let Value::Table(id) = table {
            self.tables[id].provided = true;
        }
        table
    }

    pub fn call_library(&mut self, library: Library, name: Name, arguments: &Arguments, location: Location) -> Value {
        let text = self.text(name);
        let first = arguments.get(0);
        match (library, &*text) {
            (Library::Kit, "defineConfig") => first,
            (Library::Path, _) => self.path_function(&text, arguments, location),
            (Library::Url, "fileURLToPath") => match self.url_text(&first, location) {
                Some(url) => Value::string(url.strip_prefix("file://").unwrap_or(&url)),
                None => Self::unknown(location, "the path is not known"),
            },
            (Library::Dotenv, "config" | "configDotenv") => {
                self.load_dotenv(&first, location);
                Value::Object(Rc::new(Object::default()))
            }
            (Library::NextEnv, "loadEnvConfig") => {
                let load = match first.as_text() {
                    Some(folder) => EnvironmentLoad::NextFolder(folder.to_string()),
                    None => EnvironmentLoad::Unknown,
                };
                self.load_environment(load);
                Value::Object(Rc::new(Object::default()))
            }
            (Library::T3Env, "createEnv") => self.create_env(&first, location),
            // A preset: variables of a platform, as they are.
            (Library::T3Env, _) => Value::Environment,
            (Library::Zod, _) => self.parser(&text, &first),
            (Library::Neon, "authUid") => Value::Sql(Rc::new(super::drizzle::Sql::new(vec![
                super::drizzle::Chunk::Text("(select auth.user_id() = ".into()),
                super::drizzle::Chunk::Value(first),
                super::drizzle::Chunk::Text(")".into()),
            ]))),
            _ => Self::unknown(location, format!("{text}() is not known without running it")),
        }
    }

    /// The text of a URL, given as one or as an object.
    fn url_text(&mut self, url: &Value, location: Location) -> Option<Rc<str>> {
        match url {
            Value::Object(_) => self.option(url, "href", location).as_text().cloned(),
            other => other.as_text().cloned(),
        }
    }

    /// `new URL(path, base)` of a file.
    pub fn file_url(&mut self, path: &str, base: &str, location: Location) -> Value {
        let Some(base) = base.strip_prefix("file://") else {
            return Self::unknown(location, "only URLs of files are read");
        };
        let folder = if base.ends_with('/') { Some(Path::new(base)) } else { Path::new(base).parent() };
        let joined = folder.unwrap_or(Path::new("/")).join(path);
        let target = normalised(&joined.to_string_lossy());
        let object = Object::literal(location);
        object.set(self.name("href"), plain(Value::string(format!("file://{target}")), location));
        object.set(self.name("pathname"), plain(Value::string(target), location));
        Value::Object(Rc::new(object))
    }

    fn load_dotenv(&mut self, options: &Value, location: Location) {
        let path = self.option(options, "path", location);
        let override_existing = self.option(options, "override", location).truthy() == Some(true);
        match &path {
            Value::Array(array) => {
                let paths: Vec<Value> = array.elements.borrow().iter().map(|placed| placed.value.clone()).collect();
                for path in paths {
                    self.load_env_file(&path, override_existing);
                }
            }
            path => self.load_env_file(path, override_existing),
        }
    }

    fn path_function(&mut self, name: &str, arguments: &Arguments, location: Location) -> Value {
        let mut parts = Vec::new();
        for placed in &arguments.values {
            match placed.value.as_text() {
                Some(text) => parts.push(text.clone()),
                None => {
                    return match placed.value.unknown() {
                        Some(unknown) => Value::Unknown(unknown.clone()),
                        None => Self::unknown(location, "a part of the path is no text"),
                    };
                }
            }
        }
        let first = parts.first().map_or("", |part| &**part);
        match name {
            "join" => {
                let joined = parts.iter().filter(|part| !part.is_empty()).map(|part| &**part).collect::<Vec<_>>();
                Value::string(normalised(&joined.join("/")))
            }
            "resolve" => {
                let mut path = PathBuf::new();
                for part in &parts {
                    path.push(&**part);
                }
                if path.is_relative() {
                    match self.working_folder(location) {
                        Value::String(folder) => path = Path::new(&*folder).join(path),
                        unknown => return unknown,
                    }
                }
                Value::string(normalised(&path.to_string_lossy()))
            }
            "normalize" => Value::string(normalised(first)),
            "relative" if parts.len() == 2 => match relative(Path::new(first), Path::new(&*parts[1])) {
                Some(path) => Value::string(path.to_string_lossy()),
                None => Self::unknown(location, "the path is not known"),
            },
            "dirname" => Value::string(Path::new(first).parent().map_or(".".into(), |parent| parent.to_string_lossy())),
            "basename" => Value::string(Path::new(first).file_name().map_or("".into(), |name| name.to_string_lossy())),
            _ => Self::unknown(location, format!("path.{name}() is not read")),
        }
    }

    /// `createEnv({ server, runtimeEnv })`: the variables, with the defaults of their parsers.
    fn create_env(&mut self, options: &Value, location: Location) -> Value {
        let result = Object::literal(location);
        let extends = self.option(options, "extends", location);
        match self.elements(&extends, location) {
            Ok(presets) => {
                for preset in presets {
                    self.spread_into(&result, &preset, location);
                }
            }
            Err(unknown) if !matches!(extends, Value::Undefined) => result.set_open(unknown),
            Err(_) => {}
        }
        let runtime = self.runtime_environment(options, location);
        for group in ["shared", "client", "server"] {
            let shape = match self.option(options, group, location) {
                Value::Object(shape) => shape,
                Value::Unknown(unknown) => {
                    result.set_open(unknown);
                    continue;
                }
                _ => continue,
            };
            if let Some(unknown) = shape.open.borrow().clone() {
                result.set_open(unknown);
            }
            self.parse_shape(&shape, &runtime, &result, location);
        }
        Value::Object(Rc::new(result))
    }

    /// Where `createEnv` takes the values from.
    fn runtime_environment(&mut self, options: &Value, location: Location) -> Value {
        for key in ["runtimeEnv", "runtimeEnvStrict"] {
            let value = self.option(options, key, location);
            if !matches!(value, Value::Undefined) {
                return value;
            }
        }
        // This one lists the client's variables only; the server's come from the process.
        let listed = self.option(options, "experimental__runtimeEnv", location);
        let joined = Object::literal(location);
        joined.environment.set(true);
        self.spread_into(&joined, &listed, location);
        Value::Object(Rc::new(joined))
    }

    /// Puts into `result` what the parsers of `shape` make of `input`.
    fn parse_shape(&mut self, shape: &Rc<Object>, input: &Value, result: &Object, location: Location) {
        let properties: Vec<_> =
            shape.properties.borrow().iter().map(|(name, property)| (*name, property.clone())).collect();
        for (name, property) in properties {
            let before = self.lookups.len();
            let given = self.member(input, name, location);
            let value = self.parsed(&property.value, given, location);
            let variables = self.lookups[before..].into();
            result.set(name, super::value::Property { variables, value, ..property });
        }
    }

    /// What `parser` makes of `given`.
    fn parsed(&mut self, parser: &Value, given: Value, location: Location) -> Value {
        let Value::Parser(parser) = parser else { return given };
        if let Value::Undefined = given {
            if let Some(default) = &parser.default {
                return default.clone();
            }
            if parser.shape.is_none() {
                return given;
            }
        }
        if parser.opaque {
            return Self::unknown(location, "its parser transforms it");
        }
        if let Some(shape) = &parser.shape {
            let result = Object::literal(location);
            self.parse_shape(shape, &given, &result, location);
            return Value::Object(Rc::new(result));
        }
        match (&given, parser.coerces_to_number) {
            (Value::String(text), true) => text.trim().parse().map_or(given.clone(), Value::Number),
            _ => given,
        }
    }

    /// `z.string()`, `z.object({ ... })`.
    fn parser(&self, name: &str, first: &Value) -> Value {
        let shape = match (name, first) {
            ("object" | "strictObject" | "looseObject", Value::Object(shape)) => Some(shape.clone()),
            _ => None,
        };
        Value::Parser(Rc::new(Parser {
            shape,
            default: None,
            coerces_to_number: name == "number",
            opaque: matches!(name, "preprocess" | "pipe"),
        }))
    }

    pub fn parser_method(
        &mut self,
        parser: &Rc<Parser>,
        name: &str,
        arguments: &Arguments,
        location: Location,
    ) -> Value {
        let first = arguments.get(0);
        let copy = |change: &dyn Fn(&mut Parser)| {
            let mut copy = Parser {
                shape: parser.shape.clone(),
                default: parser.default.clone(),
                coerces_to_number: parser.coerces_to_number,
                opaque: parser.opaque,
            };
            change(&mut copy);
            Value::Parser(Rc::new(copy))
        };
        match name {
            "parse" | "parseAsync" => self.parsed(&Value::Parser(parser.clone()), first, location),
            "safeParse" | "safeParseAsync" => {
                let data = self.parsed(&Value::Parser(parser.clone()), first, location);
                let result = Object::literal(location);
                result.set(self.name("success"), plain(Value::Boolean(true), location));
                result.set(self.name("data"), plain(data, location));
                Value::Object(Rc::new(result))
            }
            "default" | "catch" | "prefault" => {
                let default = match &first {
                    Value::Function(_) => self.call(&first, Arguments::default(), location),
                    value => value.clone(),
                };
                copy(&|parser| parser.default = Some(default.clone()))
            }
            "transform" | "pipe" => copy(&|parser| parser.opaque = true),
            "extend" | "merge" => match (&parser.shape, &first) {
                (Some(shape), Value::Object(_)) => {
                    let joined = Object::literal(location);
                    self.spread_into(&joined, &Value::Object(shape.clone()), location);
                    self.spread_into(&joined, &first, location);
                    let joined = Rc::new(joined);
                    copy(&|parser| parser.shape = Some(joined.clone()))
                }
                _ => Value::Opaque,
            },
            _ => Value::Parser(parser.clone()),
        }
    }
}

/// `path` without `.` and `..`, as far as they can be resolved.
fn normalised(path: &str) -> String {
    let mut result = PathBuf::new();
    for component in Path::new(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if result.file_name().is_some() => {
                result.pop();
            }
            other => result.push(other),
        }
    }
    if result.as_os_str().is_empty() { ".".into() } else { result.to_string_lossy().into_owned() }
}

/// The way from folder `from` to `to`, both absolute.
fn relative(from: &Path, to: &Path) -> Option<PathBuf> {
    if !from.is_absolute() || !to.is_absolute() {
        return None;
    }
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    Some(up.chain(to.components().skip(shared)).collect())
}
