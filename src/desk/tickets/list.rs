//! The list of tickets: its filters, its order, and how its total is known.

use crate::desk::inboxes::InboxId;
use crate::desk::sla;
use crate::desk::sla::SlaStatus;
use crate::desk::threads::AssigneeFilter;
use crate::desk::threads::Priority;
use crate::desk::threads::TAGGED;
use crate::desk::threads::TeamFilter;
use crate::desk::threads::TicketId;
use crate::desk::threads::TicketStatus;
use crate::desk::threads::counts;
use crate::desk::threads::counts::TicketValues;
use crate::desk::threads::row;
use crate::desk::threads::view::Ticket;
use crate::desk::tickets::view;
use crate::desk::users::UserId;
use crate::store::list::List;
use crate::store::list::Order;
use crate::types::Result;
use crate::types::asked::Asked;
use crate::types::id::Id;
use crate::types::paging::Page;
use crate::types::paging::Paging;
use crate::types::text::TagName;
use crate::types::text::fold;
use crate::types::time::Time;
use rusqlite::Connection;
use utoipa::IntoParams;

/// Which tickets a list shows.
#[derive(Debug, Clone, Default, IntoParams)]
pub struct TicketFilter {
    /// Where they stand.
    pub status: Option<TicketStatus>,
    /// How much they matter.
    pub priority: Option<Priority>,
    /// Who looks after them.
    #[param(inline)]
    pub assignee: Option<AssigneeFilter>,
    /// Which team looks after them.
    #[param(inline)]
    pub team: Option<TeamFilter>,
    /// Where they arrived.
    pub inbox: Option<InboxId>,
    /// How they stand against their targets at the moment of reading.
    pub sla_status: Option<SlaStatus>,
    /// A tag that they carry, by its name.
    pub tag: Option<TagName>,
    /// Made after this instant.
    pub created_after: Option<Time>,
    /// Made before this instant.
    pub created_before: Option<Time>,
}

impl TicketFilter {
    /// The filter that these texts make.
    pub fn asked(by: &mut impl Asked) -> Self {
        Self {
            status: by.take("status"),
            priority: by.take("priority"),
            assignee: by.take("assignee"),
            team: by.take("team"),
            inbox: by.take("inbox"),
            sla_status: by.take("sla_status"),
            tag: by.take("tag"),
            created_after: by.take("created_after"),
            created_before: by.take("created_before"),
        }
    }

    /// Whether the kept counters know of all that it asks.
    fn is_counted(&self) -> bool {
        let Self { team, tag, created_after, created_before, .. } = self;
        team.is_none() && tag.is_none() && created_after.is_none() && created_before.is_none()
    }
}

/// What tickets may be sorted by, and how.
pub const COLUMNS: [(&str, &str); 3] =
    [("created_at", "ticket_created_at"), ("updated_at", "updated_at"), ("priority", "priority")];

/// Tickets, newest first unless ordered otherwise.
///
/// # Errors
/// Those of SQLite.
pub fn list(
    db: &Connection,
    filter: &TicketFilter,
    caller: UserId,
    order: Order,
    paging: &Paging,
    now: Time,
) -> Result<Page<Ticket>> {
    let list = query(filter, caller, order, now).since(paging, "tickets_by_update");
    let total = if paging.updated_after.is_some() { list.count(db)? } else { total(db, filter, caller, order, now)? };
    let mut reading = row::Reading::tickets(db)?;
    list.page(db, paging, total, |number| view(reading.get(TicketId::from_row(number))?, now))
}

/// How many tickets there are, by the kept counters. For `sla_status`, they tell of the settled tickets, and those whose clock
/// runs are looked at one by one along an index that holds no others: as many as the team has open. Spans of time, teams and
/// tags are counted along their index.
///
/// # Errors
/// Those of SQLite.
pub fn total(db: &Connection, filter: &TicketFilter, caller: UserId, order: Order, now: Time) -> Result<i64> {
    let values = TicketValues {
        status: filter.status,
        assignee: filter.assignee.map(|assignee| assignee.number(caller)),
        priority: filter.priority,
        inbox: filter.inbox.map(Id::row),
    };
    match filter.sla_status {
        None if filter.is_counted() => counts::tickets(db, values, None),
        Some(status @ (SlaStatus::OnTrack | SlaStatus::Breached)) if filter.is_counted() => {
            let moving = equalities(filter, caller, order).one_of(&moving(status), now);
            Ok(counts::tickets(db, values, Some(status))? + moving.count(db)?)
        }
        _ => query(filter, caller, order, now).count(db),
    }
}

/// The list behind [`list`], for the test of its plans.
pub fn query(filter: &TicketFilter, caller: UserId, order: Order, now: Time) -> List {
    let list = equalities(filter, caller, order);
    match filter.sla_status {
        None => list,
        Some(SlaStatus::OnTrack) => list.one_of(&["sla_settled = 'on_track' AND ? IS NOT NULL", sla::IS_ON_TRACK], now),
        Some(SlaStatus::Breached) => {
            list.one_of(&["sla_settled = 'breached' AND ? IS NOT NULL", sla::IS_BREACHED], now)
        }
        Some(SlaStatus::Warning) => list.one_of(&[sla::IS_WARNING], now),
    }
}

fn moving(status: SlaStatus) -> [&'static str; 1] {
    match status {
        SlaStatus::OnTrack => [sla::IS_ON_TRACK],
        SlaStatus::Warning => [sla::IS_WARNING],
        SlaStatus::Breached => [sla::IS_BREACHED],
    }
}

fn equalities(filter: &TicketFilter, caller: UserId, order: Order) -> List {
    let list = List::of("threads", "ticket_id", order)
        .only("ticket_id IS NOT NULL")
        .filter("ticket_status = ?", &filter.status)
        .filter("priority = ?", &filter.priority)
        .filter("inbox_id = ?", &filter.inbox)
        .filter("ticket_created_at > ?", &filter.created_after)
        .filter("ticket_created_at < ?", &filter.created_before)
        .filter("assignee_id IS ?", &filter.assignee.map(|assignee| assignee.user(caller)))
        .filter("team_id IS ?", &filter.team.map(TeamFilter::team))
        .filter(TAGGED, &filter.tag.as_ref().map(|tag| fold(tag.as_str())));
    // The tickets whose clock runs are few, whatever else is asked; and so are those of a tag.
    match (filter.sla_status, &filter.tag) {
        (Some(_), _) => list.along("tickets_by_sla"),
        (None, Some(_)) => list.by_key(),
        (None, None) => list,
    }
}
