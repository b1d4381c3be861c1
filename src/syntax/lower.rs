//! From tree-sitter's tree of one island to our own compact one: expressions.

use tree_sitter::Node;

use super::tree::{
    Binary, Binding, Body, Bytes, Class, ClassMember, ClassMemberKind, Element, Expression, ExpressionId, Function,
    Key, Kind, Logical, Member, MemberKind, Parameter, Pattern, Template, Unary,
};
use super::{Name, Names};

/// How deep expressions may nest; what lies deeper is not read, which keeps the stack bounded.
const MAX_DEPTH: u32 = 100;

/// Builds the tree of one island.
pub(super) struct Lowering<'a> {
    pub(super) text: &'a str,
    pub(super) names: &'a mut Names,
    pub(super) expressions: Vec<Expression>,
    pub(super) functions: Vec<Function>,
    pub(super) classes: Vec<Class>,
    pub(super) depth: u32,
}

pub(super) fn bytes(node: Node<'_>) -> Bytes {
    let range = node.byte_range();
    u32::try_from(range.start).unwrap_or(u32::MAX)..u32::try_from(range.end).unwrap_or(u32::MAX)
}

/// The named children of `node` that are no comments.
pub(super) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    let mut children = Vec::new();
    if cursor.goto_first_child() {
        loop {
            let child = cursor.node();
            if child.is_named() && !child.is_extra() {
                children.push(child);
            }
            if !cursor.goto_next_sibling() {
                break;
            }
        }
    }
    children
}

pub(super) fn has_word(node: Node<'_>, word: &str) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor).any(|child| child.kind() == word)
}

/// `left operator right`.
fn operation(operator: &str, left: ExpressionId, right: ExpressionId) -> Kind {
    if let Some(logical) = Logical::from_operator(operator) {
        return Kind::Logical(logical, left, right);
    }
    match Binary::from_operator(operator) {
        Some(binary) => Kind::Binary(binary, left, right),
        None => Kind::Unsupported("this operator is not read"),
    }
}

