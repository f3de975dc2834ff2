//! `commflow openapi`: the API's document, for tools that read files.

use crate::api;
use crate::api::openapi::Document;
use crate::cli::Failure;
use clap::Args;
use std::io::Write;

pub(super) const EXAMPLES: &str = "\
Examples:
  commflow openapi > commflow.json            for a generator of clients, or a linter";

/// What is to be printed, and for which server.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct OpenApi {
    /// The address of the server that it is for.
    #[arg(long, default_value = "http://127.0.0.1:8080", value_name = "URL")]
    url: String,
}

impl OpenApi {
    /// Prints it.
    pub fn run(self) -> Result<(), Failure> {
        let document = Document::of(|| api::routes().table()).at(self.url.trim_end_matches('/'));
        let written = serde_json::to_string_pretty(&document);
        let text = written.map_err(|cause| Failure::new(Failure::DATA, cause.to_string()))?;
        // A reader that has seen enough is no fault.
        drop(writeln!(std::io::stdout(), "{text}"));
        Ok(())
    }
}
