//! The rows of an answer, whether a file or a server gave them.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, TypeInfo, ValueRef};

/// One value, as far as catalogs need it.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// NULL.
    Null,
    /// An integer.
    Integer(i64),
    /// Text.
    Text(String),
    /// What no catalog holds.
    Other,
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(pub Vec<Cell>);

/// An answer that is not of the form that was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Unexpected;

/// What a value can be taken as.
pub trait FromCell: Sized {
    /// The value, if it is such.
    fn from_cell(cell: &Cell) -> Option<Self>;
}

impl Row {
    /// The value of the column at `index`.
    pub fn try_get<T: FromCell>(&self, index: usize) -> Result<T, Unexpected> {
        self.0.get(index).and_then(T::from_cell).ok_or(Unexpected)
    }
}

impl FromCell for String {
    fn from_cell(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
}

impl FromCell for i64 {
    fn from_cell(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::Integer(number) => Some(*number),
            _ => None,
        }
    }
}

impl<T: FromCell> FromCell for Option<T> {
    fn from_cell(cell: &Cell) -> Option<Self> {
        if *cell == Cell::Null { Some(None) } else { T::from_cell(cell).map(Some) }
    }
}

impl TryFrom<&SqliteRow> for Row {
    type Error = sqlx::Error;

    fn try_from(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let cell = |index| {
            let value = row.try_get_raw(index)?;
            Ok(match value.type_info().name() {
                _ if value.is_null() => Cell::Null,
                "INTEGER" => Cell::Integer(row.try_get_unchecked(index)?),
                "TEXT" => Cell::Text(row.try_get_unchecked(index)?),
                _ => Cell::Other,
            })
        };
        (0..row.len()).map(cell).collect::<Result<_, _>>().map(Self)
    }
}
