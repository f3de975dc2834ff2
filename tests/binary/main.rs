//! The program's stories: the real process on a real folder, from outside: started, stopped, killed and asked on the command line.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that can't go on is a failed test"
)]

mod backup;
mod browser;
mod command_line;
mod configuration;
#[path = "../api/contract.rs"]
mod contract;
mod crash;
mod deliveries;
mod error_pages;
mod examples;
mod files;
mod guides;
mod harness;
mod installed;
mod ledger;
mod lifecycle;
mod listen;
mod openapi;
#[path = "../api/receiver.rs"]
mod receiver;
mod search_crash;
mod search_index;
mod shown;
mod sign_in;
mod strangers;
mod uploads;
mod verify;
