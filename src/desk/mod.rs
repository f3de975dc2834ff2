//! The help desk itself: one file a noun, with its types, its rules, its SQL and its events together.
//!
//! May import `types`, `store` and `work`. Inside, the nouns stand on each other:
//! users, teams, inboxes, tags, contacts, files < threads (with their SLA clock) < messages < conversations, tickets < saved replies, views, erasure,
//! export; webhooks < receivers, deliveries.

pub mod api_keys;
pub mod bulk;
pub mod check;
pub mod contacts;
pub mod conversations;
pub mod deliveries;
pub mod erasure;
pub mod export;
pub mod files;
pub mod inboxes;
pub mod messages;
pub mod passwords;
pub mod receivers;
pub mod saved_replies;
pub mod sla;
pub mod sweep;
pub mod tags;
pub mod teams;
pub mod threads;
pub mod tickets;
pub mod users;
pub mod views;
pub mod webhooks;
