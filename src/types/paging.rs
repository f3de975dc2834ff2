//! Pages of a list: which one, and where it begins.

use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::time::Time;
use std::str::FromStr;

/// Most rows on a page.
pub const MAX_PER_PAGE: i64 = 100;
/// Rows on a page where nothing else is asked.
pub const DEFAULT_PER_PAGE: i64 = 25;
/// Highest page number: beyond it, no workspace has rows, and the offset can't overflow.
pub const MAX_PAGE: i64 = 1_000_000_000;

/// Which page of a list is asked for.
#[derive(Debug, Clone)]
pub struct Paging {
    /// 1 for the first.
    pub page: i64,
    /// Rows on a page, 1 to [`MAX_PER_PAGE`].
    pub per_page: i64,
    /// Begin after this row instead of counting off pages: costs the same at any depth, and no row is met twice or
    /// missed while others write.
    pub cursor: Option<Cursor>,
    /// Only rows changed at this instant or later: so a client can go on from the last row that it saw.
    pub updated_after: Option<Time>,
}

impl Default for Paging {
    fn default() -> Self {
        Self { page: 1, per_page: DEFAULT_PER_PAGE, cursor: None, updated_after: None }
    }
}

/// The last row that a client has seen: its value in the column of the list's order, and its id. Written `value.id`.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    /// The row's value in the sorted column, as SQLite keeps it.
    pub value: CursorValue,
    /// The row's number.
    pub row: i64,
}

/// A value to begin after.
#[derive(Debug, Clone, PartialEq)]
pub enum CursorValue {
    /// A time or a rank.
    Number(i64),
    /// A name.
    Text(String),
}

impl rusqlite::ToSql for CursorValue {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        match self {
            Self::Number(number) => number.to_sql(),
            Self::Text(text) => text.to_sql(),
        }
    }
}

impl rusqlite::types::FromSql for CursorValue {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        match value {
            rusqlite::types::ValueRef::Integer(number) => Ok(Self::Number(number)),
            value => String::column_result(value).map(Self::Text),
        }
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.value {
            CursorValue::Number(number) => write!(out, "n{number}.{}", self.row),
            CursorValue::Text(text) => {
                out.write_str("t")?;
                text.bytes().try_for_each(|byte| write!(out, "{byte:02x}"))?;
                write!(out, ".{}", self.row)
            }
        }
    }
}

impl FromStr for Cursor {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        let parse = || {
            let (value, row) = text.rsplit_once('.')?;
            let row = row.parse().ok()?;
            let value = match value.split_at_checked(1)? {
                ("n", number) => CursorValue::Number(number.parse().ok()?),
                ("t", hex) => CursorValue::Text(from_hex(hex)?),
                _ => return None,
            };
            Some(Self { value, row })
        };
        parse()
            .ok_or_else(|| Refused::new(Rule::InvalidFormat, "must be taken from a `Link` header as it stands there"))
    }
}

fn from_hex(hex: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect();
    String::from_utf8(bytes?).ok()
}

/// One page of a list.
#[derive(Debug)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// How many rows all pages hold together.
    pub total: i64,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}
