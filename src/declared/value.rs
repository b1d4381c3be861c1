//! The values that the evaluator knows.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;

use super::Casing;
use super::drizzle::{
    ColumnBuilder, CustomType, DrizzleFunction, EnumValue, Extra, IndexKey, Policy, Query, Role, Schema, SequenceValue,
    Sql, TableFunction, TableId, View, ViewBuilder,
};
use super::environment::Parser;
use super::known::Library;
use super::modules::ModuleId;
use crate::catalog::Family;
use crate::syntax::Name;
use crate::syntax::tree::{Class, Function, Island};

/// Where a value comes from: bytes of a module's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Location {
    pub module: ModuleId,
    pub start: u32,
    pub end: u32,
}

/// Why a value is not known.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unknown {
    pub location: Location,
    pub why: String,
}

/// A value. Objects have identity: clones are the same object.
#[derive(Clone)]
pub(super) enum Value {
    Undefined,
    Null,
    Boolean(bool),
    Number(f64),
    BigInt(Rc<str>),
    String(Rc<str>),
    Array(Rc<Array>),
    Object(Rc<Object>),
    Function(Rc<Closure>),
    Class(Rc<ClassValue>),
    /// A method taken from its object: `process.cwd`, `text.trim`.
    Method(Rc<(Value, Name)>),
    Regex(Rc<(String, String)>),
    /// Milliseconds since 1970.
    Date(f64),
    /// `Object`, `process`, ...: what every module sees.
    Global(&'static str),
    /// `process.env` and what stands for it.
    Environment,
    /// A library that we know, as a namespace.
    Library(Library),
    /// A function of such a library.
    LibraryFunction(Library, Name),
    /// The `*` of one of the project's modules.
    Namespace(ModuleId),
    /// A zod-like parser.
    Parser(Rc<Parser>),
    Drizzle(DrizzleFunction),
    /// `snakeCase` and `camelCase` of drizzle 1.0.
    Cased(Family, Casing),
    TableFunction(Rc<TableFunction>),
    CustomType(Rc<CustomType>),
    Builder(Rc<ColumnBuilder>),
    Table(TableId),
    Column(TableId, usize),
    IndexKey(Rc<IndexKey>),
    Sql(Rc<Sql>),
    Enum(Rc<EnumValue>),
    Schema(Rc<Schema>),
    Sequence(Rc<SequenceValue>),
    ViewBuilder(Rc<ViewBuilder>),
    Query(Rc<Query>),
    View(Rc<View>),
    Role(Rc<Role>),
    Policy(Rc<RefCell<Policy>>),
    Extra(Rc<RefCell<Extra>>),
    /// Known to be nothing that matters here: relations, a validation schema.
    Opaque,
    Unknown(Rc<Unknown>),
}

/// An array.
pub(super) struct Array {
    pub elements: RefCell<Vec<Placed>>,
    /// Set where there may be other elements.
    pub open: Option<Rc<Unknown>>,
}

/// A value and the expression that yields it.
#[derive(Clone)]
pub(super) struct Placed {
    pub value: Value,
    pub location: Location,
}

/// A plain object or class instance.
#[derive(Default)]
pub(super) struct Object {
    pub properties: RefCell<IndexMap<Name, Property>>,
    /// Set where there may be other properties.
    pub open: RefCell<Option<Rc<Unknown>>>,
    /// Its braces, where it is a literal.
    pub location: Option<Location>,
    pub class: Option<Rc<ClassValue>>,
    /// Properties that are not there are looked up in the environment (an env object).
    pub environment: Cell<bool>,
}

/// A property of an object.
#[derive(Clone)]
pub(super) struct Property {
    pub value: Value,
    /// Whether `value` is a getter.
    pub getter: bool,
    /// What stands for it in the literal: `key: value`, or the spread that brings it.
    pub location: Location,
    /// The expression of its value.
    pub value_location: Location,
    /// The environment variables that went into it.
    pub variables: Rc<[Name]>,
}

/// A function with what it closes over.
pub(super) struct Closure {
    pub island: Arc<Island>,
    pub function: u32,
    pub offset: u32,
    pub scope: Rc<Scope>,
    pub this: Option<Value>,
}

impl Closure {
    pub fn function(&self) -> &Function {
        &self.island.functions[self.function as usize]
    }
}

/// A class with what it closes over, and its static properties.
pub(super) struct ClassValue {
    pub island: Arc<Island>,
    pub class: u32,
    pub offset: u32,
    pub scope: Rc<Scope>,
    pub parent: Option<Value>,
    pub statics: Rc<Object>,
    pub location: Location,
}

impl ClassValue {
    pub fn class(&self) -> &Class {
        &self.island.classes[self.class as usize]
    }
}

/// Variables of one function call or block.
pub(super) struct Scope {
    pub module: ModuleId,
    pub parent: Option<Rc<Scope>>,
    pub variables: RefCell<Vec<(Name, Value)>>,
}

impl Scope {
    pub fn root(module: ModuleId) -> Rc<Self> {
        Rc::new(Self { module, parent: None, variables: RefCell::default() })
    }

