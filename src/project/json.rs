//! `drizzle.config.json`: data already, so that nothing has to be evaluated.

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::Range;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::declared::{Data, PlacedData, Property};
use crate::text::{FilePath, Place, Span};

/// Strict JSON, as Node's `require` reads it.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// The value of `text`; where it does not parse, an unknown that says why.
pub fn parse(file: &FilePath, text: &str) -> PlacedData {
    match parse_to_ast(text, &CollectOptions::default(), &STRICT) {
        Ok(result) => match &result.value {
            Some(value) => placed(file, value),
            None => PlacedData { data: Data::Undefined, place: place(file, Range::new(0, 0)), variables: Vec::new() },
        },
        Err(error) => PlacedData {
            data: Data::Unknown(format!("it is no JSON: {}", error.kind())),
            place: place(file, error.range()),
            variables: Vec::new(),
        },
    }
}

fn place(file: &FilePath, range: Range) -> Place {
    Place::new(file.clone(), Span::new(range.start, range.end.max(range.start)))
}

fn placed(file: &FilePath, value: &Value<'_>) -> PlacedData {
    let (data, range) = match value {
        Value::StringLit(string) => (Data::String(string.value.to_string()), string.range),
        Value::NumberLit(number) => {
            (number.value.parse().map_or(Data::Unknown("no number".into()), Data::Number), number.range)
        }
        Value::BooleanLit(boolean) => (Data::Boolean(boolean.value), boolean.range),
        Value::NullKeyword(null) => (Data::Null, null.range),
        Value::Array(array) => {
            (Data::Array(array.elements.iter().map(|element| placed(file, element)).collect()), array.range)
        }
        Value::Object(object) => {
            let property = |property: &jsonc_parser::ast::ObjectProp<'_>| Property {
                key: match &property.name {
                    ObjectPropName::String(name) => name.value.to_string(),
                    ObjectPropName::Word(name) => name.value.to_owned(),
                },
                place: place(file, property.range),
                value: placed(file, &property.value),
            };
            (Data::Object(object.properties.iter().map(property).collect()), object.range)
        }
    };
    PlacedData { data, place: place(file, range), variables: Vec::new() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file() -> FilePath {
        FilePath::new("/app/drizzle.config.json")
    }

    #[test]
    fn values_know_their_bytes() {
        let text = r#"{ "näme": "ä", "list": [1, true, null], "o": { "k": "v" } }"#;
        let data = parse(&file(), text);
        let at = |value: &PlacedData| &text[value.place.span.range()];
        assert_eq!(at(&data), text);
        assert_eq!(data.get("näme").map(at), Some("\"ä\""));
        assert_eq!(data.get("list").map(at), Some("[1, true, null]"));
        assert_eq!(data.get("o").and_then(|o| o.get("k")?.string()), Some("v"));
    }

    #[test]
    fn broken_text_says_why() {
        for text in ["{ \"a\": }", "{ a: 1 }", "{ \"a\": 1, }", "// note\n{}"] {
            assert!(matches!(parse(&file(), text).data, Data::Unknown(why) if why.starts_with("it is no JSON: ")));
        }
        assert!(parse(&file(), "").data == Data::Undefined);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[{}\\[\\]\":,ä0-9a-z \n\\\\/*-]{0,80}") {
            parse(&file(), &text);
        }
    }
}
