//! The compact tree of one island: what the evaluator reads, without the rest of the syntax.

use std::ops::Range;
use std::sync::Arc;

use super::Name;
use crate::text::Span;

/// A top-level statement (or several, where some do not start with a keyword), parsed on its own. Everything in it is
/// relative to its start, so that an edit before it leaves it as it is.
#[derive(Debug)]
pub struct Island {
    /// Its text.
    pub text: Arc<str>,
    /// Its statements.
    pub statements: Box<[Statement]>,
    /// Its expressions; children stand before their parents.
    pub expressions: Vec<Expression>,
    /// Its functions.
    pub functions: Vec<Function>,
    /// Its classes.
    pub classes: Vec<Class>,
    /// Whether it does not parse. Its statements are then worth nothing.
    pub broken: bool,
    /// The last island in its place that did parse, where this one does not.
    pub last_good: Option<Arc<Island>>,
}

/// Bytes in an island.
pub type Bytes = Range<u32>;

/// An expression's number in its island.
pub type ExpressionId = u32;

/// An expression and where it stands.
#[derive(Debug)]
pub struct Expression {
    /// What it is.
    pub kind: Kind,
    /// Its bytes, without parentheses, casts and `!` around it.
    pub bytes: Bytes,
}

/// The kinds of expression. Casts, `satisfies`, `!` and parentheses are gone.
#[derive(Debug)]
pub enum Kind {
    /// Nothing that is read; why.
    Unsupported(&'static str),
    /// `undefined`.
    Undefined,
    /// `null`.
    Null,
    /// `true`, `false`.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// `10n`, without the `n`.
    BigInt(Box<str>),
    /// A string, unescaped.
    String(Box<str>),
    /// A template: one more string than values.
    Template(Box<Template>),
    /// `` tag`...` ``.
    Tagged(ExpressionId, Box<Template>),
    /// A regular expression: source and flags.
    Regex(Box<(String, String)>),
    /// A variable.
    Identifier(Name),
    /// `this`.
    This,
    /// `import.meta`.
    ImportMeta,
    /// An array.
    Array(Box<[Element]>),
    /// An object.
    Object(Box<[Member]>),
    /// A function or arrow, by its number in [`Island::functions`].
    Function(u32),
    /// A class, by its number in [`Island::classes`].
    Class(u32),
    /// `!a`, `-a`, `typeof a`, ...
    Unary(Unary, ExpressionId),
    /// `a + b`, ...
    Binary(Binary, ExpressionId, ExpressionId),
    /// `a ?? b`, `a || b`, `a && b`.
    Logical(Logical, ExpressionId, ExpressionId),
    /// `a ? b : c`.
    Conditional(ExpressionId, ExpressionId, ExpressionId),
    /// `a = b`; the target is an identifier or a member.
    Assign(ExpressionId, ExpressionId),
    /// `a.b`, `a?.b`.
    Property(ExpressionId, Name),
    /// `a[b]`.
    Index(ExpressionId, ExpressionId),
    /// `f(a, ...b)`, `f?.(a)`.
    Call(ExpressionId, Box<[Element]>),
    /// `new F(a)`.
    New(ExpressionId, Box<[Element]>),
    /// `import("module")` and `require("module")`.
    Import(Box<str>),
    /// `await a`.
    Await(ExpressionId),
}

/// A template's texts and values, alternating.
#[derive(Debug)]
pub struct Template {
    /// The texts, one more than values.
    pub texts: Box<[Box<str>]>,
    /// The values between them.
    pub values: Box<[ExpressionId]>,
}

/// An element of an array or an argument list.
#[derive(Clone, Copy, Debug)]
pub struct Element {
    /// Its expression.
    pub value: ExpressionId,
    /// `...value`.
    pub spread: bool,
}

/// A member of an object literal.
#[derive(Debug)]
pub struct Member {
    /// What it is.
    pub kind: MemberKind,
    /// The whole of it: `key: value`.
    pub bytes: Bytes,
}

/// What a member of an object literal is.
#[derive(Debug)]
pub enum MemberKind {
    /// `key: value`, `key`, `key() {}`.
    Value(Key, ExpressionId),
    /// `get key() {}`; a function.
    Getter(Key, u32),
    /// `...value`.
    Spread(ExpressionId),
}

/// A property's key.
#[derive(Clone, Copy, Debug)]
pub enum Key {
    /// One that is written.
    Name(Name),
    /// `[expression]`.
    Computed(ExpressionId),
}

/// A function, arrow or method.
#[derive(Debug)]
pub struct Function {
    /// Its parameters.
    pub parameters: Box<[Parameter]>,
    /// What it does.
    pub body: Body,
    /// Whether it is an arrow (and has no `this` of its own).
    pub arrow: bool,
    /// Whether calling it yields its result at once: not for a generator.
    pub plain: bool,
    /// Its name, where it has one.
    pub name: Option<Name>,
}

/// A parameter.
#[derive(Debug)]
pub struct Parameter {
    /// What it binds.
    pub pattern: Pattern,
    /// Its default.
    pub default: Option<ExpressionId>,
    /// `...rest`.
    pub rest: bool,
    /// `constructor(public name: string)`: also a field.
    pub field: bool,
}

/// A function's body.
#[derive(Debug)]
pub enum Body {
    /// An arrow's expression.
    Expression(ExpressionId),
    /// Statements.
    Block(Box<[Statement]>),
}

/// What a declaration binds.
#[derive(Debug)]
pub enum Pattern {
    /// A name.
    Name(Name),
    /// `{ a, b: c, ...d }`.
    Object(Box<[Binding]>, Option<Name>),
    /// `[a, , b, ...c]`.
    Array(Box<[Option<Part>]>, Option<Name>),
    /// Something that is not read.
    Unsupported,
}

/// One part of an array pattern, with its default.
pub type Part = (Pattern, Option<ExpressionId>);

/// One case of a `switch`; `default` has no test.
pub type Case = (Option<ExpressionId>, Box<[Statement]>);

/// One part of an object pattern.
#[derive(Debug)]
pub struct Binding {
    /// The property.
    pub key: Key,
    /// What it binds.
    pub pattern: Pattern,
    /// Its default.
    pub default: Option<ExpressionId>,
}

/// A class.
#[derive(Debug)]
pub struct Class {
    /// What it extends.
    pub extends: Option<ExpressionId>,
    /// Its fields and methods.
    pub members: Box<[ClassMember]>,
}

/// A member of a class.
#[derive(Debug)]
pub struct ClassMember {
    /// Its key.
    pub key: Key,
    /// Whether it is static.
    pub is_static: bool,
    /// What it is.
    pub kind: ClassMemberKind,
    /// The whole of it.
    pub bytes: Bytes,
}

/// What a member of a class is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassMemberKind {
    /// A field, with its initial value.
    Field(Option<ExpressionId>),
    /// A method; a function.
    Method(u32),
    /// A getter; a function.
    Getter(u32),
}

