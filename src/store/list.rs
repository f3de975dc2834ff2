//! Lists: filters, order, totals and pages, the same for every resource.
//!
//! A page is found along an index (keys first, then the rows of that page alone). The cost of a page doesn't depend on how
//! deep it is when the client follows the `Link` header (its cursor names the last row seen), and grows with the distance
//! from the nearer end of the list when a page is asked for by its number.

use crate::types::Result;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::paging::Cursor;
use crate::types::paging::CursorValue;
use crate::types::paging::Page;
use crate::types::paging::Paging;
use rusqlite::Connection;
use rusqlite::types::ToSql;
use rusqlite::types::ToSqlOutput;
use std::rc::Rc;

/// What a list is ordered by. Fragments are `&'static str`: no text of a request can become SQL.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Order {
    /// The column, or the indexed expression.
    pub column: &'static str,
    /// Largest first.
    pub descending: bool,
}

impl Order {
    /// What `sort` asks for: one of these names, each with what it is ordered by; `-` in front for descending.
    ///
    /// # Errors
    /// `not_in_enum` for another name.
    pub fn parse(text: &str, columns: &[(&str, &'static str)]) -> Result<Self, Refused> {
        let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let known = columns.iter().find(|(known, _)| *known == name);
        known.map(|(_, column)| Self { column, descending }).ok_or_else(|| {
            let names: Vec<String> = columns.iter().map(|(known, _)| format!("`{known}`")).collect();
            let message = format!("must be one of {}, with `-` in front for descending", names.join(", "));
            Refused::new(Rule::NotInEnum, message)
        })
    }
}

/// A list under construction.
#[derive(Clone)]
pub struct List {
    table: &'static str,
    id: &'static str,
    order: Order,
    always: Vec<&'static str>,
    filters: Vec<(&'static str, Rc<dyn ToSql>)>,
    arms: Vec<&'static str>,
    /// How the table is read, where SQLite is not to choose.
    way: String,
}

impl List {
    /// The rows of `table`, told apart by the column `id`.
    pub fn of(table: &'static str, id: &'static str, order: Order) -> Self {
        Self { table, id, order, always: Vec::new(), filters: Vec::new(), arms: Vec::new(), way: String::new() }
    }

    /// Read along this index, where SQLite, which knows nothing of the values, would take another.
    pub fn along(mut self, index: &'static str) -> Self {
        self.way = format!(" INDEXED BY {index}");
        self
    }

    /// Read row by row by the table's own key, where a filter names the rows and SQLite would walk an index of all of them.
    pub fn by_key(mut self) -> Self {
        " NOT INDEXED".clone_into(&mut self.way);
        self
    }

    /// Only rows for which this holds.
    pub fn only(mut self, condition: &'static str) -> Self {
        self.always.push(condition);
        self
    }

    /// Only rows for which `condition`, with `?` standing for the value, holds. An absent value adds nothing.
    pub fn filter<T: ToSql + Clone + 'static>(mut self, condition: &'static str, value: &Option<T>) -> Self {
        if let Some(value) = value {
            self.filters.push((condition, Rc::new(value.clone())));
        }
        self
    }

    /// Only rows changed since the page's `updated_after`, if it has one; read along `index`, for what changed lately is
    /// little, whatever else is asked.
    pub fn since(self, paging: &Paging, index: &'static str) -> Self {
        let list = self.filter("updated_at >= ?", &paging.updated_after);
        if paging.updated_after.is_some() { list.along(index) } else { list }
    }

    /// As [`List::since`], of the few rows of a table that has no index by change.
    pub fn since_of_few(self, paging: &Paging) -> Self {
        self.filter("updated_at >= ?", &paging.updated_after)
    }

    /// Only rows for which one of these, of which no two can hold at once, does, with `?` standing for the value in each.
    /// Each is looked up along its own index and the results are merged in order: an `OR` would make SQLite sort.
    pub fn one_of<T: ToSql + 'static>(mut self, arms: &[&'static str], value: T) -> Self {
        self.arms = arms.to_vec();
        self.filters.insert(0, ("", Rc::new(value)));
        self
    }

