//! Threads: what a conversation and its ticket share, stored once. [`change`] changes them; `conversations` and `tickets`
//! are two views of one thread.

pub mod begin;
pub mod change;
pub mod counts;
pub mod history;
pub mod marks;
pub mod message;
pub mod removal;
pub mod row;
pub mod save;
pub mod view;

use crate::choice;
use crate::described;
use crate::desk::teams::TeamId;
use crate::desk::users::UserId;
use crate::stored_as_word;
use crate::text_input;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::id::Id;
use crate::types::id::Kind;
use crate::types::schema;
use crate::types::text::TagName;
use utoipa::PartialSchema;
use utoipa::openapi::ArrayBuilder;

choice! {
    /// Where a thread stands.
    ConversationStatus {
        /// The team is to act.
        Open "open",
        /// The customer is to act.
        Pending "pending",
        /// Nobody is.
        Closed "closed",
    }
}
choice! {
    /// Where a ticket stands: as its conversation, with two ways of being closed.
    TicketStatus {
        /// The team is to act.
        Open "open",
        /// The customer is to act.
        Pending "pending",
        /// Solved; a comment opens it again.
        Resolved "resolved",
        /// Done with; a comment opens it again within two weeks, later it starts a new ticket.
        Closed "closed",
    }
}
choice! {
    /// How much a thread matters, least first: `sort=-priority` begins with the urgent ones.
    Priority {
        /// Can wait.
        Low "low",
        /// As most.
        Normal "normal",
        /// Before others.
        High "high",
        /// Now.
        Urgent "urgent",
    }
}
choice! {
    /// How a thread came in.
    Channel {
        /// By mail.
        Email "email",
        /// By chat.
        Chat "chat",
        /// By a form on a web page.
        Form "form",
        /// By a program.
        Api "api",
    }
}
stored_as_word!(ConversationStatus, TicketStatus, Channel);

impl ConversationStatus {
    /// The ticket's status when the conversation takes this one: closing the conversation resolves the ticket.
    pub fn for_ticket(self, before: Option<TicketStatus>) -> TicketStatus {
        match (self, before) {
            (Self::Open, _) => TicketStatus::Open,
            (Self::Pending, _) => TicketStatus::Pending,
            (Self::Closed, Some(TicketStatus::Closed)) => TicketStatus::Closed,
            (Self::Closed, _) => TicketStatus::Resolved,
        }
    }
}

impl TicketStatus {
    /// The conversation's status: a ticket's `resolved` and `closed` are the conversation's `closed`.
    pub fn for_conversation(self) -> ConversationStatus {
        match self {
            Self::Open => ConversationStatus::Open,
            Self::Pending => ConversationStatus::Pending,
            Self::Resolved | Self::Closed => ConversationStatus::Closed,
        }
    }
}

/// Stored as a rank, so that an index orders by it: 1 for low to 4 for urgent.
impl rusqlite::ToSql for Priority {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        let rank: i64 = match self {
            Self::Low => 1,
            Self::Normal => 2,
            Self::High => 3,
            Self::Urgent => 4,
        };
        Ok(rank.into())
    }
}

impl rusqlite::types::FromSql for Priority {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        match value.as_i64()? {
            1 => Ok(Self::Low),
            2 => Ok(Self::Normal),
            3 => Ok(Self::High),
            4 => Ok(Self::Urgent),
            _ => Err(rusqlite::types::FromSqlError::InvalidType),
        }
    }
}

/// A thread seen as a conversation.
#[derive(Debug)]
pub enum ConversationKind {}
impl Kind for ConversationKind {
    const PREFIX: &'static str = "conv";
}
/// The id of a conversation: the thread's own number.
pub type ConversationId = Id<ConversationKind>;

/// A thread seen as a ticket.
#[derive(Debug)]
pub enum TicketKind {}
impl Kind for TicketKind {
    const PREFIX: &'static str = "ticket";
}
/// The id of a ticket: a number of its own, in the order in which threads became tickets.
pub type TicketId = Id<TicketKind>;

