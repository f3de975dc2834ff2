//! How fast the server indexes a workspace that has no index yet, and what that takes.

use crate::cli::Failure;
use crate::cli::bench::child::Child;
use crate::cli::bench::child::Memory;
use crate::cli::bench::load::Client;
use crate::cli::bench::run::Stop;
use crate::cli::bench::run::bar;
use crate::cli::bench::search::report::Built;
use crate::types::error::Error;
use indicatif::ProgressBar;
use serde_json::Value;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

/// How often the server is asked how far it is.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);
/// How long it may take to open the index, or to begin a new one.
const PATIENCE: Duration = Duration::from_secs(20);
/// The index, in the data directory.
const FOLDER: &str = "index";

/// Starts the server on the workspace in `directory`, and waits until it has indexed it; what that took, and the most memory
/// that it held meanwhile.
pub fn start(directory: &Path, documents: u64, stop: &Stop) -> Result<(Child, Built, Memory), Failure> {
    let begun = Instant::now();
    let server = Child::serve(directory)?;
    let watch = server.watch();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::internal)?;
    let bar = bar(documents, "the server indexes {len} documents [{bar:40}] {percent} %");
    let indexed = runtime.block_on(until_ready(&server, begun, &bar, stop));
    let (took, peak) = (begun.elapsed(), watch.peak());
    bar.finish_and_clear();
    indexed?;
    Ok((server, Built::new(documents, took, bytes(&directory.join(FOLDER))), peak))
}

async fn until_ready(server: &Child, begun: Instant, bar: &ProgressBar, stop: &Stop) -> Result<(), Failure> {
    let told = |cause: io::Error| Failure::new(Failure::DATA, format!("indexing: {cause}"));
    let mut client = Client::new(server.address, 0).await.map_err(told)?;
    loop {
        stop.go_on()?;
        client.send(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.map_err(told)?;
        let health: Value = serde_json::from_slice(client.body()).map_err(Error::from)?;
        match health.pointer("/search/status").and_then(Value::as_str) {
            Some("ready") => return Ok(()),
            Some("rebuilding") => {}
            Some("unavailable") if begun.elapsed() < PATIENCE => {}
            _ => return Err(Failure::new(Failure::DATA, format!("The server does not index: {health}"))),
        }
        bar.set_position(health.pointer("/search/done").and_then(Value::as_u64).unwrap_or(0));
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

/// How large the files in a folder are, together.
fn bytes(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum()
}
