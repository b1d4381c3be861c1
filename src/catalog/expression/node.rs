//! The normal form of an expression: what is left when spelling is taken away.

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// A column: its name, and the table or alias before it where one is written.
    Column(Option<String>, String),
    /// A constant.
    Literal(Literal),
    /// `ARRAY[...]`, and an array's literal taken apart.
    Array(Vec<Node>),
    /// An operator, a function or a construct of the language with its operands.
    Apply(String, Vec<Node>),
    /// A conversion to a type that could not be carried out here.
    Cast(Box<Node>, String),
    /// What is not modelled, as text. Another text may mean the same.
    Opaque(String),
}

/// A constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    /// NULL, of whatever type.
    Null,
    /// TRUE or FALSE.
    Bool(bool),
    /// A number in canonical digits.
    Number(String),
    /// A string, and its type where that is no text.
    Text(String, Option<String>),
}

/// Operators whose negation is an operator: an expression under NOT takes the other one.
const NEGATIONS: &[(&str, &str)] = &[
    ("=", "<>"),
    ("<", ">="),
    (">", "<="),
    ("like", "not like"),
    ("ilike", "not ilike"),
    ("similar", "not similar"),
    ("regexp", "not regexp"),
    ("~", "!~"),
    ("~*", "!~*"),
    ("is null", "is not null"),
    ("is true", "is not true"),
    ("is false", "is not false"),
    ("is distinct", "is not distinct"),
    ("in query", "not in query"),
    ("in", "not in"),
    ("between", "not between"),
    ("glob", "not glob"),
];

/// Operators that may be turned round if they are replaced.
const MIRRORED: &[(&str, &str)] = &[(">", "<"), (">=", "<=")];

/// Operators whose operands may change places.
pub(super) const COMMUTATIVE: &[&str] = &["=", "<>", "+", "*", "is distinct", "is not distinct", "&", "|", "xor", "&&"];

impl Node {
    pub(super) fn null() -> Self {
        Self::Literal(Literal::Null)
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Literal(Literal::Text(text.into(), None))
    }

    /// `operator` over `operands`, in the spelling that its likes share: `a > b` is `b < a`.
    pub(super) fn apply(operator: &str, mut operands: Vec<Node>) -> Self {
        let mut operator = operator;
        if let Some((_, mirror)) = MIRRORED.iter().find(|(name, _)| *name == operator)
            && operands.len() == 2
        {
            operands.swap(0, 1);
            operator = mirror;
        }
        Self::Apply(operator.to_owned(), operands)
    }

    /// AND or OR over `operands`, flat.
    pub(super) fn junction(operator: &str, operands: Vec<Node>) -> Self {
        let mut flat = Vec::with_capacity(operands.len());
        for operand in operands {
            match operand {
                Self::Apply(name, inner) if name == operator => flat.extend(inner),
                other => flat.push(other),
            }
        }
        if flat.len() == 1 { flat.remove(0) } else { Self::Apply(operator.to_owned(), flat) }
    }

    /// NOT `self`, driven down to where it vanishes.
    pub(super) fn negated(self) -> Self {
        match self {
            Self::Literal(Literal::Bool(value)) => Self::Literal(Literal::Bool(!value)),
            Self::Apply(name, mut operands) => {
                let other = match name.as_str() {
                    "not" if operands.len() == 1 => return operands.remove(0),
                    "and" | "or" => {
                        let other = if name == "and" { "or" } else { "and" };
                        return Self::junction(other, operands.into_iter().map(Self::negated).collect());
                    }
                    // Both are kept with the smaller sign: NOT (a < b) is b <= a.
                    "<" | "<=" if operands.len() == 2 => {
                        operands.swap(0, 1);
                        return Self::Apply(if name == "<" { "<=" } else { "<" }.into(), operands);
                    }
                    name => NEGATIONS.iter().find_map(|(a, b)| match name {
                        name if name == *a => Some(*b),
                        name if name == *b => Some(*a),
                        _ => None,
                    }),
                };
                match other {
                    Some(other) => Self::Apply(other.to_owned(), operands),
                    None => Self::Apply("not".into(), vec![Self::Apply(name, operands)]),
                }
            }
            other => Self::Apply("not".into(), vec![other]),
        }
    }

    /// Whether it may be written twice, as the operand of an unfolded IN or BETWEEN.
    pub(super) fn is_small(&self) -> bool {
        const LARGEST: usize = 40;
        fn size(node: &Node) -> usize {
            1 + match node {
                Node::Column(..) | Node::Literal(_) | Node::Opaque(_) => 0,
                Node::Array(parts) | Node::Apply(_, parts) => parts.iter().map(size).sum(),
                Node::Cast(inner, _) => size(inner),
            }
        }
        size(self) <= LARGEST
    }

    /// Whether its value is the same in every row and at every time.
    pub(super) fn is_constant(&self) -> bool {
        match self {
            Self::Column(..) | Self::Opaque(_) => false,
            Self::Literal(_) => true,
            Self::Array(elements) => elements.iter().all(Self::is_constant),
            Self::Apply(name, operands) => !is_volatile(name) && operands.iter().all(Self::is_constant),
            Self::Cast(inner, _) => inner.is_constant(),
        }
    }

    /// Whether a part of it is not modelled.
    pub(super) fn is_opaque(&self) -> bool {
        match self {
            Self::Opaque(_) => true,
            Self::Column(..) | Self::Literal(_) => false,
            Self::Array(parts) | Self::Apply(_, parts) => parts.iter().any(Self::is_opaque),
            Self::Cast(inner, _) => inner.is_opaque(),
        }
    }
}

/// Whether a function gives something else from call to call, or by who calls it.
fn is_volatile(name: &str) -> bool {
    const PARTS: &[&str] = &[
        "now",
        "current",
        "local",
        "clock",
        "time_of",
        "random",
        "rand",
        "uuid",
        "nextval",
        "currval",
        "lastval",
        "session",
        "user",
        "date",
        "time",
        "age",
        "setting",
        "select",
        "exists",
        "strftime",
        "unixepoch",
        "julianday",
        "nanoid",
        "id",
    ];
    PARTS.iter().any(|part| name.contains(part))
}