    /// How many rows there are, counted along an index.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn count(&self, db: &Connection) -> Result<i64> {
        let mut total = 0;
        for arm in self.each_arm() {
            let sql = format!("SELECT count(*) FROM {}{}", self.from(), self.conditions(arm, None));
            let values = self.filters.iter().map(|(_, value)| Value(value));
            total +=
                db.prepare_cached(&sql)?.query_row(rusqlite::params_from_iter(values), |row| row.get::<_, i64>(0))?;
        }
        Ok(total)
    }

    /// The keys of one page, and with them the rows, read one by one with `get`.
    ///
    /// # Errors
    /// Those of SQLite and of `get`.
    pub fn page<T>(
        &self,
        db: &Connection,
        paging: &Paging,
        total: i64,
        mut get: impl FnMut(i64) -> Result<T>,
    ) -> Result<Page<T>> {
        let keys = self.keys(db, paging, total)?;
        let full = i64::try_from(keys.len()).is_ok_and(|length| length > paging.per_page);
        let shown: Vec<_> = keys.into_iter().take(usize::try_from(paging.per_page).unwrap_or(0)).collect();
        let next = if full { shown.last().cloned() } else { None };
        let rows = shown.iter().map(|key| get(key.row)).collect::<Result<_>>()?;
        Ok(Page { rows, total, next })
    }

    /// The page's keys and one more, which tells that there is a next page.
    fn keys(&self, db: &Connection, paging: &Paging, total: i64) -> Result<Vec<Cursor>> {
        let wanted = paging.per_page + 1;
        if let Some(cursor) = &paging.cursor {
            return self.select(db, self.order, Some(cursor), wanted, 0);
        }
        let offset = (paging.page - 1).saturating_mul(paging.per_page);
        let left = total - offset;
        if left <= 0 {
            return Ok(Vec::new());
        }
        if offset <= left {
            return self.select(db, self.order, None, wanted, offset);
        }
        // Beyond the middle the end is nearer: walk the list backwards.
        let backwards = Order { descending: !self.order.descending, ..self.order };
        let taken = wanted.min(left);
        let mut keys = self.select(db, backwards, None, taken, left - taken)?;
        keys.reverse();
        Ok(keys)
    }

    fn select(
        &self,
        db: &Connection,
        order: Order,
        after: Option<&Cursor>,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<Cursor>> {
        let sql = self.sql(order, after.is_some());
        let mut values: Vec<Value> = self.filters.iter().map(|(_, value)| Value(value)).collect();
        let place: [Rc<dyn ToSql>; 4] = match after {
            Some(cursor) => [Rc::new(cursor.value.clone()), Rc::new(cursor.row), Rc::new(limit), Rc::new(offset)],
            None => [Rc::new(limit), Rc::new(offset), Rc::new(0), Rc::new(0)],
        };
        values.extend(place.iter().take(if after.is_some() { 4 } else { 2 }).map(Value));
        let mut statement = db.prepare_cached(&sql)?;
        let keys = statement.query_map(rusqlite::params_from_iter(values), |row| {
            Ok(Cursor { value: row.get::<_, CursorValue>(0)?, row: row.get(1)? })
        })?;
        Ok(keys.collect::<rusqlite::Result<_>>()?)
    }

    /// The SQL of a page's keys: what a test of the query plan looks at.
    pub fn sql(&self, order: Order, after: bool) -> String {
        let Order { column, descending } = order;
        let direction = if descending { "DESC" } else { "ASC" };
        let place = self.filters.len();
        let beyond = after.then(|| {
            let sign = if descending { '<' } else { '>' };
            format!("({column}, {}) {sign} (?{}, ?{})", self.id, place + 1, place + 2)
        });
        let limits = if after { (place + 3, place + 4) } else { (place + 1, place + 2) };
        let arms: Vec<String> = self
            .each_arm()
            .into_iter()
            .map(|arm| {
                format!("SELECT {column}, {} FROM {}{}", self.id, self.from(), self.conditions(arm, beyond.as_deref()))
            })
            .collect();
        // A compound SELECT is ordered by the numbers of its columns; a plain one by the very expression of its index.
        let by = match arms.len() {
            1 => format!("{column} {direction}, {} {direction}", self.id),
            _ => format!("1 {direction}, 2 {direction}"),
        };
        format!("{} ORDER BY {by} LIMIT ?{} OFFSET ?{}", arms.join(" UNION ALL "), limits.0, limits.1)
    }

    fn from(&self) -> String {
        format!("{}{}", self.table, self.way)
    }

    fn each_arm(&self) -> Vec<Option<&'static str>> {
        if self.arms.is_empty() { vec![None] } else { self.arms.iter().copied().map(Some).collect() }
    }

    fn conditions(&self, arm: Option<&'static str>, beyond: Option<&str>) -> String {
        let numbered = self.filters.iter().enumerate();
        let mut all: Vec<String> = self.always.iter().map(|&condition| condition.to_owned()).collect();
        let numbered = numbered.filter(|(_, (condition, _))| !condition.is_empty());
        all.extend(numbered.map(|(at, (condition, _))| condition.replace('?', &format!("?{}", at + 1))));
        all.extend(arm.map(|arm| arm.replace('?', "?1")));
        all.extend(beyond.map(str::to_owned));
        if all.is_empty() { String::new() } else { format!(" WHERE {}", all.join(" AND ")) }
    }
}

/// Borrows a bound value.
struct Value<'a>(&'a Rc<dyn ToSql>);

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}
