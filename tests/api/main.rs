//! The API's stories: through HTTP against the real server on a real SQLite file. One binary, for linking takes longer than
//! running.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that can't go on is a failed test"
)]

mod api_keys;
mod architecture;
mod contacts;
mod conversations;
mod custom_fields;
mod events;
mod harness;
mod ids;
mod imports;
mod inboxes;
mod lists;
mod me;
mod messages;
mod reference;
mod store;
mod tags;
mod teams;
mod tickets;
mod users;
mod webhooks;