    pub fn inner(parent: &Rc<Self>) -> Rc<Self> {
        Rc::new(Self { module: parent.module, parent: Some(parent.clone()), variables: RefCell::default() })
    }

    pub fn declare(&self, name: Name, value: Value) {
        self.variables.borrow_mut().push((name, value));
    }

    pub fn get(&self, name: Name) -> Option<Value> {
        let mut scope = Some(self);
        while let Some(current) = scope {
            let variables = current.variables.borrow();
            if let Some((_, value)) = variables.iter().rev().find(|(known, _)| *known == name) {
                return Some(value.clone());
            }
            scope = current.parent.as_deref();
        }
        None
    }

    pub fn assign(&self, name: Name, value: &Value) -> bool {
        let mut scope = Some(self);
        while let Some(current) = scope {
            let mut variables = current.variables.borrow_mut();
            if let Some((_, slot)) = variables.iter_mut().rev().find(|(known, _)| *known == name) {
                *slot = value.clone();
                return true;
            }
            scope = current.parent.as_deref();
        }
        false
    }
}

impl Value {
    pub fn string(text: impl AsRef<str>) -> Self {
        Self::String(text.as_ref().into())
    }

    pub fn array(elements: Vec<Placed>) -> Self {
        Self::Array(Rc::new(Array { elements: RefCell::new(elements), open: None }))
    }

    pub fn as_text(&self) -> Option<&Rc<str>> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    pub fn unknown(&self) -> Option<&Rc<Unknown>> {
        match self {
            Self::Unknown(unknown) => Some(unknown),
            _ => None,
        }
    }

    pub fn is_nullish(&self) -> bool {
        matches!(self, Self::Undefined | Self::Null)
    }

    /// Whether it counts as true; `None` where that is not known.
    pub fn truthy(&self) -> Option<bool> {
        Some(match self {
            Self::Undefined | Self::Null => false,
            Self::Boolean(value) => *value,
            Self::Number(value) => !(*value == 0.0 || value.is_nan()),
            Self::BigInt(digits) => digits.chars().any(|digit| digit != '0'),
            Self::String(text) => !text.is_empty(),
            Self::Unknown(_) | Self::Opaque => return None,
            _ => true,
        })
    }

    /// `===`; `None` where that is not known.
    pub fn same(&self, other: &Self) -> Option<bool> {
        Some(match (self, other) {
            (Self::Unknown(_) | Self::Opaque, _) | (_, Self::Unknown(_) | Self::Opaque) => return None,
            (Self::Undefined, Self::Undefined) | (Self::Null, Self::Null) => true,
            (Self::Boolean(a), Self::Boolean(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::String(a), Self::String(b)) | (Self::BigInt(a), Self::BigInt(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => Rc::ptr_eq(a, b),
            (Self::Object(a), Self::Object(b)) => Rc::ptr_eq(a, b),
            (Self::Function(a), Self::Function(b)) => Rc::ptr_eq(a, b),
            (Self::Table(a), Self::Table(b)) => a == b,
            _ => false,
        })
    }

    /// As `String(value)` and templates give it; `None` for what is not read.
    pub fn to_text(&self) -> Option<Rc<str>> {
        Some(match self {
            Self::Undefined => "undefined".into(),
            Self::Null => "null".into(),
            Self::Boolean(true) => "true".into(),
            Self::Boolean(false) => "false".into(),
            Self::Number(value) => crate::syntax::number_text(*value).into(),
            Self::String(text) | Self::BigInt(text) => text.clone(),
            Self::Array(array) if array.open.is_none() => {
                let mut texts = Vec::new();
                for element in array.elements.borrow().iter() {
                    texts.push(if element.value.is_nullish() { "".into() } else { element.value.to_text()? });
                }
                texts.join(",").into()
            }
            _ => return None,
        })
    }
}

impl Object {
    pub fn literal(location: Location) -> Self {
        Self { location: Some(location), ..Self::default() }
    }

    pub fn get(&self, name: Name) -> Option<Property> {
        self.properties.borrow().get(&name).cloned()
    }

    /// Sets `name`; a key that is there already keeps its place, as in JavaScript.
    pub fn set(&self, name: Name, property: Property) {
        self.properties.borrow_mut().insert(name, property);
    }

    pub fn set_open(&self, why: Rc<Unknown>) {
        self.open.borrow_mut().get_or_insert(why);
    }
}
