//! Exact totals of thread lists without counting threads: sums over the kept counters.

use crate::desk::sla::SlaStatus;
use crate::desk::threads::Channel;
use crate::desk::threads::ConversationStatus;
use crate::desk::threads::Priority;
use crate::desk::threads::TicketStatus;
use crate::types::Result;
use rusqlite::Connection;
use rusqlite::types::ToSql;

/// Adds up the counters of the rows for which all the given conditions hold.
fn sum(db: &Connection, table: &'static str, conditions: &[(&'static str, Option<&dyn ToSql>)]) -> Result<i64> {
    let (columns, values): (Vec<_>, Vec<_>) =
        conditions.iter().filter_map(|(column, value)| Some((*column, (*value)?))).unzip();
    Ok(db.prepare_cached(&sql(table, &columns))?.query_row(rusqlite::params_from_iter(values), |row| row.get(0))?)
}

/// The SQL of a total, for the test of its plan.
pub fn sql(table: &'static str, columns: &[&'static str]) -> String {
    let clauses: Vec<String> =
        columns.iter().enumerate().map(|(at, column)| format!("{column} = ?{}", at + 1)).collect();
    let holds = if clauses.is_empty() { "1".to_owned() } else { clauses.join(" AND ") };
    format!("SELECT ifnull(sum(n), 0) FROM {table} WHERE {holds}")
}

fn given<T: ToSql>(value: &Option<T>) -> Option<&dyn ToSql> {
    value.as_ref().map(|value| value as &dyn ToSql)
}

/// How many conversations have these values; `assignee` 0 is nobody.
///
/// # Errors
/// Those of SQLite.
pub fn conversations(
    db: &Connection,
    status: Option<ConversationStatus>,
    assignee: Option<i64>,
    priority: Option<Priority>,
    channel: Option<Channel>,
) -> Result<i64> {
    let conditions = [
        ("status", given(&status)),
        ("assignee_id", given(&assignee)),
        ("priority", given(&priority)),
        ("channel", given(&channel)),
    ];
    sum(db, "conversation_counts", &conditions)
}

/// Values that tickets may share.
#[derive(Debug, Clone, Copy, Default)]
pub struct TicketValues {
    /// Where they stand.
    pub status: Option<TicketStatus>,
    /// Who looks after them; 0: nobody.
    pub assignee: Option<i64>,
    /// How much they matter.
    pub priority: Option<Priority>,
    /// Where they arrived.
    pub inbox: Option<i64>,
}

/// How many tickets have these values; with `settled`, only those whose SLA status is that and can't change by itself.
///
/// # Errors
/// Those of SQLite.
pub fn tickets(db: &Connection, values: TicketValues, settled: Option<SlaStatus>) -> Result<i64> {
    let settled = settled.map(SlaStatus::as_str);
    let conditions = [
        ("status", given(&values.status)),
        ("assignee_id", given(&values.assignee)),
        ("priority", given(&values.priority)),
        ("inbox_id", given(&values.inbox)),
        ("sla", given(&settled)),
    ];
    sum(db, "ticket_counts", &conditions)
}
