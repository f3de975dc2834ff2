//! Everything about HTTP that no resource should see: who calls, what comes in, what goes out, and how often.

pub mod access;
pub mod address;
pub mod answer;
pub mod assets;
pub mod caller;
pub mod conditional;
pub mod context;
pub mod credentials;
pub mod download;
pub mod gate;
pub mod idempotency;
pub mod input;
pub mod live;
pub mod multipart;
pub mod operation;
pub mod presence;
pub mod query;
pub mod rate_limit;
pub mod reply;
pub mod routes;
pub mod stream;
pub mod table;
pub mod tail;
pub mod unread;