impl<'a> Lowering<'a> {
    pub(super) fn slice(&self, node: Node<'_>) -> &'a str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    pub(super) fn name(&mut self, node: Node<'_>) -> Name {
        let text = self.slice(node);
        self.names.intern(text)
    }

    fn push(&mut self, kind: Kind, bytes: Bytes) -> ExpressionId {
        self.expressions.push(Expression { kind, bytes });
        u32::try_from(self.expressions.len() - 1).unwrap_or(u32::MAX)
    }

    pub(super) fn expression(&mut self, node: Node<'_>) -> ExpressionId {
        if self.depth >= MAX_DEPTH {
            return self.push(Kind::Unsupported("it is nested too deeply"), bytes(node));
        }
        self.depth += 1;
        let id = match node.kind() {
            // What TypeScript wraps around a value, first in it.
            "parenthesized_expression"
            | "as_expression"
            | "satisfies_expression"
            | "non_null_expression"
            | "instantiation_expression" => match children(node).first() {
                Some(inner) => self.expression(*inner),
                None => self.push(Kind::Unsupported("it does not parse"), bytes(node)),
            },
            "type_assertion" => match children(node).last() {
                Some(inner) => self.expression(*inner),
                None => self.push(Kind::Unsupported("it does not parse"), bytes(node)),
            },
            _ => {
                let kind = self.kind(node);
                self.push(kind, bytes(node))
            }
        };
        self.depth -= 1;
        id
    }

    fn field(&mut self, node: Node<'_>, field: &str) -> ExpressionId {
        match node.child_by_field_name(field) {
            Some(child) => self.expression(child),
            None => self.push(Kind::Unsupported("it does not parse"), bytes(node)),
        }
    }

    fn kind(&mut self, node: Node<'_>) -> Kind {
        match node.kind() {
            "identifier" | "shorthand_property_identifier" => Kind::Identifier(self.name(node)),
            "undefined" => Kind::Undefined,
            "null" => Kind::Null,
            "true" => Kind::Boolean(true),
            "false" => Kind::Boolean(false),
            "this" => Kind::This,
            "number" => number(self.slice(node)),
            "string" => Kind::String(self.string(node).into()),
            "template_string" => Kind::Template(Box::new(self.template(node))),
            "regex" => self.regex(node),
            "array" => Kind::Array(self.elements(node)),
            "object" => Kind::Object(self.members(node)),
            "arrow_function" | "function_expression" | "generator_function" => Kind::Function(self.function(node)),
            "class" => Kind::Class(self.class(node)),
            "member_expression" => self.member_expression(node),
            "subscript_expression" => {
                let object = self.field(node, "object");
                Kind::Index(object, self.field(node, "index"))
            }
            "call_expression" => self.call(node),
            "new_expression" => {
                let callee = self.field(node, "constructor");
                let arguments = node.child_by_field_name("arguments").map(|list| self.elements(list));
                Kind::New(callee, arguments.unwrap_or_default())
            }
            "await_expression" => match children(node).first() {
                Some(inner) => Kind::Await(self.expression(*inner)),
                None => Kind::Unsupported("it does not parse"),
            },
            "unary_expression" => {
                let operator = node.child_by_field_name("operator").map_or("", |operator| self.slice(operator));
                let operand = self.field(node, "argument");
                match Unary::from_operator(operator) {
                    Some(operator) => Kind::Unary(operator, operand),
                    None => Kind::Unsupported("this operator is not read"),
                }
            }
            "binary_expression" => self.binary(node),
            "ternary_expression" => {
                let condition = self.field(node, "condition");
                let then = self.field(node, "consequence");
                Kind::Conditional(condition, then, self.field(node, "alternative"))
            }
            "assignment_expression" => match node.child_by_field_name("left") {
                Some(left) if left.kind().ends_with("_pattern") => self.forget(left),
                _ => {
                    let target = self.field(node, "left");
                    Kind::Assign(target, self.field(node, "right"))
                }
            },
            "augmented_assignment_expression" => {
                let operator = node.child_by_field_name("operator").map_or("", |operator| self.slice(operator));
                let operator = operator.strip_suffix('=').unwrap_or_default();
                let target = self.field(node, "left");
                let right = self.field(node, "right");
                let value = operation(operator, target, right);
                Kind::Assign(target, self.push(value, bytes(node)))
            }
            "update_expression" => {
                let operator = node.child_by_field_name("operator").map_or("", |operator| self.slice(operator));
                let is_prefix = self.slice(node).starts_with(operator);
                let target = self.field(node, "argument");
                let one = self.push(Kind::Number(1.0), bytes(node));
                let (forth, back) = match operator {
                    "++" => (Binary::Add, Binary::Subtract),
                    _ => (Binary::Subtract, Binary::Add),
                };
                let changed = self.push(Kind::Binary(forth, target, one), bytes(node));
                match is_prefix {
                    true => Kind::Assign(target, changed),
                    // Its value is the one before.
                    false => Kind::Binary(back, self.push(Kind::Assign(target, changed), bytes(node)), one),
                }
            }
            "meta_property" => Kind::ImportMeta,
            "sequence_expression" => Kind::Unsupported("a comma operator is not read"),
            _ => Kind::Unsupported("this kind of expression is not read"),
        }
    }

    fn member_expression(&mut self, node: Node<'_>) -> Kind {
        let object_node = node.child_by_field_name("object");
        // `import.meta` is a member expression of `import` in this grammar.
        if object_node.is_some_and(|object| object.kind() == "import") {
            return Kind::ImportMeta;
        }
        let object = self.field(node, "object");
        match node.child_by_field_name("property") {
            Some(property) => Kind::Property(object, self.name(property)),
            None => Kind::Unsupported("it does not parse"),
        }
    }

    fn call(&mut self, node: Node<'_>) -> Kind {
        let Some(callee_node) = node.child_by_field_name("function") else {
            return Kind::Unsupported("it does not parse");
        };
        let Some(arguments) = node.child_by_field_name("arguments") else {
            return Kind::Unsupported("it does not parse");
        };
        let loads = callee_node.kind() == "import"
            || (callee_node.kind() == "identifier" && self.slice(callee_node) == "require");
        if loads {
            return match children(arguments).first().filter(|module| module.kind() == "string") {
                Some(module) => Kind::Import(self.string(*module).into()),
                None => Kind::Unsupported("the module it loads is not written out"),
            };
        }
        let callee = self.expression(callee_node);
        if arguments.kind() == "template_string" {
            return Kind::Tagged(callee, Box::new(self.template(arguments)));
        }
        Kind::Call(callee, self.elements(arguments))
    }

    fn binary(&mut self, node: Node<'_>) -> Kind {
        let operator = node.child_by_field_name("operator").map_or("", |operator| self.slice(operator));
        let left = self.field(node, "left");
        operation(operator, left, self.field(node, "right"))
    }

    /// An assignment to a pattern: every name in it has a value that is not known from then on.
    fn forget(&mut self, pattern: Node<'_>) -> Kind {
        let mut kind = Kind::Unsupported("it is assigned through a pattern");
        let mut nodes = vec![pattern];
        while let Some(node) = nodes.pop() {
            if matches!(node.kind(), "identifier" | "shorthand_property_identifier_pattern") {
                let name = self.name(node);
                let target = self.push(Kind::Identifier(name), bytes(node));
                kind = Kind::Assign(target, self.push(kind, bytes(node)));
            }
            nodes.extend(children(node));
        }
        kind
    }

    fn elements(&mut self, node: Node<'_>) -> Box<[Element]> {
        children(node)
            .into_iter()
            .map(|child| match (child.kind(), children_if_spread(child)) {
                ("spread_element", Some(inner)) => Element { value: self.expression(inner), spread: true },
                _ => Element { value: self.expression(child), spread: false },
            })
            .collect()
    }

    fn members(&mut self, node: Node<'_>) -> Box<[Member]> {
        children(node)
            .into_iter()
            .map(|child| {
                let kind = match child.kind() {
                    "pair" => match child.child_by_field_name("key") {
                        Some(key) => {
                            let key = self.key(key);
                            MemberKind::Value(key, self.field(child, "value"))
                        }
                        None => MemberKind::Spread(self.unsupported(child)),
                    },
                    "shorthand_property_identifier" => {
                        let name = self.name(child);
                        MemberKind::Value(Key::Name(name), self.expression(child))
                    }
                    "spread_element" => match children(child).first() {
                        Some(inner) => MemberKind::Spread(self.expression(*inner)),
                        None => MemberKind::Spread(self.unsupported(child)),
                    },
                    "method_definition" => self.object_method(child),
                    _ => MemberKind::Spread(self.unsupported(child)),
                };
                Member { kind, bytes: bytes(child) }
            })
            .collect()
    }

    fn unsupported(&mut self, node: Node<'_>) -> ExpressionId {
        self.push(Kind::Unsupported("it does not parse"), bytes(node))
    }

    fn object_method(&mut self, node: Node<'_>) -> MemberKind {
        let key = match node.child_by_field_name("name") {
            Some(name) => self.key(name),
            None => return MemberKind::Spread(self.unsupported(node)),
        };
        let function = self.function(node);
        if has_word(node, "get") {
            return MemberKind::Getter(key, function);
        }
        if has_word(node, "set") {
            return MemberKind::Spread(self.unsupported(node));
        }
        MemberKind::Value(key, self.push(Kind::Function(function), bytes(node)))
    }

    pub(super) fn key(&mut self, node: Node<'_>) -> Key {
        match node.kind() {
            "string" => {
                let text = self.string(node);
                Key::Name(self.names.intern(&text))
            }
            "computed_property_name" => match children(node).first() {
                Some(inner) => Key::Computed(self.expression(*inner)),
                None => Key::Computed(self.unsupported(node)),
            },
            "number" => match number(self.slice(node)) {
                Kind::Number(value) => Key::Name(self.names.intern(&super::number_text(value))),
                _ => Key::Computed(self.unsupported(node)),
            },
            _ => Key::Name(self.name(node)),
        }
    }

    pub(super) fn string(&self, node: Node<'_>) -> String {
        let slice = self.slice(node);
        let inner = slice.get(1..slice.len().saturating_sub(1)).unwrap_or_default();
        if inner.contains('\\') { unescape(inner) } else { inner.to_owned() }
    }

    fn template(&mut self, node: Node<'_>) -> Template {
        let mut texts: Vec<Box<str>> = Vec::new();
        let mut values = Vec::new();
        let mut from = node.start_byte() + 1;
        for child in children(node) {
            if child.kind() != "template_substitution" {
                continue;
            }
            texts.push(cooked(self.text.get(from..child.start_byte()).unwrap_or_default()));
            values.push(match children(child).first() {
                Some(inner) => self.expression(*inner),
                None => self.unsupported(child),
            });
            from = child.end_byte();
        }
        texts.push(cooked(self.text.get(from..node.end_byte().saturating_sub(1)).unwrap_or_default()));
        Template { texts: texts.into(), values: values.into() }
    }

    fn regex(&self, node: Node<'_>) -> Kind {
        let part = |field| node.child_by_field_name(field).map_or("", |part| self.slice(part)).to_owned();
        Kind::Regex(Box::new((part("pattern"), part("flags"))))
    }

    pub(super) fn function(&mut self, node: Node<'_>) -> u32 {
        let name = match node.kind() {
            "method_definition" => None,
            _ => node.child_by_field_name("name").map(|name| self.name(name)),
        };
        let parameters = match (node.child_by_field_name("parameter"), node.child_by_field_name("parameters")) {
            (Some(single), _) => {
                let pattern = self.pattern(single);
                vec![Parameter { pattern, default: None, rest: false, field: false }]
            }
            (None, Some(list)) => children(list).into_iter().filter_map(|one| self.parameter(one)).collect(),
            (None, None) => Vec::new(),
        };
        let body = match node.child_by_field_name("body") {
            Some(block) if block.kind() == "statement_block" => Body::Block(self.statements(block)),
            Some(expression) => Body::Expression(self.expression(expression)),
            None => Body::Block(Box::default()),
        };
        let function = Function {
            parameters: parameters.into(),
            body,
            arrow: node.kind() == "arrow_function",
            plain: !(node.kind().starts_with("generator") || has_word(node, "*")),
            name,
        };
        self.functions.push(function);
        u32::try_from(self.functions.len() - 1).unwrap_or(u32::MAX)
    }

    fn parameter(&mut self, node: Node<'_>) -> Option<Parameter> {
        let pattern_node = node.child_by_field_name("pattern")?;
        if pattern_node.kind() == "this" {
            return None;
        }
        let default = node.child_by_field_name("value").map(|value| self.expression(value));
        let field = has_word(node, "accessibility_modifier") || has_word(node, "readonly");
        let rest = pattern_node.kind() == "rest_pattern";
        let pattern = match children(pattern_node).first() {
            Some(inner) if rest => self.pattern(*inner),
            _ => self.pattern(pattern_node),
        };
        Some(Parameter { pattern, default, rest, field })
    }

    pub(super) fn pattern(&mut self, node: Node<'_>) -> Pattern {
        match node.kind() {
            "identifier" | "shorthand_property_identifier_pattern" => Pattern::Name(self.name(node)),
            "object_pattern" => self.object_pattern(node),
            "array_pattern" => self.array_pattern(node),
            _ => Pattern::Unsupported,
        }
    }

    /// A pattern that may carry its default: `a = 1`.
    fn with_default(&mut self, node: Node<'_>) -> (Pattern, Option<ExpressionId>) {
        match node.kind() {
            "assignment_pattern" | "object_assignment_pattern" => {
                let pattern = node.child_by_field_name("left").map_or(Pattern::Unsupported, |left| self.pattern(left));
                (pattern, Some(self.field(node, "right")))
            }
            _ => (self.pattern(node), None),
        }
    }

    fn object_pattern(&mut self, node: Node<'_>) -> Pattern {
        let mut rest = None;
        let mut bindings = Vec::new();
        for child in children(node) {
            match child.kind() {
                "rest_pattern" => rest = children(child).first().map(|name| self.name(*name)),
                "pair_pattern" => {
                    let (Some(key), Some(value)) =
                        (child.child_by_field_name("key"), child.child_by_field_name("value"))
                    else {
                        continue;
                    };
                    let key = self.key(key);
                    let (pattern, default) = self.with_default(value);
                    bindings.push(Binding { key, pattern, default });
                }
                _ => {
                    let (pattern, default) = self.with_default(child);
                    if let Pattern::Name(name) = pattern {
                        bindings.push(Binding { key: Key::Name(name), pattern, default });
                    }
                }
            }
        }
        Pattern::Object(bindings.into(), rest)
    }

    fn array_pattern(&mut self, node: Node<'_>) -> Pattern {
        let mut parts = Vec::new();
        let mut rest = None;
        let mut filled = false;
        let mut cursor = node.walk();
        for child in node.children(&mut cursor) {
            match child.kind() {
                "[" | "]" | "comment" => {}
                "," => {
                    if !filled {
                        parts.push(None);
                    }
                    filled = false;
                }
                "rest_pattern" => {
                    rest = children(child).first().map(|name| self.name(*name));
                    filled = true;
                }
                _ => {
                    parts.push(Some(self.with_default(child)));
                    filled = true;
                }
            }
        }
        Pattern::Array(parts.into(), rest)
    }

    pub(super) fn class(&mut self, node: Node<'_>) -> u32 {
        let extends = children(node)
            .into_iter()
            .find(|child| child.kind() == "class_heritage")
            .and_then(|heritage| children(heritage).into_iter().find(|clause| clause.kind() == "extends_clause"))
            .map(|clause| self.field(clause, "value"));
        let mut members = Vec::new();
        for child in node.child_by_field_name("body").map(children).unwrap_or_default() {
            let Some(name) = child.child_by_field_name("name") else { continue };
            let key = match child.kind() {
                "public_field_definition" | "method_definition" => self.key(name),
                _ => continue,
            };
            let kind = if child.kind() == "method_definition" {
                let function = self.function(child);
                if has_word(child, "get") {
                    ClassMemberKind::Getter(function)
                } else if has_word(child, "set") {
                    continue;
                } else {
                    ClassMemberKind::Method(function)
                }
            } else {
                ClassMemberKind::Field(child.child_by_field_name("value").map(|value| self.expression(value)))
            };
            members.push(ClassMember { key, is_static: has_word(child, "static"), kind, bytes: bytes(child) });
        }
        self.classes.push(Class { extends, members: members.into() });
        u32::try_from(self.classes.len() - 1).unwrap_or(u32::MAX)
    }
}

fn children_if_spread(node: Node<'_>) -> Option<Node<'_>> {
    (node.kind() == "spread_element").then(|| children(node).first().copied()).flatten()
}

fn number(text: &str) -> Kind {
    let digits: String = text.chars().filter(|digit| *digit != '_').collect();
    if let Some(big) = digits.strip_suffix('n') {
        return Kind::BigInt(big.into());
    }
    let radix = |prefix: &str, radix| {
        let rest = digits.strip_prefix(prefix).or_else(|| digits.strip_prefix(&prefix.to_uppercase()))?;
        u64::from_str_radix(rest, radix).ok()
    };
    if let Some(value) = radix("0x", 16).or_else(|| radix("0o", 8)).or_else(|| radix("0b", 2)) {
        #[expect(clippy::cast_precision_loss, reason = "so does JavaScript")]
        return Kind::Number(value as f64);
    }
    digits.parse().map_or(Kind::Unsupported("this number is not read"), Kind::Number)
}

fn cooked(raw: &str) -> Box<str> {
    if raw.contains('\\') { unescape(raw).into() } else { raw.replace("\r\n", "\n").into() }
}

/// A JavaScript string's text with its escapes resolved.
fn unescape(raw: &str) -> String {
    let mut result = String::with_capacity(raw.len());
    let mut characters = raw.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            result.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => result.push('\n'),
            Some('t') => result.push('\t'),
            Some('r') => result.push('\r'),
            Some('b') => result.push('\u{8}'),
            Some('f') => result.push('\u{c}'),
            Some('v') => result.push('\u{b}'),
            Some('0') => result.push('\0'),
            Some('\n') | None => {}
            Some('\r') => {
                if characters.as_str().starts_with('\n') {
                    characters.next();
                }
            }
            Some('x') => push_code(&mut result, characters.by_ref().take(2).collect::<String>()),
            Some('u') if characters.as_str().starts_with('{') => {
                characters.next();
                push_code(&mut result, characters.by_ref().take_while(|digit| *digit != '}').collect::<String>());
            }
            Some('u') => {
                let unit: String = characters.by_ref().take(4).collect();
                let pair = characters.as_str().strip_prefix("\\u").and_then(|low| low.get(..4)).and_then(|low| {
                    let units = [u16::from_str_radix(&unit, 16).ok()?, u16::from_str_radix(low, 16).ok()?];
                    String::from_utf16(&units).ok().filter(|text| text.chars().count() == 1)
                });
                match pair {
                    Some(text) => {
                        result.push_str(&text);
                        for _ in 0..6 {
                            characters.next();
                        }
                    }
                    None => push_code(&mut result, unit),
                }
            }
            Some(other) => result.push(other),
        }
    }
    result
}

fn push_code(result: &mut String, digits: String) {
    result.push(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_mean_what_javascript_means() {
        for (raw, text) in [
            (r"a\'b\\c", r"a'b\c"),
            (r"\x41\u0042\u{43}", "ABC"),
            (r"\ud83d\ude00", "😀"),
            ("a\\\nb", "ab"),
            (r"\", ""),
        ] {
            assert_eq!(unescape(raw), text, "{raw}");
        }
    }
}