/// A statement and where it stands.
#[derive(Debug)]
pub struct Statement {
    /// What it is.
    pub kind: StatementKind,
    /// Its bytes.
    pub bytes: Bytes,
    /// Whether it is exported.
    pub exported: bool,
}

/// The kinds of statement.
#[derive(Debug)]
pub enum StatementKind {
    /// Nothing that matters: a type, an empty statement.
    Empty,
    /// Nothing that is read; why.
    Unsupported(&'static str),
    /// `const a = 1, { b } = c`.
    Variables(Box<[Declarator]>),
    /// A function; [`Island::functions`].
    Function(Name, u32),
    /// A class; [`Island::classes`].
    Class(Name, u32),
    /// `enum A { B = 1 }`.
    Enum(Name, Box<[(Name, Option<ExpressionId>)]>),
    /// `import ...`.
    Import(Box<ImportStatement>),
    /// `export { a as b }`, `export { a as b } from "module"`: (local, exported).
    ExportNames(Box<[(Name, Name)]>, Option<Box<str>>),
    /// `export * from "module"`, `export * as name from "module"`.
    ExportAll(Box<str>, Option<Name>),
    /// `export default value`.
    ExportDefault(ExpressionId),
    /// An expression.
    Expression(ExpressionId),
    /// `return value`.
    Return(Option<ExpressionId>),
    /// `if`.
    If(Box<If>),
    /// `{ ... }`.
    Block(Box<[Statement]>),
    /// `for (const pattern of values)`, `in` where `keys`.
    ForEach {
        /// What each value is bound to.
        pattern: Pattern,
        /// The values.
        values: ExpressionId,
        /// `in`.
        keys: bool,
        /// What is done.
        body: Box<[Statement]>,
    },
    /// `throw`.
    Throw,
    /// `try { ... }` with its handler, and `finally`.
    Try(Box<[Statement]>, Box<[Statement]>),
    /// `switch`: the value and the cases.
    Switch(ExpressionId, Box<[Case]>),
    /// `break`.
    Break,
}

/// An `if` statement.
#[derive(Debug)]
pub struct If {
    /// The condition.
    pub condition: ExpressionId,
    /// What is done where it holds.
    pub then: Box<[Statement]>,
    /// What is done where it does not.
    pub otherwise: Box<[Statement]>,
}

/// One part of a variable declaration.
#[derive(Debug)]
pub struct Declarator {
    /// What it binds.
    pub pattern: Pattern,
    /// Its value.
    pub value: Option<ExpressionId>,
}

/// An import statement.
#[derive(Clone, Debug, Default)]
pub struct ImportStatement {
    /// The module as written.
    pub module: Box<str>,
    /// `import a from`.
    pub default: Option<Name>,
    /// `import * as a from`.
    pub namespace: Option<Name>,
    /// `import { a as b } from`: (imported, local).
    pub names: Box<[(Name, Name)]>,
    /// The braces with what is in them.
    pub braces: Option<Bytes>,
    /// `import type`.
    pub type_only: bool,
}

impl Island {
    /// The expression `id`.
    pub fn expression(&self, id: ExpressionId) -> &Expression {
        &self.expressions[id as usize]
    }

