//! `commflow openapi`: the API's document, and what is made of it, for tools that read files.

use crate::api;
use crate::api::openapi::Document;
use crate::api::openapi::collections;
use crate::api::openapi::collections::bruno;
use crate::api::openapi::collections::postman;
use crate::cli::Failure;
use clap::Args;
use clap::ValueEnum;
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "\
Examples:
  commflow openapi > commflow.json            for a generator of clients, or a linter
  commflow openapi --format postman > commflow.postman_collection.json
  commflow openapi --format bruno --out commflow-bruno";

/// What is to be printed, and for which server.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct OpenApi {
    /// The address of the server that it is for.
    #[arg(long, default_value = "http://127.0.0.1:8080", value_name = "URL")]
    url: String,
    /// The document itself, or a collection of its example calls.
    #[arg(long, default_value = "json")]
    format: Format,
    /// The folder that a Bruno collection is written into.
    #[arg(long, value_name = "DIR", required_if_eq("format", "bruno"))]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// OpenAPI 3.1.
    Json,
    /// Postman Collection v2.1.
    Postman,
    /// A folder of .bru files.
    Bruno,
}

impl OpenApi {
    /// Prints it, or writes it down.
    pub fn run(self) -> Result<(), Failure> {
        let document = Document::of(|| api::routes().table()).at(self.url.trim_end_matches('/'));
        match (self.format, self.out) {
            (Format::Json, _) => print(&document),
            (Format::Postman, _) => print(&postman::write(&collections::of(&document))),
            (Format::Bruno, None) => Err(Failure::new(Failure::USAGE, "`--format bruno` needs a folder: `--out DIR`.")),
            (Format::Bruno, Some(folder)) => {
                let files = bruno::files(&collections::of(&document));
                files.iter().try_for_each(|(path, text)| write(&folder.join(path), text))
            }
        }
    }
}

fn print(value: &Value) -> Result<(), Failure> {
    let written = serde_json::to_string_pretty(value);
    let text = written.map_err(|cause| Failure::new(Failure::DATA, cause.to_string()))?;
    // A reader that has seen enough is no fault.
    drop(writeln!(std::io::stdout(), "{text}"));
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(path);
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(path, text));
    written.map_err(|cause| Failure::new(Failure::DATA, format!("{} can't be written: {cause}.", path.display())))
}
