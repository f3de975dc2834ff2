//! Reports: what came in, what was answered and closed, how fast, when and by whom, over a span of days.
//!
//! [`span`] says which instants, days and hours are meant, [`gather`] reads what happened in them along the indexes of time, so
//! that the cost follows the span and not the workspace, [`figures`] sums it up, and [`table`] writes parts of it down for
//! spreadsheets.

pub mod figures;
pub mod gather;
pub mod span;
pub mod table;

use crate::desk::inboxes::InboxId;
use crate::desk::reports::figures::Speed;
use crate::desk::reports::figures::Tally;
use crate::desk::reports::gather::Gathered;
use crate::desk::reports::span::Span;
use crate::desk::teams::TeamId;
use crate::desk::threads::Channel;
use crate::desk::users::UserRef;
use crate::types::Result;
use crate::types::time::Time;
use rusqlite::Connection;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Which threads a report is about: all, or those that are so now.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// Tickets of this inbox.
    pub inbox: Option<InboxId>,
    /// What came in this way.
    pub channel: Option<Channel>,
    /// What this user looks after; none inside: nobody.
    pub assignee: Option<Option<i64>>,
    /// What this team looks after; none inside: no team.
    pub team: Option<Option<TeamId>>,
}

/// `GET /v1/reports/overview`.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct Overview {
    /// Where the span begins.
    pub from: Time,
    /// Where it ends; this instant is no longer in it.
    pub to: Time,
    /// What happened in the span.
    pub totals: Totals,
    /// The same of the span of the same length before it.
    pub previous: Totals,
    /// Each day of the span, in the offset that was asked for. One that the span cuts has only its part in it.
    pub by_day: Vec<Day>,
    /// Comments by weekday, Monday first, and in each by hour from 0 to 23, in the offset that was asked for.
    pub busiest_hours: Vec<Vec<i64>>,
    /// Those who did something, the most replies first.
    pub by_agent: Vec<AgentFigures>,
    /// The teams whose members did something: what their members of today did, added up. Who is in two teams counts in both.
    pub by_team: Vec<TeamFigures>,
}

/// What happened in a span.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = ReportTotals)]
pub struct Totals {
    /// Threads that began.
    pub new: i64,
    /// Threads that were closed, and are.
    pub closed: i64,
    /// Comments by contacts.
    pub messages_in: i64,
    /// Replies by users.
    pub messages_out: i64,
    /// From the first comment to the first reply after it, of threads that began in the span.
    pub first_response: Speed,
    /// From the beginning to the end, of threads that were closed in the span.
    pub resolution: Speed,
    /// How tickets that began in the span stand against their targets.
    pub sla: SlaKept,
}

/// How tickets stand against their targets.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct SlaKept {
    /// Tickets that are done with, and missed no target.
    pub kept: i64,
    /// Tickets that missed a target, done with or not.
    pub missed: i64,
    /// The share of those kept in both, from 0 to 1; `null` where there is none.
    pub kept_share: Option<f64>,
}

/// A day.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ReportDay)]
pub struct Day {
    /// `2026-01-15`.
    #[schema(format = Date)]
    pub date: String,
    /// Threads that began.
    pub new: i64,
    /// Threads that were closed, and are.
    pub closed: i64,
    /// Threads that began, by how they came in.
    pub by_channel: ByChannel,
}

/// A number for each channel.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct ByChannel {
    /// By mail.
    pub email: i64,
    /// By chat.
    pub chat: i64,
    /// By a form on a web page.
    pub form: i64,
    /// By a program.
    pub api: i64,
}

/// What somebody did.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct AgentFigures {
    /// Who.
    pub user: UserRef,
    /// The figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// What the members of a team did.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct TeamFigures {
    /// Which team.
    pub team: ReportTeam,
    /// The figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// What one or more users did.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct Figures {
    /// Replies written.
    pub replies: i64,
    /// Threads that were closed, and are, which they look after.
    pub closed: i64,
    /// Of threads that began in the span, and to which they replied first.
    pub first_response: Speed,
    /// Of threads that were closed in the span, which they look after.
    pub resolution: Speed,
}

/// A team, named.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct ReportTeam {
    /// `team_001`.
    pub id: TeamId,
    /// The name.
    pub name: String,
}

/// The report of a span, as things stand at `now`.
///
/// # Errors
/// Those of SQLite.
pub fn overview(db: &Connection, span: &Span, filter: Filter, now: Time) -> Result<Overview> {
    let gathered = gather::gather(db, span, filter, now)?;
    let by_team = teams(db, &gathered.agents)?;
    let Gathered { totals, previous, days, hours, agents } = gathered;
    let mut by_agent = Vec::new();
    for (number, tally) in agents {
        by_agent.extend(user(db, number)?.map(|user| AgentFigures { user, figures: tally.into() }));
    }
    by_agent.sort_by_key(|one| std::cmp::Reverse(one.figures.replies));
    Ok(Overview {
        from: span.from,
        to: span.to,
        totals: totals.into(),
        previous: previous.into(),
        by_day: days,
        busiest_hours: hours.chunks(24).map(<[i64]>::to_vec).collect(),
        by_agent,
        by_team,
    })
}

fn user(db: &Connection, number: i64) -> Result<Option<UserRef>> {
    let mut select = db.prepare_cached("SELECT id, name FROM users WHERE id = ?1")?;
    let mut rows = select.query_map([number], |row| Ok(UserRef { id: row.get(0)?, name: row.get(1)? }))?;
    Ok(rows.next().transpose()?)
}

/// What the members of each team did. The speed of a team is that of all its threads, not a mean of its members'.
fn teams(db: &Connection, agents: &BTreeMap<i64, Tally>) -> Result<Vec<TeamFigures>> {
    let mut select = db.prepare_cached(
        "SELECT t.id, t.name, m.user_id FROM teams t JOIN team_members m ON m.team_id = t.id
         ORDER BY t.name COLLATE NOCASE, t.id, m.user_id",
    )?;
    let mut rows = select.query([])?;
    let mut teams: Vec<(ReportTeam, Tally)> = Vec::new();
    while let Some(row) = rows.next()? {
        let team = ReportTeam { id: row.get(0)?, name: row.get(1)? };
        let Some(did) = agents.get(&row.get(2)?) else { continue };
        match teams.last_mut().filter(|(last, _)| last.id == team.id) {
            Some((_, tally)) => tally.add(did),
            None => teams.push((team, did.clone())),
        }
    }
    Ok(teams.into_iter().map(|(team, tally)| TeamFigures { team, figures: tally.into() }).collect())
}