    /// `bytes` of an island that starts at `offset`.
    pub fn span(offset: usize, bytes: &Bytes) -> Span {
        Span::new(offset + bytes.start as usize, offset + bytes.end as usize)
    }
}

/// A unary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unary {
    /// `!`
    Not,
    /// `-`
    Minus,
    /// `+`
    Plus,
    /// `typeof`
    TypeOf,
    /// `void`
    Void,
}

/// A binary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `**`
    Power,
    /// `===` and `==`
    Equal,
    /// `!==` and `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `in`
    In,
    /// `instanceof`
    InstanceOf,
}

/// An operator that may leave its right side alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logical {
    /// `??`
    Coalesce,
    /// `||`
    Or,
    /// `&&`
    And,
}

impl Unary {
    pub(super) fn from_operator(operator: &str) -> Option<Self> {
        Some(match operator {
            "!" => Self::Not,
            "-" => Self::Minus,
            "+" => Self::Plus,
            "typeof" => Self::TypeOf,
            "void" => Self::Void,
            _ => return None,
        })
    }
}

impl Binary {
    pub(super) fn from_operator(operator: &str) -> Option<Self> {
        Some(match operator {
            "+" => Self::Add,
            "-" => Self::Subtract,
            "*" => Self::Multiply,
            "/" => Self::Divide,
            "%" => Self::Remainder,
            "**" => Self::Power,
            "===" | "==" => Self::Equal,
            "!==" | "!=" => Self::NotEqual,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            "in" => Self::In,
            "instanceof" => Self::InstanceOf,
            _ => return None,
        })
    }
}

impl Logical {
    pub(super) fn from_operator(operator: &str) -> Option<Self> {
        Some(match operator {
            "??" => Self::Coalesce,
            "||" => Self::Or,
            "&&" => Self::And,
            _ => return None,
        })
    }
}
