//! The API's stories: through HTTP against the real server on a real SQLite file. One binary, for linking takes longer than
//! running.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that can't go on is a failed test"
)]

mod access;
mod api_keys;
mod architecture;
mod bodies;
mod conditional;
mod contacts;
mod conversations;
mod deadlines;
mod errors;
mod feed;
mod generated;
mod harness;
mod idempotency;
mod inboxes;
mod messages;
mod paths;
mod rate_limits;
mod references;
mod store;
mod tags;
mod teams;
mod tickets;
mod users;
mod webhooks;
mod wire;
