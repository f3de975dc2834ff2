//! The help desk itself: one file a noun, with its types, its rules, its SQL and its events together.
//!
//! May import `types`, `store` and `work`. Inside, the nouns stand on each other:
//! users, teams, inboxes, tags, contacts, files < threads (with their SLA clock) < messages < conversations, tickets < merging,
//! erasure, export, reports, saved replies, views, demo; webhooks < receivers, deliveries; users < sessions < passwords, invitations;
//! users < api_keys < credentials.

pub mod aliases;
pub mod api_keys;
pub mod bulk;
pub mod check;
pub mod contacts;
pub mod conversations;
pub mod credentials;
pub mod deliveries;
pub mod demo;
pub mod erasure;
pub mod export;
pub mod files;
pub mod inboxes;
pub mod invitations;
pub mod merging;
pub mod messages;
pub mod passwords;
pub mod profile;
pub mod receivers;
pub mod reports;
pub mod saved_replies;
pub mod secrets;
pub mod sessions;
pub mod settings;
pub mod setup;
pub mod sla;
pub mod sweep;
pub mod tags;
pub mod teams;
pub mod threads;
pub mod tickets;
pub mod users;
pub mod views;
pub mod webhooks;
pub mod workspace;