/// What a list can be asked about assignees: a user, the caller, or nobody.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AssigneeFilter {
    /// Whoever asks.
    Me,
    /// Nobody.
    None,
    /// This user.
    User(UserId),
}

impl std::str::FromStr for AssigneeFilter {
    type Err = Refused;
    fn from_str(text: &str) -> Result<Self, Refused> {
        match text {
            "me" => Ok(Self::Me),
            "none" => Ok(Self::None),
            id => id.parse().map(Self::User).map_err(|_| {
                Refused::new(Rule::InvalidFormat, "must be a user's id such as `user_001`, `me` or `none`")
            }),
        }
    }
}

impl AssigneeFilter {
    /// The user, none for nobody; `me` is `caller`.
    pub fn user(self, caller: UserId) -> Option<UserId> {
        match self {
            Self::Me => Some(caller),
            Self::None => None,
            Self::User(id) => Some(id),
        }
    }

    /// The number that counters keep for it: 0 for nobody.
    pub fn number(self, caller: UserId) -> i64 {
        match self.user(caller).map(Id::row) {
            None => 0,
            // `user_000` is nobody's id, and must not find what nobody looks after.
            Some(0) => -1,
            Some(number) => number,
        }
    }
}

/// What a list can be asked about teams: one of them, or none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TeamFilter {
    /// No team.
    None,
    /// This one.
    Team(TeamId),
}

impl std::str::FromStr for TeamFilter {
    type Err = Refused;
    fn from_str(text: &str) -> Result<Self, Refused> {
        match text {
            "none" => Ok(Self::None),
            id => id
                .parse()
                .map(Self::Team)
                .map_err(|_| Refused::new(Rule::InvalidFormat, "must be a team's id such as `team_001`, or `none`")),
        }
    }
}

impl TeamFilter {
    /// The team, if it asks for one.
    pub fn team(self) -> Option<TeamId> {
        match self {
            Self::None => None,
            Self::Team(id) => Some(id),
        }
    }
}

/// The threads that carry a tag, which is given by its folded name: found along the index of its threads.
pub const TAGGED: &str =
    "threads.id IN (SELECT thread_id FROM thread_tags WHERE tag_id = (SELECT id FROM tags WHERE name_key = ?))";

/// At most this many tags on a thread.
pub const MAX_TAGS: usize = 50;

/// The whole list of a thread's tags: no name twice, at most [`MAX_TAGS`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TagList(pub Vec<crate::types::text::TagName>);

described! {
    TagList = ArrayBuilder::new().items(TagName::schema()).max_items(Some(MAX_TAGS));
    TeamFilter = schema::text().pattern(Some("^(none|team_([0-9]{3}|[1-9][0-9]{3,17}))$"));
    AssigneeFilter = schema::text().pattern(Some("^(me|none|user_([0-9]{3}|[1-9][0-9]{3,17}))$"));
}

impl deserr::Deserr<crate::types::field::Invalid> for TagList {
    fn deserialize_from_value<V: deserr::IntoValue>(
        value: deserr::Value<V>,
        at: deserr::ValuePointerRef,
    ) -> Result<Self, crate::types::field::Invalid> {
        let names: Vec<crate::types::text::TagName> = deserr::Deserr::deserialize_from_value(value, at)?;
        if names.len() > MAX_TAGS {
            let refused = Refused::new(Rule::TooLong, format!("can't hold over {MAX_TAGS} tags"));
            return Err(crate::types::field::Invalid(vec![refused.at(crate::types::field::path(at))]));
        }
        let mut seen = std::collections::HashSet::new();
        Ok(Self(names.into_iter().filter(|name| seen.insert(crate::types::text::fold(name.as_str()))).collect()))
    }
}

text_input!(AssigneeFilter);
