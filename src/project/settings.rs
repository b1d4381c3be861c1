//! Our own settings: `drizzle-drift.json` in the project's folder.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::Presets;

/// The settings' file name.
pub const SETTINGS_FILE: &str = "drizzle-drift.json";

/// The settings of one project, as a team commits them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(title = "drizzle-drift settings", extend("additionalProperties" = false))]
pub struct Settings {
    /// The JSON schema of this file, for editors.
    #[serde(rename = "$schema", skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Severities by drift code: `{ "undeclared-index": "warning" }`, with `hint`, `information`, `warning` or `error`. What
    /// would lose data is an error whatever stands here.
    pub severity: BTreeMap<String, String>,
    /// Drift codes to leave out.
    pub skip: Vec<String>,
    /// Which objects of others are summed up in one finding each.
    pub presets: Presets,
    /// The ledger's path, relative to the project's folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<String>,
    /// How often the editor asks the database whether it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poll_seconds: Option<Seconds>,
    /// How long connecting may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect_seconds: Option<Seconds>,
    /// How long a whole reading may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_seconds: Option<Seconds>,
    /// How long one statement may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement_seconds: Option<Seconds>,
    /// How long to wait for a lock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lock_seconds: Option<Seconds>,
}

/// A positive number of seconds, up to a day.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(extend("exclusiveMinimum" = 0, "maximum" = 86_400))]
pub struct Seconds(f64);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const DAY: f64 = 86_400.0;
        let seconds = f64::deserialize(deserializer)?;
        match seconds > 0.0 && seconds <= DAY {
            true => Ok(Self(seconds)),
            false => Err(serde::de::Error::custom("a number of seconds is more than 0 and at most 86400")),
        }
    }
}

impl From<Seconds> for Duration {
    fn from(seconds: Seconds) -> Self {
        Duration::from_secs_f64(seconds.0)
    }
}

impl Settings {
    /// Reads the file's text, comments and trailing commas allowed. Returns what it says, and one sentence for each key
    /// that says nothing to us.
    pub fn parse(text: &str) -> Result<(Self, Vec<String>), String> {
        let value =
            jsonc_parser::parse_to_serde_value::<serde_json::Value>(text, &jsonc_parser::ParseOptions::default())
                .map_err(|error| error.to_string())?;
        let known = serde_json::to_value(schemars::schema_for!(Self)).unwrap_or_default();
        let settings = match value.is_null() {
            true => Self::default(),
            false => serde_json::from_value(value.clone()).map_err(|error| error.to_string())?,
        };
        let mut unknown = Vec::new();
        for (path, properties, object) in [
            ("", &known["properties"], &value),
            ("presets.", &known["$defs"]["Presets"]["properties"], &value["presets"]),
        ] {
            let keys = object.as_object().into_iter().flatten().map(|(key, _)| key);
            unknown.extend(
                keys.filter(|key| properties.get(key.as_str()).is_none()).map(|key| {
                    format!("{SETTINGS_FILE} has a key `{path}{key}` that is not known, so it does nothing")
                }),
            );
        }
        Ok((settings, unknown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_and_unknown_keys_said() {
        let text = r#"{
            // what a team thinks of indexes
            "severity": { "undeclared-index": "warning" },
            "skip": ["missing-view"], "pollSeconds": 2.5, "presets": { "platforms": false, "platform": true },
            "sevrity": {},
        }"#;
        let (settings, unknown) = Settings::parse(text).expect("settings");
        assert_eq!(settings.severity["undeclared-index"], "warning");
        assert_eq!(settings.skip, ["missing-view"]);
        assert_eq!(settings.poll_seconds.map(Duration::from), Some(Duration::from_millis(2500)));
        assert_eq!(settings.presets, Presets { platforms: false, ..Presets::default() });
        let said = |key: &str| unknown.iter().any(|note| note.contains(&format!("`{key}`")));
        assert!(said("sevrity") && said("presets.platform") && unknown.len() == 2, "{unknown:?}");
        assert_eq!(Settings::parse(""), Ok((Settings::default(), Vec::new())));
        assert!(Settings::parse("{ \"skip\": 3 }").is_err());
        assert!(Settings::parse("{ \"pollSeconds\": 0 }").is_err());
        assert!(Settings::parse("{").is_err());
    }
}
