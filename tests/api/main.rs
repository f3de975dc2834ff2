//! The API's stories: through HTTP against the real server on a real SQLite file. One binary, for linking takes longer than
//! running.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that can't go on is a failed test"
)]

mod access;
mod alarms;
mod api_keys;
mod architecture;
mod attachments;
mod backup;
mod bodies;
mod browser;
mod collections;
mod conditional;
mod contacts;
mod contract;
mod conversations;
mod custom_fields;
mod deadlines;
mod deliveries;
mod demo;
mod docs;
mod downloads;
mod errors;
mod events;
mod examples;
mod feed;
mod files;
mod following;
mod generated;
mod harness;
mod history;
mod idempotency;
mod ids;
mod imports;
mod inbox;
mod inbox_lists;
mod inbox_page;
mod inboxes;
#[path = "../binary/installed.rs"]
mod installed;
mod invitations;
mod lanes;
mod lists;
mod lives;
mod me;
mod merging;
mod messages;
mod model;
mod modelled;
mod openapi;
mod outages;
mod paging;
mod paths;
mod plans;
mod presence;
mod properties;
mod rate_limits;
mod receiver;
mod reference;
mod references;
mod reports;
mod saved_replies;
mod search;
mod search_by_hand;
mod search_healing;
mod search_judged;
mod search_language;
mod search_lives;
mod search_modelled;
mod sessions;
mod setup;
mod sign_in;
mod sla;
mod sla_closing;
mod sla_properties;
mod sla_targets;
mod snippets;
mod store;
mod stream;
mod tags;
mod targets;
mod teams;
mod thread_teams;
mod ticket_bulk;
mod ticket_lists;
mod tickets;
mod tls;
mod users;
mod views;
mod webhooks;
mod wire;
mod workspace;
