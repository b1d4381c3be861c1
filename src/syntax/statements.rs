//! From tree-sitter's tree of one island to our own compact one: statements.

use tree_sitter::Node;

use super::lower::{Lowering, bytes, children, has_word};
use super::tree::{Declarator, If, ImportStatement, Pattern, Statement, StatementKind};

type Kind = StatementKind;

impl Lowering<'_> {
    pub(super) fn statements(&mut self, node: Node<'_>) -> Box<[Statement]> {
        if self.depth > 90 {
            return Box::new([Statement {
                kind: Kind::Unsupported("it is nested too deeply"),
                bytes: bytes(node),
                exported: false,
            }]);
        }
        self.depth += 1;
        let statements = children(node).into_iter().filter_map(|child| self.statement(child)).collect();
        self.depth -= 1;
        statements
    }

    /// The statements of a branch, which may be a block or a single one.
    fn branch(&mut self, node: Option<Node<'_>>) -> Box<[Statement]> {
        match node {
            Some(block) if block.kind() == "statement_block" => self.statements(block),
            Some(single) => self.statement(single).into_iter().collect(),
            None => Box::default(),
        }
    }

    fn statement(&mut self, node: Node<'_>) -> Option<Statement> {
        let (kind, exported) = match node.kind() {
            "export_statement" => self.export(node),
            _ => (self.statement_kind(node), false),
        };
        (!matches!(kind, Kind::Empty)).then(|| Statement { kind, bytes: bytes(node), exported })
    }

    fn statement_kind(&mut self, node: Node<'_>) -> Kind {
        match node.kind() {
            "lexical_declaration" | "variable_declaration" => Kind::Variables(
                children(node)
                    .into_iter()
                    .filter(|child| child.kind() == "variable_declarator")
                    .map(|child| {
                        let pattern =
                            child.child_by_field_name("name").map_or(Pattern::Unsupported, |name| self.pattern(name));
                        Declarator {
                            pattern,
                            value: child.child_by_field_name("value").map(|value| self.expression(value)),
                        }
                    })
                    .collect(),
            ),
            "function_declaration" | "generator_function_declaration" => match node.child_by_field_name("name") {
                Some(name) => {
                    let name = self.name(name);
                    Kind::Function(name, self.function(node))
                }
                None => Kind::Empty,
            },
            "class_declaration" | "abstract_class_declaration" => match node.child_by_field_name("name") {
                Some(name) => {
                    let name = self.name(name);
                    Kind::Class(name, self.class(node))
                }
                None => Kind::Empty,
            },
            "enum_declaration" => self.enumeration(node),
            "import_statement" => Kind::Import(Box::new(self.import(node))),
            "expression_statement" => match children(node).first() {
                Some(inner) if inner.kind() == "internal_module" => Kind::Unsupported("namespaces are not read"),
                Some(inner) => Kind::Expression(self.expression(*inner)),
                None => Kind::Empty,
            },
            "return_statement" => Kind::Return(children(node).first().map(|value| self.expression(*value))),
            "statement_block" => Kind::Block(self.statements(node)),
            "if_statement" => {
                let Some(condition) = node.child_by_field_name("condition") else { return Kind::Empty };
                let condition = self.expression(condition);
                let then = self.branch(node.child_by_field_name("consequence"));
                let otherwise =
                    node.child_by_field_name("alternative").and_then(|clause| children(clause).first().copied());
                Kind::If(Box::new(If { condition, then, otherwise: self.branch(otherwise) }))
            }
            "for_in_statement" => self.for_each(node),
            "for_statement" | "while_statement" | "do_statement" => self.unread_loop(node),
            "throw_statement" => Kind::Throw,
            "try_statement" => {
                let body = self.branch(node.child_by_field_name("body"));
                let last = node.child_by_field_name("finalizer").and_then(|clause| clause.child_by_field_name("body"));
                Kind::Try(body, self.branch(last))
            }
            "switch_statement" => self.switch(node),
            "break_statement" => Kind::Break,
            "interface_declaration"
            | "type_alias_declaration"
            | "empty_statement"
            | "ambient_declaration"
            | "function_signature"
            | "comment"
            | "hash_bang_line" => Kind::Empty,
            _ => Kind::Unsupported("this kind of statement is not read"),
        }
    }

    fn for_each(&mut self, node: Node<'_>) -> Kind {
        let (Some(left), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right")) else {
            return Kind::Unsupported("it does not parse");
        };
        let pattern = self.pattern(left);
        let values = self.expression(right);
        let keys = node.child_by_field_name("operator").is_some_and(|operator| operator.kind() == "in");
        let body = self.branch(node.child_by_field_name("body"));
        Kind::ForEach { pattern, values, keys, body }
    }

    /// A loop whose turns are not counted. What stands in it is kept, since all that it assigns is not known afterwards.
    fn unread_loop(&mut self, node: Node<'_>) -> Kind {
        let unread = Kind::Unsupported("how often a loop runs is not read");
        let mut statements = vec![Statement { kind: unread, bytes: bytes(node), exported: false }];
        statements.extend(self.branch(node.child_by_field_name("body")));
        if let Some(increment) = node.child_by_field_name("increment") {
            let kind = Kind::Expression(self.expression(increment));
            statements.push(Statement { kind, bytes: bytes(increment), exported: false });
        }
        Kind::Block(statements.into())
    }

    fn switch(&mut self, node: Node<'_>) -> Kind {
        let Some(value) = node.child_by_field_name("value") else { return Kind::Unsupported("it does not parse") };
        let value = self.expression(value);
        let mut cases = Vec::new();
        for case in node.child_by_field_name("body").map(children).unwrap_or_default() {
            let test = case.child_by_field_name("value");
            let body = children(case)
                .into_iter()
                .filter(|child| Some(child.id()) != test.map(|test| test.id()))
                .filter_map(|child| self.statement(child))
                .collect();
            cases.push((test.map(|test| self.expression(test)), body));
        }
        Kind::Switch(value, cases.into())
    }

    fn enumeration(&mut self, node: Node<'_>) -> Kind {
        let (Some(name), Some(body)) = (node.child_by_field_name("name"), node.child_by_field_name("body")) else {
            return Kind::Empty;
        };
        let name = self.name(name);
        let mut members = Vec::new();
        for child in children(body) {
            let (key, value) = match child.kind() {
                "enum_assignment" => (child.child_by_field_name("name"), child.child_by_field_name("value")),
                _ => (Some(child), None),
            };
            let Some(key) = key else { continue };
            let super::tree::Key::Name(key) = self.key(key) else { continue };
            members.push((key, value.map(|value| self.expression(value))));
        }
        Kind::Enum(name, members.into())
    }

    fn import(&mut self, node: Node<'_>) -> ImportStatement {
        let mut import = ImportStatement {
            module: node.child_by_field_name("source").map(|source| self.string(source)).unwrap_or_default().into(),
            type_only: has_word(node, "type"),
            ..ImportStatement::default()
        };
        let clause = children(node).into_iter().find(|child| child.kind() == "import_clause");
        for part in clause.map(children).unwrap_or_default() {
            match part.kind() {
                "identifier" => import.default = Some(self.name(part)),
                "namespace_import" => import.namespace = children(part).first().map(|name| self.name(*name)),
                "named_imports" => {
                    import.braces = Some(bytes(part));
                    import.names = children(part).into_iter().filter_map(|one| self.specifier(one)).collect();
                }
                _ => {}
            }
        }
        import
    }

    fn specifier(&mut self, node: Node<'_>) -> Option<(super::Name, super::Name)> {
        let name_node = node.child_by_field_name("name")?;
        let super::tree::Key::Name(name) = self.key(name_node) else { return None };
        let alias = match node.child_by_field_name("alias") {
            Some(alias) => match self.key(alias) {
                super::tree::Key::Name(alias) => alias,
                super::tree::Key::Computed(_) => return None,
            },
            None => name,
        };
        Some((name, alias))
    }

    fn export(&mut self, node: Node<'_>) -> (Kind, bool) {
        if let Some(declaration) = node.child_by_field_name("declaration") {
            if has_word(node, "default") {
                return self.export_default_declaration(declaration);
            }
            return (self.statement_kind(declaration), true);
        }
        if let Some(value) = node.child_by_field_name("value") {
            return (Kind::ExportDefault(self.expression(value)), false);
        }
        let source: Option<Box<str>> = node.child_by_field_name("source").map(|source| self.string(source).into());
        if has_word(node, "type") {
            return (Kind::Empty, false);
        }
        let parts = children(node);
        if let Some(clause) = parts.iter().find(|child| child.kind() == "export_clause") {
            let names = children(*clause).into_iter().filter_map(|one| self.specifier(one)).collect();
            return (Kind::ExportNames(names, source), false);
        }
        let namespace = parts.iter().find(|child| child.kind() == "namespace_export");
        match (source, namespace) {
            (Some(source), Some(namespace)) => {
                let name = children(*namespace).first().map(|name| self.name(*name));
                (Kind::ExportAll(source, name), false)
            }
            (Some(source), None) => (Kind::ExportAll(source, None), false),
            // `export = value`.
            (None, _) => match parts.first() {
                Some(value) => (Kind::ExportDefault(self.expression(*value)), false),
                None => (Kind::Empty, false),
            },
        }
    }

    /// `export default function name() {}`: also binds its name, which nobody needs in practice.
    fn export_default_declaration(&mut self, declaration: Node<'_>) -> (Kind, bool) {
        let kind = match declaration.kind() {
            "function_declaration" | "generator_function_declaration" => {
                super::tree::Kind::Function(self.function(declaration))
            }
            "class_declaration" | "abstract_class_declaration" => super::tree::Kind::Class(self.class(declaration)),
            _ => return (Kind::Empty, false),
        };
        self.expressions.push(super::tree::Expression { kind, bytes: bytes(declaration) });
        (Kind::ExportDefault(u32::try_from(self.expressions.len() - 1).unwrap_or(u32::MAX)), false)
    }
}
